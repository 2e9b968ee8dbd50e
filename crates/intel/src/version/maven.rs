//! Maven's `ComparableVersion`, as of Maven 4.
//!
//! A version is a list of items. A dot adds an item to the list, a hyphen or a change from
//! digits to letters opens a list in the list. `alpha`, `beta`, `milestone`, `rc`, `snapshot`,
//! the release itself and `sp` have an order; other words come after them, by the alphabet.
//! Any text is a version, so only its length can be wrong.

use std::cmp::Ordering;

#[derive(Debug, Clone)]
pub(super) struct MavenVersion(Vec<Item>);

#[derive(Debug, Clone)]
enum Item {
    Number(Number),
    Word(String),
    /// A qualifier with its number, as in `rc1`.
    Combined(String, Number),
    List(Vec<Item>),
}

/// Digits without leading zeros, after their count: so they compare as numbers of any size.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Number(usize, String);

impl Number {
    fn new(digits: &str) -> Self {
        let digits = digits.trim_start_matches('0');
        Self(digits.len(), digits.to_owned())
    }
}

/// The qualifiers that Maven orders; the empty one is the release.
const QUALIFIERS: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];

impl MavenVersion {
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("it is empty");
        }
        Ok(Self(Parser::default().parse(&text.to_lowercase())))
    }
}

/// Lists that are still open, the innermost last.
#[derive(Default)]
struct Parser {
    open: Vec<Vec<Item>>,
}

impl Parser {
    fn parse(mut self, text: &str) -> Vec<Item> {
        self.open.push(Vec::new());
        let (mut start, mut digits, mut combined) = (0, false, false);
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().copied().enumerate() {
            match byte {
                b'.' | b'-' => {
                    if at == start {
                        self.add(Item::Number(Number::new("")));
                    } else {
                        // `rc-1` is `rc1`.
                        let next_digit = bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
                        if byte == b'-' && !digits && next_digit {
                            combined = true;
                            continue;
                        }
                        self.add(item(combined, digits, &text[start..at]));
                    }
                    start = at + 1;
                    combined = false;
                    if byte == b'-' {
                        self.nest();
                    }
                }
                b'0'..=b'9' => {
                    if !digits && at > start {
                        combined = true;
                        self.nest();
                    }
                    digits = true;
                }
                _ => {
                    if digits && at > start {
                        self.add(item(combined, true, &text[start..at]));
                        start = at;
                        self.open.push(Vec::new());
                        combined = false;
                    }
                    digits = false;
                }
            }
        }
        if start < text.len() {
            // `1.x` is `1-x`.
            if !digits {
                self.nest();
            }
            self.add(item(combined, digits, &text[start..]));
        }
        self.close()
    }

    fn add(&mut self, item: Item) {
        if let Some(list) = self.open.last_mut() {
            list.push(item);
        }
    }

    fn nest(&mut self) {
        if self.open.last().is_some_and(|list| !list.is_empty()) {
            self.open.push(Vec::new());
        }
    }

    fn close(mut self) -> Vec<Item> {
        let mut inner: Option<Vec<Item>> = None;
        while let Some(mut list) = self.open.pop() {
            if let Some(inner) = inner.take() {
                list.push(Item::List(inner));
            }
            normalise(&mut list);
            inner = Some(list);
        }
        inner.unwrap_or_default()
    }
}

fn item(combined: bool, digits: bool, text: &str) -> Item {
    if combined {
        let text: String = text.chars().filter(|c| *c != '-').collect();
        let split = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
        let (word, number) = text.split_at(split);
        Item::Combined(qualifier(word, true), Number::new(number))
    } else if digits {
        Item::Number(Number::new(text))
    } else {
        Item::Word(qualifier(text, false))
    }
}

fn qualifier(word: &str, digit_follows: bool) -> String {
    match word {
        "a" if digit_follows => "alpha",
        "b" if digit_follows => "beta",
        "m" if digit_follows => "milestone",
        "cr" => "rc",
        word => word,
    }
    .to_owned()
}

/// Takes away what is nothing at the end or before a qualifier: `1.0.0` is `1`, `1.0-rc` is `1-rc`.
fn normalise(list: &mut Vec<Item>) {
    for at in (0..list.len()).rev() {
        let goes = match list.get(at + 1) {
            None | Some(Item::Word(_)) => true,
            Some(Item::List(items)) => {
                matches!(items.first(), Some(Item::Word(_) | Item::Combined(..)))
            }
            Some(_) => false,
        };
        if goes && list[at].is_null() {
            list.remove(at);
        }
    }
}

impl Item {
    fn is_null(&self) -> bool {
        match self {
            Self::Number(number) => number.0 == 0,
            Self::Word(word) => word.is_empty(),
            Self::Combined(..) => false,
            Self::List(items) => items.is_empty(),
        }
    }

    /// Against nothing at all, as when one version is longer.
    fn against_nothing(&self) -> Ordering {
        match self {
            Self::Number(number) => number.0.cmp(&0),
            Self::Word(word) | Self::Combined(word, _) => words(word, ""),
            Self::List(items) => items
                .iter()
                .map(Self::against_nothing)
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal),
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        use Ordering::{Greater, Less};
        match (self, other) {
            (Self::Number(left), Self::Number(right)) => left.cmp(right),
            (Self::Number(_), _) => Greater,
            (_, Self::Number(_)) => Less,
            (Self::List(left), Self::List(right)) => lists(left, right),
            (Self::List(_), _) => Greater,
            (_, Self::List(_)) => Less,
            (Self::Word(left), Self::Word(right)) => words(left, right),
            (Self::Word(left), Self::Combined(right, _)) => words(left, right).then(Less),
            (Self::Combined(left, _), Self::Word(right)) => words(left, right).then(Greater),
            (Self::Combined(left, first), Self::Combined(right, second)) => {
                words(left, right).then_with(|| first.cmp(second))
            }
        }
    }
}

/// Depth is bounded by the length of the text.
fn lists(left: &[Item], right: &[Item]) -> Ordering {
    (0..left.len().max(right.len()))
        .map(|at| match (left.get(at), right.get(at)) {
            (Some(left), Some(right)) => left.compare(right),
            (Some(left), None) => left.against_nothing(),
            (None, Some(right)) => right.against_nothing().reverse(),
            (None, None) => Ordering::Equal,
        })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn words(left: &str, right: &str) -> Ordering {
    let rank = |word: &str| {
        let word = if matches!(word, "ga" | "final" | "release") { "" } else { word };
        QUALIFIERS.iter().position(|known| *known == word).unwrap_or(QUALIFIERS.len())
    };
    let order = rank(left).cmp(&rank(right));
    if order.is_eq() && rank(left) == QUALIFIERS.len() { left.cmp(right) } else { order }
}

impl MavenVersion {
    pub(super) fn cmp(&self, other: &Self) -> Ordering {
        lists(&self.0, &other.0)
    }
}
