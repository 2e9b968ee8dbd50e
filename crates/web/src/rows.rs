//! Finding rows of a long list of an assessment by id and by text, without going through them.
//!
//! A list of a million rows is about some ten thousand subjects and asks some hundred things: each
//! of those texts is kept and looked through once, whatever the number of rows that have it.

use std::collections::HashMap;

use annex_isms::assessment::{GapView, RequestView};

use crate::parts::Search;

/// A row of such a list.
pub(crate) trait Row {
    /// Its id.
    fn id(&self) -> &str;
    /// What is asked, and what it is about: the texts by which it is found.
    fn texts(&self) -> [String; 2];
}

impl Row for GapView {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn texts(&self) -> [String; 2] {
        [format!("{} {}", self.title, self.requirement), self.subject_name.clone()]
    }
}

impl Row for RequestView {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn texts(&self) -> [String; 2] {
        [self.ask.clone(), self.subject.to_string()]
    }
}

/// What finds the rows of a list by their positions.
#[derive(Debug)]
pub(crate) struct Rows {
    /// The positions in the order of the ids.
    by_id: Vec<usize>,
    /// Every text that some row has, once.
    texts: Vec<String>,
    /// Which of them each row has.
    has: Vec<[usize; 2]>,
}

impl Rows {
    /// Goes through the rows once.
    pub(crate) fn of(rows: &[impl Row]) -> Self {
        let mut by_id: Vec<usize> = (0..rows.len()).collect();
        by_id.sort_by_key(|position| rows[*position].id());
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut place = |text: String| {
            let next = known.len();
            *known.entry(text).or_insert(next)
        };
        let has = rows.iter().map(|row| row.texts().map(&mut place)).collect();
        let mut texts = vec![String::new(); known.len()];
        for (text, place) in known {
            texts[place] = text;
        }
        Self { by_id, texts, has }
    }

    /// The row with an id, of the rows that this is of.
    pub(crate) fn find<'r, R: Row>(&self, rows: &'r [R], id: &str) -> Option<&'r R> {
        let id_at = |position: &usize| rows.get(*position).map(Row::id);
        let place = self.by_id.binary_search_by(|position| id_at(position).cmp(&Some(id))).ok()?;
        rows.get(*self.by_id.get(place)?)
    }

    /// Says of a position whether its row has a text.
    pub(crate) fn with(&self, text: &str) -> impl Fn(usize) -> bool {
        let search = Search::new(text);
        let fits: Vec<bool> = self.texts.iter().map(|text| search.fits(text)).collect();
        move |position| {
            self.has.get(position).is_some_and(|[asked, about]| fits[*asked] || fits[*about])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Told(&'static str, [&'static str; 2]);

    impl Row for Told {
        fn id(&self) -> &str {
            self.0
        }

        fn texts(&self) -> [String; 2] {
            self.1.map(str::to_owned)
        }
    }

    #[test]
    fn rows_are_found_by_id_and_by_each_of_their_texts() {
        let told = [
            Told("c", ["Prompts are protected", "Help desk"]),
            Told("a", ["Prompts are protected", "Sales"]),
            Told("b", ["Keys are kept", "Help desk"]),
        ];
        let rows = Rows::of(&told);
        for row in &told {
            assert_eq!(rows.find(&told, row.0).map(Row::id), Some(row.0));
        }
        assert!(rows.find(&told, "d").is_none());
        let with = |text: &str| -> Vec<&str> {
            let fits = rows.with(text);
            (0..4).filter(|position| fits(*position)).map(|position| told[position].0).collect()
        };
        assert_eq!(with("PROMPTS"), ["c", "a"]);
        assert_eq!(with("help"), ["c", "b"]);
        assert_eq!(with(" "), ["c", "a", "b"]);
        assert!(with("nothing of it").is_empty());
    }
}
