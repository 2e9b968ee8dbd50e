//! Text for a terminal: width, colour, wrapping, and foreign text made harmless.
//!
//! What is shown was read from repositories, so it may hold escape sequences that move the
//! cursor, or marks that reverse the order of letters. [`plain`] replaces both before anything
//! is printed. Colour is only ever added to words that say the same without it.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style as Ansi};
use unicode_width::UnicodeWidthStr;

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to add colour.
    pub colour: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 100, colour: false }
    }
}

/// What a word means for its reader; a colour where there are colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// As it should be, by evidence.
    Good,
    /// Someone must change something.
    Bad,
    /// Not known, stale or in part.
    Open,
    /// Of less interest.
    Muted,
    /// A heading.
    Strong,
}

impl Tone {
    /// The word for a class in a page.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Open => "open",
            Self::Muted => "muted",
            Self::Strong => "strong",
        }
    }

    fn ansi(self) -> Ansi {
        let colour = |colour: AnsiColor| Ansi::new().fg_color(Some(colour.into()));
        match self {
            Self::Plain => Ansi::new(),
            Self::Good => colour(AnsiColor::Green),
            Self::Bad => colour(AnsiColor::Red).bold(),
            Self::Open => colour(AnsiColor::Yellow),
            Self::Muted => Ansi::new().dimmed(),
            Self::Strong => Ansi::new().bold(),
        }
    }
}

impl Style {
    /// `text` in the colour of `tone`, when there is colour.
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        if !self.colour || tone == Tone::Plain || text.is_empty() {
            return text.to_owned();
        }
        let ansi = tone.ansi();
        format!("{ansi}{text}{ansi:#}")
    }
}

/// `text` on one line, without characters that a terminal or a reader would obey.
///
/// Line breaks and tabs become spaces; other control characters and marks that change the
/// direction of text become `�`.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    let harmful = |c: char| c.is_control() || is_direction(c);
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .map(|c| match c {
                '\n' | '\r' | '\t' => ' ',
                c if harmful(c) => '\u{fffd}',
                c => c,
            })
            .collect(),
    )
}

/// Marks that reverse or isolate the direction of what follows, and separators of lines.
pub(crate) const fn is_direction(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Columns that `text` takes on a terminal.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// `text`, cut to `columns` with `…` when it is longer.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = prefix(text, columns.saturating_sub(1)).trim_end().to_owned();
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// `text`, cut or filled with spaces to exactly `columns`.
pub(crate) fn fit(text: &str, columns: usize) -> String {
    let mut cell = cut(text, columns);
    cell.push_str(&" ".repeat(columns.saturating_sub(width(&cell))));
    cell
}

/// Breaks `text` into lines of at most `columns`, at spaces where there are any. The last of
/// `lines_max` lines ends with `…` when there was more.
pub(crate) fn wrap(text: &str, columns: usize, lines_max: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = vec![String::new()];
    for mut word in text.split_whitespace() {
        loop {
            let line = lines.last_mut().map_or(0, |line| width(line));
            let gap = usize::from(line > 0);
            if line + gap + width(word) <= columns {
                let last = lines.len() - 1;
                lines[last].push_str(if gap == 1 { " " } else { "" });
                lines[last].push_str(word);
                break;
            }
            if line == 0 {
                let head = prefix(word, columns);
                // A character wider than the column would never fit.
                let head = if head.is_empty() { first(word) } else { head };
                // A path or an id breaks after a part of it, unless that leaves half a line empty.
                let part = head.rfind(['/', '-', '_', '.', ':']).map_or(0, |at| at + 1);
                let head = if width(&head[..part]) * 2 > columns { &head[..part] } else { head };
                let last = lines.len() - 1;
                lines[last].push_str(head);
                word = &word[head.len()..];
                if word.is_empty() {
                    break;
                }
            }
            lines.push(String::new());
        }
        if lines.len() > lines_max {
            break;
        }
    }
    if lines.len() > lines_max {
        lines.truncate(lines_max.max(1));
        if let Some(last) = lines.last_mut() {
            *last = cut(&format!("{last}…"), columns);
        }
    }
    lines
}

/// The longest start of `text` that fits. Characters without width are not followed for ever.
fn prefix(text: &str, columns: usize) -> &str {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        let next = at + c.len_utf8();
        if next > columns.saturating_mul(8) || width(&text[..next]) > columns {
            break;
        }
        end = next;
    }
    &text[..end]
}

fn first(text: &str) -> &str {
    &text[..text.chars().next().map_or(0, char::len_utf8)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_steer_a_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\tc\nd\u{202e}e"), "a\u{fffd}[2Jb c d\u{fffd}e");
        assert!(matches!(plain("harmless – ü"), Cow::Borrowed(_)));
    }

    #[test]
    fn text_is_wrapped_at_spaces_and_long_words_are_broken() {
        assert_eq!(wrap("one two three", 7, 9), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4, 9), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("one two three four", 7, 2), ["one two", "three…"]);
        assert_eq!(wrap("", 7, 2), [""]);
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(fit("ab", 4), "ab  ");
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_wider_than_asked(text in ".{0,80}", columns in 2_usize..40, lines in 1_usize..5) {
            let text = plain(&text).into_owned();
            let wrapped = wrap(&text, columns, lines);
            proptest::prop_assert!(wrapped.len() <= lines);
            for line in wrapped {
                proptest::prop_assert!(width(&line) <= columns, "{line:?}");
            }
            proptest::prop_assert!(width(&cut(&text, columns)) <= columns);
        }
    }
}
