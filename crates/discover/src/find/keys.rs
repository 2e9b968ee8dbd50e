//! Keys and values of settings in one spelling.

/// `${NAME:default}`, `${NAME:-default}` and `${NAME=default}` stand for their default.
pub(crate) fn default_of(text: &str) -> &str {
    let inner = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    match inner.and_then(|inner| inner.split_once([':', '='])) {
        Some((_, default)) => default.trim_start_matches('-'),
        None => text,
    }
}

/// `Model-Name`, `modelName` and `ModelName` are `model_name`.
pub(crate) fn snake(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    let mut lower = false;
    for character in key.chars() {
        if character.is_ascii_uppercase() && lower {
            out.push('_');
        }
        lower = character.is_ascii_lowercase();
        out.push(if character == '-' { '_' } else { character.to_ascii_lowercase() });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_one_spelling_and_variables_their_default() {
        for key in ["Model-Name", "modelName", "ModelName", "model_name"] {
            assert_eq!(snake(key), "model_name");
        }
        for text in ["${A:gpt-4o}", "${A:-gpt-4o}", "${A=gpt-4o}", "gpt-4o"] {
            assert_eq!(default_of(text), "gpt-4o");
        }
        assert_eq!(default_of("${A}"), "${A}");
        assert_eq!(default_of("${A:-x=y}"), "x=y");
    }
}
