//! `.env` files: `NAME=value` lines.

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) line: u32,
    pub(crate) name: String,
    pub(crate) value: String,
}

/// The settings of a `.env` file; commented lines are not settings.
pub(crate) fn read(text: &str) -> Vec<Setting> {
    let mut settings = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.trim();
        let text = text.strip_prefix("export ").unwrap_or(text);
        let Some((name, value)) = text.split_once('=') else {
            continue;
        };
        let name = name.trim();
        let plain =
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if plain {
            settings.push(Setting { line, name: name.to_owned(), value: unquoted(value) });
        }
    }
    settings
}

fn unquoted(value: &str) -> String {
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            return rest.split(quote).next().unwrap_or_default().to_owned();
        }
    }
    match value.split_once(" #") {
        Some((value, _)) => value.trim().to_owned(),
        None if value.starts_with('#') => String::new(),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_have_lines_and_comments_are_none() {
        let read = read("# MODEL=no\nexport MODEL=\"gpt-4o\" # why\n\nKEY=a b # c\nnot a line\n");
        let shown: Vec<_> =
            read.iter().map(|s| (s.line, s.name.as_str(), s.value.as_str())).collect();
        assert_eq!(shown, [(2, "MODEL", "gpt-4o"), (4, "KEY", "a b")]);
    }
}
