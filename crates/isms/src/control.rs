//! Controls and the requirements that extend them, by their identifiers.

use std::fmt;
use std::str::FromStr;

use crate::IdError;
use crate::id::{check_slug, slug_pattern, text_serde};

/// A control: one of the 93 of ISO/IEC 27001:2022 Annex A (`A.5.7`), or a necessary control
/// from elsewhere (`X.model-cards`). Ordered as in the standard, the organisation's own last.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ControlId {
    /// Clause (5 to 8) and number within it.
    AnnexA(u8, u8),
    /// A control outside Annex A, by its slug.
    Own(String),
}

impl ControlId {
    /// Number of controls in each clause of Annex A, by clause.
    pub const ANNEX_A: [(u8, u8); 4] = [(5, 37), (6, 8), (7, 14), (8, 34)];
}

impl fmt::Display for ControlId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnnexA(clause, number) => write!(f, "A.{clause}.{number}"),
            Self::Own(slug) => write!(f, "X.{slug}"),
        }
    }
}

impl fmt::Debug for ControlId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ControlId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let what = "a control id";
        let error = |why| IdError { text: text.to_owned(), what, why };
        if let Some(own) = text.strip_prefix("X.") {
            check_slug(own, what)?;
            return Ok(Self::Own(own.to_owned()));
        }
        let (clause, number) = text
            .strip_prefix("A.")
            .and_then(|rest| rest.split_once('.'))
            .ok_or_else(|| error("expected a form such as `A.5.7`, or `X.` and a slug"))?;
        let parsed = |part: &str| part.parse::<u8>().ok().filter(|n| n.to_string() == part);
        let (clause, number) = parsed(clause)
            .zip(parsed(number))
            .ok_or_else(|| error("clause and number must be plain numbers"))?;
        let in_annex =
            Self::ANNEX_A.iter().any(|&(c, count)| c == clause && (1..=count).contains(&number));
        if in_annex {
            Ok(Self::AnnexA(clause, number))
        } else {
            Err(error("Annex A of ISO/IEC 27001:2022 has 5.1–5.37, 6.1–6.8, 7.1–7.14 and 8.1–8.34"))
        }
    }
}

/// A control id as a regular expression, without its ends.
macro_rules! control_pattern {
    () => {
        concat!(
            r"(A\.(5\.([1-9]|[12][0-9]|3[0-7])|6\.[1-8]|7\.([1-9]|1[0-4])|8\.([1-9]|[12][0-9]|3[0-4]))|X\.",
            slug_pattern!(),
            ")"
        )
    };
}

text_serde!(ControlId, "pattern": concat!("^", control_pattern!(), "$"));

/// A requirement: one checkable AI extension of a control (`A.5.7/intel-triaged`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequirementId {
    control: ControlId,
    name: String,
}

impl RequirementId {
    /// The control that it extends.
    pub const fn control(&self) -> &ControlId {
        &self.control
    }
}

impl fmt::Display for RequirementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.control, self.name)
    }
}

impl fmt::Debug for RequirementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for RequirementId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let what = "a requirement id";
        let (control, name) = text.split_once('/').ok_or(IdError {
            text: text.to_owned(),
            what,
            why: "expected a control and a name such as `A.5.7/intel-triaged`",
        })?;
        check_slug(name, what)?;
        Ok(Self { control: control.parse()?, name: name.to_owned() })
    }
}

text_serde!(RequirementId, "pattern": concat!("^", control_pattern!(), "/", slug_pattern!(), "$"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_ids_sort_as_in_the_standard_and_refuse_what_is_not_in_it() {
        let mut ids: Vec<ControlId> =
            ["X.own", "A.8.2", "A.5.10", "A.5.7"].iter().map(|t| t.parse().expect(t)).collect();
        ids.sort();
        let sorted: Vec<String> = ids.iter().map(ToString::to_string).collect();
        assert_eq!(sorted, ["A.5.7", "A.5.10", "A.8.2", "X.own"]);
        for bad in ["A.5.38", "A.9.1", "A.5.07", "A.5", "5.7", "A.5.0", "X.", "X.A"] {
            assert!(bad.parse::<ControlId>().is_err(), "{bad}");
        }
    }
}
