//! An address of a list, read and written: what is searched, filtered and sorted, and which page.

use annex_operations::ListQuery;

use super::kinds::Kind;
use crate::error::Failure;

/// How many records a page has.
pub(crate) const PAGE_ROWS: u64 = 50;

/// What an address asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) text: String,
    pub(crate) filters: Vec<(String, String)>,
    pub(crate) sort: Option<String>,
    pub(crate) descending: bool,
    /// From 0.
    pub(crate) page: u64,
}

impl Asked {
    /// Reads the pairs of an address. A field that is left empty asks for nothing.
    pub(crate) fn read(pairs: Vec<(String, String)>) -> Result<Self, Failure> {
        let mut asked = Self::default();
        for (name, value) in pairs {
            let value = value.trim().to_owned();
            match name.as_str() {
                _ if value.is_empty() => {}
                "text" => asked.text = value,
                "sort" => asked.sort = Some(value),
                "order" => asked.descending = value == "desc",
                "page" => {
                    let number = value.parse::<u64>().ok().and_then(|page| page.checked_sub(1));
                    asked.page = number.ok_or_else(|| {
                        Failure::Asked(format!("`{value}` is no page; the first is 1"))
                    })?;
                }
                _ => asked.filters.push((name, value)),
            }
        }
        Ok(asked)
    }

    /// The same of the register.
    pub(crate) fn query(&self, kind: &Kind) -> ListQuery {
        ListQuery {
            filters: self.filters.clone(),
            text: self.text.clone(),
            sort: self.sort.clone(),
            descending: self.descending,
            offset: self.page.saturating_mul(PAGE_ROWS),
            limit: PAGE_ROWS,
            ..ListQuery::of(kind.record)
        }
    }

    /// What was answered to a field.
    pub(crate) fn answer(&self, name: &str) -> &str {
        self.filters.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }

    /// Whether anything narrows the list.
    pub(crate) fn narrows(&self) -> bool {
        !self.text.is_empty() || !self.filters.is_empty()
    }

    /// The address of this list under a path; `?` and what follows only where there is something.
    pub(crate) fn address(&self, path: &str) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        let order = self.descending.then(|| "desc".to_owned());
        let page = (self.page > 0).then(|| self.page.saturating_add(1).to_string());
        if !self.text.is_empty() {
            pairs.append_pair("text", &self.text);
        }
        pairs.extend_pairs(&self.filters);
        for (name, value) in [("sort", &self.sort), ("order", &order), ("page", &page)] {
            if let Some(value) = value {
                pairs.append_pair(name, value);
            }
        }
        let pairs = pairs.finish();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{pairs}") }
    }

    /// The same list, on another page.
    pub(crate) fn on(&self, page: u64) -> Self {
        Self { page, ..self.clone() }
    }

    /// The same list, sorted by a field: the other way round when it is that already.
    pub(crate) fn sorted(&self, by: &str, now: &str) -> Self {
        Self {
            sort: Some(by.to_owned()),
            descending: by == now && !self.descending,
            page: 0,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Asked, Failure> {
        Asked::read(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn an_address_is_read_as_it_was_written() {
        let asked = read(&[
            ("text", " a&b=c é "),
            ("owner", "ada"),
            ("kind", ""),
            ("sort", "name"),
            ("order", "desc"),
            ("page", "3"),
        ]);
        let asked = asked.expect("an address");
        let address = asked.address("/registers/assets");
        assert_eq!(
            address,
            "/registers/assets?text=a%26b%3Dc+%C3%A9&owner=ada&sort=name&order=desc&page=3"
        );
        let (_, pairs) = address.split_once('?').expect("pairs");
        let pairs = form_urlencoded::parse(pairs.as_bytes()).into_owned().collect();
        assert_eq!(Asked::read(pairs).expect("an address"), asked);
        assert_eq!(
            asked.sorted("name", "name").address("/"),
            "/?text=a%26b%3Dc+%C3%A9&owner=ada&sort=name"
        );
        assert!(Asked::default().address("/x") == "/x" && !Asked::default().narrows());
        for wrong in ["0", "-1", "one"] {
            assert!(read(&[("page", wrong)]).is_err(), "{wrong}");
        }
    }
}
