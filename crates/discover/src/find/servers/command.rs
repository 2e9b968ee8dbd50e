//! Command lines: where a program stands in them, and what its options say.

/// A word of a command and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) line: u32,
}

/// Words that start another program.
const WRAPPERS: [&str; 26] = [
    "sh",
    "bash",
    "ash",
    "dash",
    "zsh",
    "env",
    "exec",
    "sudo",
    "nohup",
    "time",
    "nice",
    "tini",
    "dumb-init",
    "numactl",
    "python",
    "python3",
    "node",
    "bun",
    "deno",
    "poetry",
    "pdm",
    "uv",
    "conda",
    "micromamba",
    "accelerate",
    "torchrun",
];
/// Words of wrappers that stand before the program.
const VERBS: [&str; 8] = ["run", "exec", "launch", "-m", "-c", "-lc", "-ec", "--"];

/// The commands of words, each from its program on. A word with spaces is a command line itself,
/// as `sh -c` takes it.
pub(crate) fn commands(words: &[Word]) -> Vec<Vec<Word>> {
    let mut all = Vec::new();
    let mut current: Vec<Word> = Vec::new();
    for word in words.iter().flat_map(split) {
        if matches!(word.text.as_str(), "&&" | "||" | ";" | "|" | "&") {
            all.push(std::mem::take(&mut current));
        } else if let Some(text) = word.text.strip_suffix(';').filter(|text| !text.is_empty()) {
            current.push(Word { text: text.to_owned(), line: word.line });
            all.push(std::mem::take(&mut current));
        } else {
            current.push(word);
        }
    }
    all.push(current);
    all.into_iter().map(unwrapped).filter(|words| !words.is_empty()).collect()
}

/// The words of one word that holds several. A text of several lines has one command a line.
fn split(word: &Word) -> Vec<Word> {
    if !word.text.contains(char::is_whitespace) {
        return vec![word.clone()];
    }
    let mut all = Vec::new();
    let mut goes_on = false;
    for (line, text) in (word.line..).zip(word.text.trim_end().split('\n')) {
        let text = text.trim();
        if text.starts_with('#') {
            continue;
        }
        if !all.is_empty() && !goes_on {
            all.push(Word { text: ";".to_owned(), line });
        }
        goes_on = text.ends_with('\\');
        for part in text.trim_end_matches('\\').split_whitespace() {
            let part = part.trim_matches(['"', '\'', '`']);
            if !part.is_empty() {
                all.push(Word { text: part.to_owned(), line });
            }
        }
    }
    all
}

/// A command without what only starts it.
pub(crate) fn unwrapped(mut words: Vec<Word>) -> Vec<Word> {
    while let Some(first) = words.first() {
        let name = base(&first.text);
        let assigned = name.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        });
        let version = name
            .strip_prefix("python3.")
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
        if !(assigned || version || WRAPPERS.contains(&name)) {
            break;
        }
        words.remove(0);
        while words
            .first()
            .is_some_and(|word| VERBS.contains(&word.text.as_str()) || word.text.starts_with('-'))
        {
            words.remove(0);
        }
    }
    words
}

/// The name of a program without its folder.
pub(crate) fn base(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    name.strip_suffix(".exe").or_else(|| name.strip_suffix(".py")).unwrap_or(name)
}

/// The value of the first of these options: `--model x`, `--model=x`.
pub(crate) fn value(words: &[Word], options: &[&str]) -> Option<Word> {
    for (at, word) in words.iter().enumerate() {
        if options.contains(&word.text.as_str()) {
            return words.get(at + 1).filter(|next| !next.text.starts_with("--")).cloned();
        }
        if let Some((option, value)) = word.text.split_once('=')
            && options.contains(&option)
        {
            return Some(Word {
                text: value.trim_matches(['"', '\'']).to_owned(),
                line: word.line,
            });
        }
    }
    None
}

/// The word behind a verb, such as `serve`; an empty verb is the program itself.
pub(crate) fn behind_verb(words: &[Word], verbs: &[&str]) -> Option<Word> {
    let at = words.iter().take(2).position(|word| verbs.contains(&word.text.as_str()));
    let at = at.or_else(|| verbs.contains(&"").then_some(0))?;
    words.get(at + 1).filter(|word| !word.text.starts_with('-')).cloned()
}
