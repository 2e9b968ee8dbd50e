//! Semantic versions, with the fourth number of `NuGet` where it is asked for.

use std::cmp::Ordering;

/// Numbers, then pre-release identifiers. Build metadata is read and left out: it has no order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SemanticVersion {
    numbers: [u64; 4],
    pre: Vec<Identifier>,
}

/// An identifier of a pre-release. Numbers come before texts, as the order of variants says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier {
    /// Digits without leading zeros, after their count: so they compare as numbers of any size.
    Number(usize, String),
    Text(String),
}

impl SemanticVersion {
    pub(super) fn parse(text: &str, nuget: bool) -> Result<Self, &'static str> {
        let text = match text.strip_prefix('=') {
            Some(rest) => rest.trim_start(),
            None => text,
        };
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (text, build) = match text.split_once('+') {
            Some((text, build)) => (text, Some(build)),
            None => (text, None),
        };
        if build.is_some_and(|build| !build.split('.').all(is_identifier)) {
            return Err("its build metadata is not identifiers separated by dots");
        }
        let (core, pre) = match text.split_once('-') {
            Some((core, pre)) => (core, Some(pre)),
            None => (text, None),
        };
        let mut numbers = [0_u64; 4];
        let places = if nuget { 4 } else { 3 };
        for (at, part) in core.split('.').enumerate() {
            if at >= places {
                return Err("it has too many numbers");
            }
            let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            // NuGet reads `1.01` as `1.1`; semantic versions have one spelling for a number.
            if !digits || (!nuget && part.len() > 1 && part.starts_with('0')) {
                return Err("expected numbers without leading zeros, separated by dots");
            }
            numbers[at] = part.parse().map_err(|_| "a number is too large")?;
        }
        let pre = match pre {
            Some(pre) => pre
                .split('.')
                .map(|part| Identifier::parse(part, nuget))
                .collect::<Option<Vec<_>>>()
                .ok_or("its pre-release is not identifiers separated by dots")?,
            None => Vec::new(),
        };
        Ok(Self { numbers, pre })
    }
}

impl Identifier {
    fn parse(text: &str, nuget: bool) -> Option<Self> {
        if !is_identifier(text) {
            return None;
        }
        if !text.bytes().all(|b| b.is_ascii_digit()) {
            let text = if nuget { text.to_ascii_lowercase() } else { text.to_owned() };
            return Some(Self::Text(text));
        }
        let digits = text.trim_start_matches('0');
        // `01` is no number of a semantic version; `0` is.
        if !nuget && text.len() > 1 && digits.len() < text.len() {
            return None;
        }
        Some(Self::Number(digits.len(), digits.to_owned()))
    }
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

impl Ord for SemanticVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        let release_last = match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            _ => Ordering::Equal,
        };
        self.numbers.cmp(&other.numbers).then(release_last).then_with(|| self.pre.cmp(&other.pre))
    }
}

impl PartialOrd for SemanticVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
