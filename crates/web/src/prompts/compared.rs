//! Two texts line by line. A longer text is not compared: the time it takes grows with the square
//! of its lines.

use maud::{Markup, html};
use similar::{ChangeTag, TextDiff};

/// The most lines of a text that is compared.
const LINES_MAX: usize = 2_000;
/// The lines around a change that stay the same and are shown.
const CONTEXT_LINES: usize = 3;

/// What of `before` is gone in `after`, and what is new.
pub(super) fn lines(before: &str, after: &str) -> Markup {
    if before.lines().count().max(after.lines().count()) > LINES_MAX {
        return html! { p { "One of the two has more than " (LINES_MAX) " lines, so they are not compared here." } };
    }
    let diff = TextDiff::from_lines(before, after);
    let groups = diff.grouped_ops(CONTEXT_LINES);
    html! {
        @if groups.is_empty() { p { "Nothing: the texts are the same." } } @else {
            div.scroll tabindex="0" role="region" aria-label="What changed" { table.diff {
                thead { tr { th scope="col" { "Before" } th scope="col" { "After" } th scope="col" { "Line" } } }
                @for group in &groups { tbody { @for operation in group { @for change in diff.iter_changes(operation) {
                    (row(change.tag(), change.old_index(), change.new_index(), change.value()))
                } } } }
            } }
        }
    }
}

fn row(tag: ChangeTag, old: Option<usize>, new: Option<usize>, text: &str) -> Markup {
    let (class, sign, word) = match tag {
        ChangeTag::Delete => ("gone", "−", "removed"),
        ChangeTag::Insert => ("new", "+", "added"),
        ChangeTag::Equal => ("same", " ", ""),
    };
    let number = |index: Option<usize>| index.map(|index| index + 1);
    html! { tr.(class) {
        td.number { @if let Some(line) = number(old) { (line) } }
        td.number { @if let Some(line) = number(new) { (line) } }
        td { span.sign aria-hidden="true" { (sign) } @if !word.is_empty() { span.unseen { (word) ": " } } code { (text.trim_end_matches(['\n', '\r'])) } }
    } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_came_and_went_are_marked_and_escaped() {
        let shown = lines("one\ntwo\nthree\n", "one\n<b>\nthree\n").into_string();
        assert!(shown.contains("removed: </span><code>two"), "{shown}");
        assert!(shown.contains("added: </span><code>&lt;b&gt;"), "{shown}");
        assert!(lines("same", "same").into_string().contains("are the same"));
        let long = "x\n".repeat(LINES_MAX + 1);
        assert!(lines(&long, "").into_string().contains("not compared"));
    }
}
