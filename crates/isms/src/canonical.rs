//! Canonical JSON: one value, one sequence of bytes.
//!
//! Objects have their keys in byte order and no white space; numbers are whole. It is the form
//! in which documents are digested, stored in the ledger and compared.

use serde::Serialize;
use serde_json::Value;

/// A value that has no canonical form.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// It cannot be expressed as JSON.
    #[error("cannot be expressed as JSON")]
    Json(#[from] serde_json::Error),
    /// It holds a number that is not whole.
    #[error("holds the number {0}; canonical documents hold whole numbers only")]
    Float(f64),
}

/// The canonical bytes of `document`.
///
/// # Errors
/// When it holds a float or a map with keys that are not text.
pub fn canonical_json<T: Serialize + ?Sized>(document: &T) -> Result<Vec<u8>, CanonicalError> {
    let mut value = serde_json::to_value(document)?;
    value.sort_all_objects();
    check(&value)?;
    Ok(serde_json::to_vec(&value)?)
}

fn check(value: &Value) -> Result<(), CanonicalError> {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => Err(CanonicalError::Float(float)),
            _ => Ok(()),
        },
        Value::Array(values) => values.iter().try_for_each(check),
        Value::Object(values) => values.values().try_for_each(check),
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_floats_refused() {
        let bytes =
            canonical_json(&serde_json::json!({"b": 1, "a": [true, null]})).expect("canonical");
        assert_eq!(bytes, br#"{"a":[true,null],"b":1}"#);
        assert!(matches!(canonical_json(&1.5), Err(CanonicalError::Float(_))));
    }
}
