//! Two scans of one repository → what changed, and which requirements read that.

use std::collections::{BTreeMap, BTreeSet};

use annex_catalog::Catalogue;
use annex_isms::drift::{AssetChange, AssetDrift, AttributeChange, Drift, TouchedControl};
use annex_isms::observation::{AssetKey, ObservationBatch, Seen, SeenAsset};
use annex_isms::{Attribute, ControlId, RequirementId, SubjectKind};

/// Compares an earlier scan with a later one of the same repository.
pub fn drift(catalogue: &Catalogue, old: &ObservationBatch, new: &ObservationBatch) -> Drift {
    let mut changes = Vec::new();
    let mut kept: BTreeSet<&AssetKey> = BTreeSet::new();
    let (before, now) = (values(old), values(new));
    for asset in &new.assets {
        let change = |what| AssetChange {
            asset: asset.key.clone(),
            name: asset.name.clone(),
            what,
            locations: asset.locations.clone(),
        };
        let Some(earlier) = earlier(asset, &old.assets) else {
            changes.push(change(AssetDrift::New));
            continue;
        };
        kept.insert(&earlier.key);
        if earlier.key != asset.key {
            changes.push(change(AssetDrift::Renamed { from: earlier.key.key.clone() }));
        }
        let attributes = changed(before.get(&earlier.key), now.get(&asset.key));
        if !attributes.is_empty() {
            changes.push(change(AssetDrift::Changed { attributes }));
        }
    }
    changes.extend(old.assets.iter().filter(|asset| !kept.contains(&asset.key)).map(|asset| {
        AssetChange {
            asset: asset.key.clone(),
            name: asset.name.clone(),
            what: AssetDrift::Gone,
            locations: asset.locations.clone(),
        }
    }));
    changes.sort_by(|a, b| a.asset.cmp(&b.asset));
    let (controls, outdated) = touched(catalogue, &changes, &redefined(old, new));
    Drift {
        scope: new.scope.clone(),
        since: old.period.to,
        complete: new.skipped.iter().all(|skipped| skipped.deliberate),
        changes,
        controls,
        outdated,
    }
}

type Values<'a> = BTreeMap<&'a Attribute, String>;

fn values(batch: &ObservationBatch) -> BTreeMap<&AssetKey, Values<'_>> {
    let mut values: BTreeMap<&AssetKey, Values<'_>> = BTreeMap::new();
    for observation in &batch.observations {
        if let Seen::Asset(key) = &observation.subject {
            let own = values.entry(key).or_default();
            own.insert(&observation.attribute, observation.value.to_string());
        }
    }
    values
}

/// The same asset before: by its key, else by what else it is known as, such as its content.
fn earlier<'a>(asset: &SeenAsset, old: &'a [SeenAsset]) -> Option<&'a SeenAsset> {
    let same_key = old.iter().find(|earlier| earlier.key == asset.key);
    same_key.or_else(|| {
        old.iter().find(|earlier| {
            earlier.key.kind == asset.key.kind
                && earlier.aliases.iter().any(|alias| asset.aliases.contains(alias))
        })
    })
}

fn changed(before: Option<&Values<'_>>, now: Option<&Values<'_>>) -> Vec<AttributeChange> {
    let (empty, also_empty) = (Values::new(), Values::new());
    let (before, now) = (before.unwrap_or(&empty), now.unwrap_or(&also_empty));
    let names: BTreeSet<_> = before.keys().chain(now.keys()).collect();
    names
        .into_iter()
        .filter(|name| before.get(*name) != now.get(*name))
        .map(|name| AttributeChange {
            attribute: (*name).clone(),
            from: before.get(name).cloned(),
            to: now.get(name).cloned(),
        })
        .collect()
}

/// The attribute that stands for what a subject is, as the register compares it.
const DIGEST: &str = "digest";

/// Kinds of subject of which one is another thing now, so that tests from before do not speak of
/// it any more.
fn redefined(old: &ObservationBatch, new: &ObservationBatch) -> BTreeSet<SubjectKind> {
    let digests = |batch: &'_ ObservationBatch| -> BTreeMap<Seen, String> {
        let own = batch.observations.iter().filter(|seen| seen.attribute.as_str() == DIGEST);
        own.map(|seen| (seen.subject.clone(), seen.value.to_string())).collect()
    };
    let before = digests(old);
    let changed = |(subject, digest): (Seen, String)| {
        before.get(&subject).filter(|before| **before != digest)?;
        match subject {
            Seen::System(_) => Some(SubjectKind::System),
            Seen::Asset(_) => Some(SubjectKind::Asset),
            _ => None,
        }
    };
    digests(new).into_iter().filter_map(changed).collect()
}

fn touched(
    catalogue: &Catalogue,
    changes: &[AssetChange],
    redefined: &BTreeSet<SubjectKind>,
) -> (Vec<TouchedControl>, BTreeSet<RequirementId>) {
    let mut by_control: BTreeMap<&ControlId, BTreeSet<RequirementId>> = BTreeMap::new();
    let mut outdated = BTreeSet::new();
    for requirement in catalogue.requirements.values() {
        let reads = changes.iter().any(|change| match &change.what {
            AssetDrift::Renamed { .. } => false,
            _ if requirement.subject != SubjectKind::Asset => false,
            _ if !requirement.having.is_empty()
                && !requirement.having.contains(&change.asset.kind) =>
            {
                false
            }
            AssetDrift::Changed { attributes } => {
                attributes.iter().any(|changed| requirement.needs.contains_key(&changed.attribute))
            }
            AssetDrift::New | AssetDrift::Gone => true,
        });
        let tested = requirement.needs.values().any(|need| need.after_change)
            && redefined.contains(&requirement.subject);
        if tested {
            outdated.insert(requirement.id.clone());
        }
        if reads || tested {
            by_control.entry(requirement.id.control()).or_default().insert(requirement.id.clone());
        }
    }
    let controls = by_control
        .into_iter()
        .map(|(control, requirements)| TouchedControl {
            control: control.clone(),
            title: catalogue.controls.get(control).map(|c| c.title.clone()).unwrap_or_default(),
            requirements,
        })
        .collect();
    (controls, outdated)
}
