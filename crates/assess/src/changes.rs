//! What became different since an earlier assessment.

use std::collections::BTreeMap;

use annex_isms::assessment::{Assessment, Changes, RequirementResult, ResultKey};
use annex_isms::{AssetId, Outcome};

/// Compares two assessments of the same organisation.
pub fn changes(earlier: &Assessment, later: &Assessment) -> Changes {
    let index = |assessment: &Assessment| -> BTreeMap<ResultKey, Outcome> {
        assessment.results.iter().map(|result| (key(result), result.outcome)).collect()
    };
    let (before, after) = (index(earlier), index(later));
    let select = |rule: fn(Option<Outcome>, Outcome) -> bool| -> Vec<ResultKey> {
        after
            .iter()
            .filter(|(key, outcome)| rule(before.get(*key).copied(), **outcome))
            .map(|(key, _)| key.clone())
            .collect()
    };
    let present = |assessment: &Assessment| -> Vec<AssetId> {
        assessment.assets.iter().filter(|a| a.present).map(|a| a.id.clone()).collect()
    };
    let (assets_before, assets_after) = (present(earlier), present(later));
    let mut fixed = select(|before, after| {
        before == Some(Outcome::Gap) && matches!(after, Outcome::Met | Outcome::NotApplicable)
    });
    // A gap on something that is gone is fixed too.
    fixed.extend(
        before
            .iter()
            .filter(|(key, outcome)| **outcome == Outcome::Gap && !after.contains_key(*key))
            .map(|(key, _)| key.clone()),
    );
    fixed.sort();
    Changes {
        since: earlier.at,
        new_gaps: select(|before, after| after == Outcome::Gap && before != Some(Outcome::Gap)),
        fixed,
        gone_stale: select(|before, after| {
            before == Some(Outcome::Met) && after == Outcome::Unknown
        }),
        answered: select(|before, after| {
            before == Some(Outcome::Unknown) && after != Outcome::Unknown
        }),
        new_assets: without(&assets_after, &assets_before),
        gone_assets: without(&assets_before, &assets_after),
    }
}

fn key(result: &RequirementResult) -> ResultKey {
    ResultKey { requirement: result.requirement.clone(), subject: result.subject.clone() }
}

fn without(these: &[AssetId], other: &[AssetId]) -> Vec<AssetId> {
    these.iter().filter(|id| other.binary_search(id).is_err()).cloned().collect()
}
