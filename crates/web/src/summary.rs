//! What pages show of an assessment as a whole, counted once when it is made: a large one has a
//! million results, and no page goes through them all.

use std::collections::BTreeMap;

use annex_isms::assessment::{Counts, RequirementResult};
use annex_isms::{Assessment, ControlId, Outcome, PersonId, RequirementId};

use crate::outlook::{self, Work};

/// The most results of a requirement on the page of its control, the worst first.
const WORST_MAX: usize = 5;

/// The counted parts of an assessment.
#[derive(Debug)]
pub(crate) struct Summary {
    /// Of all results.
    pub(crate) counts: Counts,
    requirements: BTreeMap<RequirementId, Of>,
    /// Gaps whose day is over.
    pub(crate) overdue: usize,
    /// Gaps by owner, confirmed or not.
    owned: BTreeMap<PersonId, usize>,
    /// What is due when, by owner.
    pub(crate) work: Work,
}

/// The results of one requirement.
#[derive(Debug, Default)]
struct Of {
    counts: Counts,
    /// Positions of the first of each outcome among them.
    first: BTreeMap<Outcome, Vec<usize>>,
}

impl Summary {
    /// Goes through an assessment once.
    pub(crate) fn of(assessment: &Assessment) -> Self {
        let mut counts = Counts::default();
        let mut requirements: BTreeMap<RequirementId, Of> = BTreeMap::new();
        for results in assessment.results.chunk_by(|a, b| a.requirement == b.requirement) {
            let mut of = Of::default();
            for (position, result) in results.iter().enumerate() {
                counts.add(result.outcome);
                of.counts.add(result.outcome);
                let first = of.first.entry(result.outcome).or_default();
                if first.len() < WORST_MAX {
                    first.push(position);
                }
            }
            requirements.insert(results[0].requirement.clone(), of);
        }
        let today = assessment.at.date();
        let mut owned: BTreeMap<PersonId, usize> = BTreeMap::new();
        for owner in assessment.gaps.iter().filter_map(|gap| gap.owner.as_ref()) {
            *owned.entry(owner.person.clone()).or_default() += 1;
        }
        Self {
            counts,
            requirements,
            overdue: assessment.gaps.iter().filter(|gap| gap.due < today).count(),
            owned,
            work: outlook::work(assessment),
        }
    }

    /// How many gaps are someone's.
    pub(crate) fn owned(&self, person: &PersonId) -> usize {
        self.owned.get(person).copied().unwrap_or(0)
    }

    /// Of the results of a requirement.
    pub(crate) fn of_requirement(&self, requirement: &RequirementId) -> Counts {
        self.requirements.get(requirement).map(|of| of.counts).unwrap_or_default()
    }

    /// Of the results of all requirements of a control.
    pub(crate) fn of_control(&self, control: &ControlId) -> Counts {
        let mut sum = Counts::default();
        for (requirement, of) in &self.requirements {
            if requirement.control() == control {
                sum.join(of.counts);
            }
        }
        sum
    }

    /// Some of the `results` of a requirement, the worst first.
    pub(crate) fn worst<'r>(&self, results: &'r [RequirementResult]) -> Vec<&'r RequirementResult> {
        let of = results.first().and_then(|result| self.requirements.get(&result.requirement));
        let order = [Outcome::Gap, Outcome::Unknown, Outcome::NotApplicable, Outcome::Met];
        let positions = order.iter().filter_map(|outcome| of?.first.get(outcome)).flatten();
        positions.take(WORST_MAX).filter_map(|position| results.get(*position)).collect()
    }
}
