//! What several pages have in common: fields of forms, people to choose from, pages of a list.

use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;

use annex_isms::entity::Person;
use annex_isms::{Instant, PersonId};
use annex_operations::ListQuery;
use maud::{Markup, html};

use crate::error::Failure;
use crate::{Site, registers};

/// The most rows of one page of a list.
pub(crate) const ROWS_MAX: usize = 50;

/// Reads a field; what is wrong with it is said under its label.
pub(crate) fn field<T: FromStr<Err: Display>>(label: &str, text: &str) -> Result<T, Failure> {
    text.trim().parse().map_err(|error| Failure::Refused(format!("{label}: {error}")))
}

/// Reads a field that may be left empty.
pub(crate) fn optional<T: FromStr<Err: Display>>(
    label: &str,
    text: &str,
) -> Result<Option<T>, Failure> {
    if text.trim().is_empty() { Ok(None) } else { field(label, text).map(Some) }
}

/// The fields of a form, in which a name may stand more than once.
#[derive(Debug, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// The first field of this name; a missing one is empty.
    pub(crate) fn one<'a>(&'a self, name: &'a str) -> &'a str {
        self.all(name).next().unwrap_or_default()
    }

    /// The version of the thing that the form was made from; new things have none.
    pub(crate) fn version(&self) -> Result<Option<u64>, Failure> {
        optional("Version", self.one("version"))
    }

    /// All fields of this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// What the fields with other names hold.
    pub(crate) fn others<'a>(
        &'a self,
        known: &'a [&str],
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let fields = self.0.iter().filter(|(own, _)| !known.contains(&own.as_str()));
        fields.map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Finds what was typed, whatever its case.
pub(crate) struct Search(String);

impl Search {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.trim().to_lowercase())
    }

    /// Whether a text has it. Nothing typed is in everything.
    pub(crate) fn fits(&self, text: &str) -> bool {
        self.0.is_empty() || text.to_lowercase().contains(&self.0)
    }
}

/// How many AI systems a field lets choose from; where there are more, it is typed.
const SYSTEMS_OFFERED_MAX: u64 = 100;

/// The field `system` of a form; `None` where no AI system is on record.
pub(crate) async fn system_field(site: &Site) -> Result<Option<Markup>, Failure> {
    let query = ListQuery { limit: SYSTEMS_OFFERED_MAX, ..ListQuery::of("system") };
    let page = site.operations.list(&query).await?;
    let options =
        html! { @for own in &page.items { option value=(own.key) { (registers::name(own)) } } };
    let all = page.total <= SYSTEMS_OFFERED_MAX;
    Ok((page.total > 0).then(|| html! {
        label {
            "AI system"
            @if all { select name="system" { (options) } }
            @else { input name="system" list="offered-systems" required placeholder="its id" autocomplete="off"; }
        }
        @if !all { datalist id="offered-systems" { (options) } }
    }))
}

/// The field for a team of one, in which nobody else can approve.
pub(crate) fn compensating_review(people: &[Person]) -> Markup {
    html! {
        @if people.len() <= 1 {
            label {
                "You are the only person on record: the review that stands in for a second one"
                textarea name="compensating_review" rows="2" {}
            }
        }
    }
}

/// The people on record, to choose one from.
pub(crate) fn people(
    label: &str,
    name: &str,
    people: &[Person],
    chosen: Option<&PersonId>,
    nobody: bool,
) -> Markup {
    html! {
        label { (label) select name=(name) {
            @if nobody { option value="" selected[chosen.is_none()] { "nobody" } }
            @for person in people {
                option value=(person.id) selected[chosen == Some(&person.id)] { (person.name) }
            }
        } }
    }
}

/// The minute of an instant.
pub(crate) fn minute(instant: Instant) -> String {
    let text = instant.to_string();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => text,
    }
}

/// An address to which `page=` or another field can be added.
pub(crate) fn query(path: &str, fields: &[(&str, &str)]) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(fields.iter().filter(|(_, value)| !value.is_empty()));
    let pairs = pairs.finish();
    if pairs.is_empty() { format!("{path}?") } else { format!("{path}?{pairs}&") }
}

/// One page of a long list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    number: usize,
    total: usize,
}

impl Part {
    /// The page with this number, from 1; a number that is too high gives the last page.
    pub(crate) fn new(number: usize, total: usize) -> Self {
        Self { number: number.clamp(1, total.div_ceil(ROWS_MAX).max(1)), total }
    }

    /// The positions of its rows.
    pub(crate) fn range(self) -> Range<usize> {
        let from = (self.number - 1) * ROWS_MAX;
        from..(from + ROWS_MAX).min(self.total)
    }

    /// Which rows these are, and the way to the others; `address` ends where `page=` may follow.
    pub(crate) fn links(self, address: &str) -> Markup {
        let rows = self.range();
        let to = |number: usize| format!("{address}page={number}");
        html! {
            @if self.total > ROWS_MAX {
                nav.parts aria-label="Pages of the list" {
                    @if self.number > 1 { a rel="prev" href=(to(self.number - 1)) { "← Before" } }
                    span.beside { (rows.start + 1) " to " (rows.end) " of " (self.total) }
                    @if rows.end < self.total { a rel="next" href=(to(self.number + 1)) { "Further →" } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_a_list_without_overlap() {
        for total in [0, 1, ROWS_MAX, ROWS_MAX + 1, 3 * ROWS_MAX - 1] {
            let mut next = 0;
            for number in 1..=total.div_ceil(ROWS_MAX).max(1) {
                let rows = Part::new(number, total).range();
                assert_eq!(rows.start, next);
                next = rows.end;
            }
            assert_eq!(next, total);
            assert_eq!(Part::new(usize::MAX, total).range().end, total);
            assert_eq!(Part::new(0, total).range().start, 0);
        }
    }
}
