//! The small parts that a page is built from.

use annex_isms::Digest;
use annex_isms::assessment::Counts;
use maud::{Markup, html};

use super::breakable;
use crate::style::{Tone, plain};
use crate::table::Table;
use crate::view::{Shown, count};

/// A word with its symbol; the colour only repeats it.
pub(super) fn chip(shown: impl Shown) -> Markup {
    toned(shown.tone(), shown.symbol(), shown.word())
}

/// A symbol and a word in a tone.
pub(super) fn toned(tone: Tone, symbol: &str, word: &str) -> Markup {
    html! { span.chip.(tone.class()) { span.symbol aria-hidden="true" { (symbol) } " " (word) } }
}

/// How results are shared among the outcomes, as a bar; the words stand beside it.
pub(super) fn bar(counts: Counts) -> Markup {
    let total = counts.total().max(1);
    let parts = [
        ("good", counts.met),
        ("bad", counts.gap),
        ("open", counts.unknown),
        ("muted", counts.not_applicable),
    ];
    let mut from = 0;
    let rects = parts.map(|(class, number)| {
        // In thousandths, and what there is stays visible.
        let width = (number * 1000 / total).max(if number > 0 { 12 } else { 0 });
        let rect = (class, from, width);
        from += width;
        rect
    });
    html! {
        svg.bar viewBox=(format!("0 0 {} 8", from.max(1000))) preserveAspectRatio="none" aria-hidden="true" {
            @for (class, x, width) in rects {
                @if width > 0 { rect.(class) x=(x) y="0" width=(width) height="8" {} }
            }
        }
    }
}

/// `3 met · 2 gap · 10 unknown`, without what is zero.
pub(super) fn tally(counts: Counts) -> Markup {
    let parts = [
        ("good", counts.met, "met"),
        ("bad", counts.gap, "gap"),
        ("open", counts.unknown, "unknown"),
        ("muted", counts.not_applicable, "not applicable"),
    ];
    html! {
        span.tally {
            @for (class, number, word) in parts.iter().filter(|part| part.1 > 0) {
                span class=(class) { (number) " " (word) } " "
            }
            @if counts.total() == 0 { span.muted { "no result" } }
        }
    }
}

/// A term and what it is.
pub(super) fn fact(term: &str, value: &str) -> Markup {
    html! { div { dt { (term) } dd { (breakable(value)) } } }
}

/// Words side by side; none is said as such.
pub(super) fn tags<T: ToString>(items: impl IntoIterator<Item = T>, none: &str) -> Markup {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    html! {
        @if items.is_empty() { span.open { (none) } }
        @for item in &items { span.tag { (breakable(item)) } " " }
    }
}

/// A table of at most `rows_max` rows, and how many more there are.
pub(super) fn capped(mut table: Table, rows_max: usize, file: &str) -> Markup {
    let more = table.rows.len().saturating_sub(rows_max);
    table.rows.truncate(rows_max);
    html! {
        (table.to_html())
        @if more > 0 { (and_more(more as u64, file)) }
    }
}

/// What a page leaves out, and where it is.
pub(super) fn and_more(more: u64, file: &str) -> Markup {
    html! { p.more { "and " (count(more, "more", "more")) " (see " code { (file) } " in the pack)" } }
}

/// An identifier as an anchor: letters, digits, hyphens and dots only.
pub(super) fn anchor(prefix: &str, id: &str) -> String {
    let id: String =
        id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    format!("{prefix}-{id}")
}

/// A heading that a link can name.
pub(super) fn section(id: &str, title: &str, beside: &str) -> Markup {
    html! { h2 id=(id) { (title) @if !beside.is_empty() { " " span.beside { (plain(beside)) } } } }
}

/// The start of a digest; the whole is shown on demand and stands in the pack.
pub(super) fn short(digest: &Digest) -> Markup {
    let whole = digest.to_string();
    html! { code title=(whole) { (whole.get(..23).unwrap_or(&whole)) "…" } }
}
