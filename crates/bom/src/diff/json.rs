//! A JSON value that knows its file and path, so that an error names the field.
//!
//! Depth is bounded by the parser, which refuses more than 128 levels.

use serde_json::Value;

use super::{ReadError, limits};

pub(super) struct Field<'a> {
    file: &'a str,
    path: String,
    value: &'a Value,
}

impl<'a> Field<'a> {
    pub(super) const fn root(file: &'a str, value: &'a Value) -> Self {
        Self { file, path: String::new(), value }
    }

    pub(super) const fn file(&self) -> &'a str {
        self.file
    }

    /// The field `name`, unless it is absent or null.
    pub(super) fn get(&self, name: &str) -> Result<Option<Self>, ReadError> {
        let Value::Object(fields) = self.value else { return Err(self.wrong("an object")) };
        Ok(fields.get(name).filter(|value| !value.is_null()).map(|value| {
            let path = if self.path.is_empty() {
                name.to_owned()
            } else {
                format!("{}.{name}", self.path)
            };
            Self { file: self.file, path, value }
        }))
    }

    /// The field `name`, which has to be there.
    pub(super) fn required(&self, name: &str, expected: &'static str) -> Result<Self, ReadError> {
        self.get(name)?.ok_or_else(|| ReadError::Field {
            file: self.file.to_owned(),
            field: if self.path.is_empty() {
                name.to_owned()
            } else {
                format!("{}.{name}", self.path)
            },
            expected,
            found: "nothing".to_owned(),
        })
    }

    /// The text in the field `name`, if any.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'a str>, ReadError> {
        self.get(name)?.map(|field| field.as_text()).transpose()
    }

    /// The items of the list in the field `name`; none when it is absent.
    pub(super) fn list(&self, name: &str) -> Result<Vec<Self>, ReadError> {
        self.get(name)?.map_or_else(|| Ok(Vec::new()), |field| field.items())
    }

    pub(super) fn as_text(&self) -> Result<&'a str, ReadError> {
        self.value.as_str().ok_or_else(|| self.wrong("a text"))
    }

    pub(super) fn as_bool(&self) -> Result<bool, ReadError> {
        self.value.as_bool().ok_or_else(|| self.wrong("true or false"))
    }

    pub(super) fn items(&self) -> Result<Vec<Self>, ReadError> {
        let Value::Array(items) = self.value else { return Err(self.wrong("a list")) };
        let item = |(index, value)| Self {
            file: self.file,
            path: format!("{}[{index}]", self.path),
            value,
        };
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// What JSON-LD takes for a list: one item may stand alone.
    pub(super) fn one_or_many(&self, name: &str) -> Result<Vec<Self>, ReadError> {
        match self.get(name)? {
            None => Ok(Vec::new()),
            Some(field) if field.value.is_array() => field.items(),
            Some(field) => Ok(vec![field]),
        }
    }

    pub(super) fn is_object(&self) -> bool {
        self.value.is_object()
    }

    pub(super) fn wrong(&self, expected: &'static str) -> ReadError {
        let found = match self.value {
            Value::Object(_) => "an object".to_owned(),
            Value::Array(_) => "a list".to_owned(),
            other => {
                let text = other.to_string();
                let shown: String = text.chars().take(limits::FOUND_CHARS_MAX).collect();
                if shown.len() < text.len() { format!("{shown}…") } else { shown }
            }
        };
        let field =
            if self.path.is_empty() { "the document".to_owned() } else { self.path.clone() };
        ReadError::Field { file: self.file.to_owned(), field, expected, found }
    }
}
