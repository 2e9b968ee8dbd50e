//! Foreign text in a page: escaped, without marks that reorder it, and free to wrap.

use maud::{Markup, PreEscaped, Render as _, html};

use crate::style::plain;

/// `text`, escaped, with a place to break after each `/`, `_`, `.`, `-` and `:` of a long word.
pub(crate) fn breakable(text: &str) -> Markup {
    let text = plain(text);
    if !text.split(' ').any(|word| word.len() > 24) {
        return text.as_ref().render();
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut since = 0;
    for c in text.chars() {
        html! { (c) }.0.chars().for_each(|c| out.push(c));
        since += 1;
        if c == ' ' {
            since = 0;
        } else if since > 6 && matches!(c, '/' | '_' | '.' | '-' | ':' | '@' | ',' | '=') {
            out.push_str("<wbr>");
            since = 0;
        }
    }
    PreEscaped(out)
}

/// Sentences of the catalogue: what stands between backquotes is code.
pub(super) fn prose(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (plain(part)) } } @else { (plain(part)) }
        }
    }
}
