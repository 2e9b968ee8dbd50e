//! How grave an advisory is: the base score of its CVSS vector, in tenths.
//!
//! Only base metrics count. Threat and environment are what the reader of the report adds; a
//! vector from a feed that carries them speaks of somebody else's environment.

use annex_isms::Severity;
use cvss::Cvss;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an advisory says of its gravity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rating {
    /// The CVSS base score in tenths, 0 to 100; `None` when there is only a word.
    pub score_tenths: Option<u8>,
    /// The rating after the scale of CVSS; `None` for a score of 0.
    pub severity: Option<Severity>,
    /// The vector, as the advisory gives it.
    pub vector: Option<String>,
}

/// The base metrics of the versions of CVSS, all of which a vector must have.
const BASE_3: &[&str] = &["AV", "AC", "PR", "UI", "S", "C", "I", "A"];
const BASE_4: &[&str] = &["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"];

/// The rating of the newest version of CVSS among several vectors, the highest within it.
pub(crate) fn best<'v>(vectors: impl Iterator<Item = &'v str>) -> Option<Rating> {
    vectors
        .filter_map(|vector| Some((edition(vector)?, rated(vector)?)))
        .max_by(|(left, a), (right, b)| (left, a.score_tenths).cmp(&(right, b.score_tenths)))
        .map(|(_, rating)| rating)
}

/// The worse of two ratings; one with a score goes before one with a word alone.
pub(crate) fn worse(left: Option<Rating>, right: Option<Rating>) -> Option<Rating> {
    let key = |rating: &Option<Rating>| {
        rating.as_ref().map(|rating| (rating.severity, rating.score_tenths))
    };
    if key(&right) > key(&left) { right } else { left }
}

/// The rating that some databases give in a word.
pub(crate) fn from_word(word: &str) -> Option<Rating> {
    let severity = match word.to_ascii_lowercase().as_str() {
        "low" => Severity::Low,
        "moderate" | "medium" => Severity::Medium,
        "high" => Severity::High,
        "critical" => Severity::Critical,
        _ => return None,
    };
    Some(Rating { score_tenths: None, severity: Some(severity), vector: None })
}

fn edition(vector: &str) -> Option<&str> {
    vector.strip_prefix("CVSS:")?.split('/').next()
}

fn rated(vector: &str) -> Option<Rating> {
    let base = match edition(vector)? {
        "3.0" | "3.1" => BASE_3,
        "4.0" => BASE_4,
        _ => return None,
    };
    let mut plain = vector.split('/').next()?.to_owned();
    let mut found = 0;
    for part in vector.split('/').skip(1) {
        if part.split(':').next().is_some_and(|name| base.contains(&name)) {
            found += 1;
            plain.push('/');
            plain.push_str(part);
        }
    }
    if found != base.len() {
        return None;
    }
    let score = match plain.parse::<Cvss>().ok()? {
        Cvss::CvssV30(vector) | Cvss::CvssV31(vector) => vector.base_score().value(),
        Cvss::CvssV40(vector) => vector.score().value(),
        _ => return None,
    };
    // Scores have one digit after the point by definition.
    let tenths: u8 = format!("{score:.1}").replace('.', "").parse().ok()?;
    let severity = match tenths {
        0 => None,
        1..=39 => Some(Severity::Low),
        40..=69 => Some(Severity::Medium),
        70..=89 => Some(Severity::High),
        _ => Some(Severity::Critical),
    };
    (tenths <= 100).then(|| Rating {
        score_tenths: Some(tenths),
        severity,
        vector: Some(vector.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores as the calculators of FIRST give them.
    #[test]
    fn base_scores_of_known_vectors() {
        for (vector, tenths, severity) in [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98, Some(Severity::Critical)),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100, Some(Severity::Critical)),
            ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 61, Some(Severity::Medium)),
            ("CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", 18, Some(Severity::Low)),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0, None),
            (
                "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
                93,
                Some(Severity::Critical),
            ),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0, None),
        ] {
            let rating = best([vector].into_iter()).unwrap_or_else(|| panic!("{vector}"));
            assert_eq!(
                (rating.score_tenths, rating.severity),
                (Some(tenths), severity),
                "{vector}"
            );
        }
    }

    #[test]
    fn only_base_metrics_count_and_all_of_them_must_be_there() {
        let with_threat = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:U";
        assert_eq!(best([with_threat].into_iter()).and_then(|r| r.score_tenths), Some(98));
        for wrong in [
            "",
            "9.8",
            "CVSS:3.1",
            "CVSS:3.1/AV:N/AC:L",
            "AV:N/AC:L/Au:N/C:N/I:N/A:C",
            "CVSS:9.0/AV:N",
            "CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:3.1/AV:N/AV:N/PR:N/UI:N/S:U/C:H/I:H/A:H",
        ] {
            assert_eq!(best([wrong].into_iter()), None, "{wrong}");
        }
    }

    #[test]
    fn the_newest_edition_goes_first_and_words_come_last() {
        let three = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
        let four = "CVSS:4.0/AV:L/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N";
        let rating = best([three, four].into_iter());
        assert_eq!(rating.as_ref().and_then(|r| r.vector.as_deref()), Some(four));
        let word = from_word("MODERATE");
        assert_eq!(
            worse(word.clone(), best([three].into_iter())).and_then(|r| r.score_tenths),
            Some(98)
        );
        assert_eq!(worse(None, word.clone()), word);
    }
}
