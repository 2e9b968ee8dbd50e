//! What an auditor draws: some entries of a complete population, chosen so that anyone can choose
//! the same again.
//!
//! ```text
//!  ledger ─▶ entries of a kind and a period: the population ─▶ chosen by a seed, or picked ─▶ Sample
//! ```
//!
//! # How a seed chooses
//!
//! Each entry has a number: the SHA-256 of the seed, a colon and the entry's index in decimal
//! digits. The entries with the smallest numbers are the sample, read as 64 hexadecimal digits in
//! the order of the alphabet. With the indexes of the population in a file, one in a line:
//!
//! ```sh
//! while read -r i; do echo "$(printf '%s:%s' "$seed" "$i" | sha256sum) $i"; done <indexes | sort | head -n "$size"
//! ```
//!
//! Nothing else goes into it, so it needs neither this program nor a generator of random numbers.
//!
//! How it can still go wrong: who may choose the seed can try many of them elsewhere and use the
//! one that they like; a sample says whether its seed was given or drawn. And the population is
//! what was recorded: what nobody recorded is not in it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::entity::EvidenceKind;
use crate::record::Record;
use crate::{ControlId, Date, Digest, Instant, PersonId, SampleId};

/// The most bytes of a seed.
pub const SEED_BYTES_MAX: usize = 64;

/// Which entries of the ledger are a population.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SampleFrame {
    /// The kind of record of which each change is an entry.
    pub kind: String,
    /// Of evidence, only these sorts; empty is all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub evidence_kinds: BTreeSet<EvidenceKind>,
    /// The first day of the period.
    pub from: Date,
    /// The last day of the period.
    pub to: Date,
    /// Only what concerns one of these controls; empty is all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub controls: BTreeSet<ControlId>,
}

impl SampleFrame {
    /// The kinds whose records say which control they concern.
    pub const OF_CONTROLS: [&str; 8] = [
        "evidence",
        "request",
        "gap",
        "exception",
        "nonconformity",
        "implementation",
        "inapplicability",
        "soa",
    ];

    /// Whether every entry of the kind and the period is in the population.
    pub fn is_whole(&self) -> bool {
        self.evidence_kinds.is_empty() && self.controls.is_empty()
    }

    /// Whether a record of the kind is in the population.
    pub fn holds(&self, record: &Record) -> bool {
        let sort = match record {
            Record::Evidence(evidence) => {
                self.evidence_kinds.is_empty() || self.evidence_kinds.contains(&evidence.kind)
            }
            _ => self.evidence_kinds.is_empty(),
        };
        sort && (self.controls.is_empty() || self.concerns(record))
    }

    fn concerns(&self, record: &Record) -> bool {
        let one = |control: &ControlId| self.controls.contains(control);
        match record {
            Record::Evidence(e) => e.controls.iter().any(one),
            Record::Request(e) => one(e.requirement.control()),
            Record::Gap(e) => one(e.requirement.control()),
            Record::Exception(e) => one(e.requirement.control()),
            Record::Inapplicability(e) => one(e.requirement.control()),
            Record::Nonconformity(e) => one(&e.control),
            Record::Implementation(e) => one(&e.control),
            Record::Soa(e) => e.decisions.keys().any(one),
            _ => false,
        }
    }
}

/// How much a population has, and by what its completeness is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SampleCount {
    /// How many entries the population has.
    pub items: u64,
    /// How many of them cannot be looked into, because their bodies were erased. They are counted
    /// in, as nobody can say that they are not of it.
    pub erased: u64,
    /// How many entries of any kind the period has.
    pub recorded: u64,
    /// The first and the last of them; `None` when there is none. Entries are numbered without a
    /// hole, so when nothing is missing there are as many as the numbers from first to last.
    pub first: Option<u64>,
    /// The last of them.
    pub last: Option<u64>,
    /// How many entries the ledger had.
    pub ledger_size: u64,
    /// The root over them, which a checkpoint signs.
    pub ledger_root: Digest,
}

impl SampleCount {
    /// Whether the entries of the period are as many as their numbers say.
    pub fn is_complete(&self) -> bool {
        match (self.first, self.last) {
            (Some(first), Some(last)) => last.checked_sub(first) == self.recorded.checked_sub(1),
            _ => self.recorded == 0,
        }
    }
}

/// How the items of a sample were chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "method", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SampleMethod {
    /// By a seed.
    Drawn {
        /// The seed.
        seed: String,
        /// Whether who draws gave it; otherwise it was drawn at random.
        given: bool,
    },
    /// By hand.
    Picked,
}

/// A sample: what an auditor looks at of a population.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Its id.
    pub id: SampleId,
    /// What it was drawn from.
    pub frame: SampleFrame,
    /// How much that was.
    pub count: SampleCount,
    /// How its items were chosen.
    pub method: SampleMethod,
    /// The entries that were chosen, by index.
    pub chosen: BTreeSet<u64>,
    /// What it is for.
    #[serde(default)]
    pub note: String,
    /// Who drew it.
    pub by: PersonId,
    /// When.
    pub at: Instant,
}

/// The entries that a seed chooses of a population: those with the smallest digests.
pub fn draw(population: &[u64], seed: &str, size: usize) -> BTreeSet<u64> {
    let number = |index: &u64| Digest::of(format!("{seed}:{index}").as_bytes());
    let mut numbered: Vec<(Digest, u64)> =
        population.iter().map(|index| (number(index), *index)).collect();
    numbered.sort_unstable();
    numbered.into_iter().take(size).map(|(_, index)| index).collect()
}

/// Whether a text can be a seed: what a shell and a reader take for the same letters.
pub fn is_seed(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= SEED_BYTES_MAX
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_chooses_as_the_shell_does() {
        // printf '%s:%s' audit-2026 N | sha256sum, for N from 10 to 19, sorted.
        let population: Vec<u64> = (10..20).collect();
        assert_eq!(draw(&population, "audit-2026", 3), EXPECTED.into());
        assert_eq!(draw(&population, "audit-2026", 99).len(), 10);
        assert!(draw(&[], "audit-2026", 3).is_empty());
        assert!(is_seed("2026-Q3") && !is_seed("") && !is_seed("a b") && !is_seed("é"));
    }

    const EXPECTED: [u64; 3] = [12, 15, 18];

    #[test]
    fn a_hole_shows() {
        let mut count = SampleCount {
            items: 1,
            erased: 0,
            recorded: 3,
            first: Some(7),
            last: Some(9),
            ledger_size: 12,
            ledger_root: Digest::of(b"root"),
        };
        assert!(count.is_complete());
        count.last = Some(10);
        assert!(!count.is_complete());
        count = SampleCount { recorded: 0, first: None, last: None, ..count };
        assert!(count.is_complete());
        assert!(!SampleCount { recorded: 1, ..count }.is_complete());
    }

    proptest::proptest! {
        #[test]
        fn a_larger_sample_holds_the_smaller_one(
            mut population in proptest::collection::vec(0..u64::MAX, 0..60),
            seed in "[a-zA-Z0-9-]{1,64}",
            size in 0..60_usize,
        ) {
            population.sort_unstable();
            population.dedup();
            let small = draw(&population, &seed, size);
            let large = draw(&population, &seed, size + 1);
            proptest::prop_assert_eq!(small.len(), size.min(population.len()));
            proptest::prop_assert!(small.is_subset(&large));
            population.reverse();
            proptest::prop_assert_eq!(draw(&population, &seed, size), small);
        }
    }
}
