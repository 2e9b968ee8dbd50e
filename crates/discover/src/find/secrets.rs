//! Keys written into files: only forms that a provider gives its keys, and no placeholders.

/// Prefixes of keys and the length from which one is real.
const FORMS: [(&str, usize); 16] = [
    ("sk-ant-", 40),
    ("sk-proj-", 40),
    ("sk-or-v1-", 40),
    ("sk-", 35),
    ("gsk_", 40),
    ("hf_", 30),
    ("xai-", 40),
    ("pplx-", 40),
    ("r8_", 30),
    ("nvapi-", 40),
    ("pcsk_", 40),
    ("tvly-", 25),
    ("AIza", 35),
    ("AKIA", 20),
    ("ghp_", 36),
    ("lsv2_", 35),
];

/// How keys begin.
pub(crate) fn prefixes() -> impl Iterator<Item = &'static str> {
    FORMS.iter().map(|(prefix, _)| *prefix)
}

/// Whether a text holds what is a key by its form.
pub(crate) fn holds_key(text: &str) -> bool {
    FORMS.iter().any(|(prefix, length)| {
        text.match_indices(prefix).any(|(at, _)| {
            let word: &str = &text[at..];
            let end = word
                .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))
                .unwrap_or(word.len());
            let before = text[..at].chars().next_back();
            let begins = before.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
            begins && end >= *length && is_random(&word[prefix.len()..end])
        })
    })
}

/// Real keys mix letters and digits and hardly repeat themselves.
fn is_random(text: &str) -> bool {
    let mut seen = [false; 128];
    for byte in text.bytes().filter(u8::is_ascii) {
        seen[usize::from(byte)] = true;
    }
    let distinct = seen.iter().filter(|seen| **seen).count();
    distinct >= 10
        && text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().any(|b| b.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_forms_count_and_placeholders_do_not() {
        let key = format!("sk-{}", "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z0Q");
        assert!(holds_key(&format!("key = {key};")));
        for no in [
            "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "sk-your-key-here",
            "EMPTY",
            "task-1234567890abcdefghijklmnopqrstuvwxyz",
        ] {
            assert!(!holds_key(no), "{no}");
        }
    }
}
