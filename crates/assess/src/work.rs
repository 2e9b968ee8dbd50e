//! Work that follows: gaps, evidence requests, and the few answers that resolve most.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use annex_catalog::{Catalogue, Requirement};
use annex_isms::assessment::{AnswerHint, Criteria, GapView, RequestView, RequirementResult};
use annex_isms::entity::{AiSystem, Gap, GapStatus, Owner};
use annex_isms::{
    AssetId, Attribute, Basis, ControlId, Date, GapId, Outcome, RequestId, RequirementId, Severity,
    Snapshot, Subject,
};

use crate::derive::{OWNER_CONFIRMED, REGISTERED};
use crate::subject_name;

/// How many commands are proposed.
const HINTS_MAX: usize = 8;
/// The most questions in one proposed answer.
const QUESTIONS_MAX: usize = 6;

/// An evidence request for every unknown, by requirement and subject.
pub(crate) fn requests(
    catalogue: &Catalogue,
    snapshot: &Snapshot,
    results: &[RequirementResult],
    criteria: Criteria,
) -> Vec<RequestView> {
    let existing: BTreeMap<_, _> = snapshot.requests.iter().map(|r| (&r.id, r)).collect();
    let unknown = results.iter().filter(|result| result.outcome == Outcome::Unknown);
    let view = |result: &RequirementResult| {
        let requirement = catalogue.requirements.get(&result.requirement)?;
        let id = RequestId::derive(&result.requirement, &result.subject);
        let known = existing.get(&id);
        let asks: Vec<&str> = result
            .missing
            .keys()
            .filter_map(|name| catalogue.attributes.get(&(requirement.subject, name.clone())))
            .map(|spec| spec.ask.as_deref().unwrap_or(&spec.words))
            .collect();
        Some(RequestView {
            requirement: result.requirement.clone(),
            subject: result.subject.clone(),
            ask: if asks.is_empty() { requirement.words.clone() } else { asks.join(" ") },
            by_person: answerable(catalogue, requirement, result),
            owner: known
                .and_then(|known| known.owner.clone())
                .or_else(|| proposed_owner(snapshot, requirement, &result.subject)),
            role: requirement.role.clone(),
            due: known.map_or_else(
                || snapshot.at.date().plus_days(criteria.request_due_days),
                |known| known.due,
            ),
            id,
        })
    };
    unknown.filter_map(view).collect()
}

/// Every gap: open ones, then those that wait for someone to verify them; the worst first.
pub(crate) fn gaps(
    catalogue: &Catalogue,
    snapshot: &Snapshot,
    results: &[RequirementResult],
    criteria: Criteria,
) -> Vec<GapView> {
    let existing: BTreeMap<&GapId, &Gap> = snapshot.gaps.iter().map(|gap| (&gap.id, gap)).collect();
    let mut views = Vec::new();
    for result in results {
        let Some(requirement) = catalogue.requirements.get(&result.requirement) else { continue };
        let id = GapId::derive(&result.requirement, &result.subject);
        let known = existing.get(&id).copied();
        let (status, reasons) = match (result.outcome, known.map(|gap| gap.status)) {
            (Outcome::Gap, Some(GapStatus::ReadyToVerify)) => {
                (GapStatus::ReadyToVerify, result.reasons.clone())
            }
            (Outcome::Gap, _) => (GapStatus::Open, result.reasons.clone()),
            (Outcome::Met, Some(GapStatus::Open | GapStatus::ReadyToVerify)) => (
                GapStatus::ReadyToVerify,
                vec![
                    "Measured as met; someone other than the owner verifies and closes it."
                        .to_owned(),
                ],
            ),
            (Outcome::Unknown, Some(status @ (GapStatus::Open | GapStatus::ReadyToVerify))) => {
                (status, vec!["It was a gap; what is known today does not decide it.".to_owned()])
            }
            _ => continue,
        };
        let plan = known.map(|gap| gap.plan.as_str()).filter(|plan| !plan.is_empty());
        views.push(GapView {
            requirement: result.requirement.clone(),
            title: requirement.title.clone(),
            subject: result.subject.clone(),
            subject_name: subject_name(snapshot, &result.subject),
            severity: requirement.severity,
            reasons,
            locations: locations(snapshot, result),
            remedy: plan.unwrap_or(&requirement.remedy).to_owned(),
            owner: known
                .and_then(|gap| gap.owner.clone())
                .or_else(|| proposed_owner(snapshot, requirement, &result.subject)),
            role: requirement.role.clone(),
            due: known
                .filter(|gap| gap.status != GapStatus::Closed)
                .map_or_else(|| due(snapshot, requirement.severity, criteria), |gap| gap.due),
            status,
            excepted_until: excepted_until(snapshot, result),
            id,
        });
    }
    views.sort_by(|a, b| {
        (a.status, b.severity, &a.requirement, &a.subject).cmp(&(
            b.status,
            a.severity,
            &b.requirement,
            &b.subject,
        ))
    });
    views
}

fn due(snapshot: &Snapshot, severity: Severity, criteria: Criteria) -> Date {
    let [low, medium, high, critical] = criteria.gap_due_days;
    snapshot.at.date().plus_days(match severity {
        Severity::Low => low,
        Severity::Medium => medium,
        Severity::High => high,
        Severity::Critical => critical,
    })
}

/// Where the deciding values were seen; else where the asset was.
fn locations(
    snapshot: &Snapshot,
    result: &RequirementResult,
) -> BTreeSet<annex_isms::observation::Location> {
    let seen: BTreeSet<_> =
        result.values.values().flat_map(|value| value.locations.iter().cloned()).collect();
    match &result.subject {
        Subject::Asset(id) if seen.is_empty() => snapshot
            .assets
            .binary_search_by(|asset| asset.id.cmp(id))
            .map(|index| snapshot.assets[index].locations.clone())
            .unwrap_or_default(),
        _ => seen,
    }
}

/// Someone with the requirement's role, else the owner of the asset or system. Only proposed.
fn proposed_owner(
    snapshot: &Snapshot,
    requirement: &Requirement,
    subject: &Subject,
) -> Option<Owner> {
    let by_role = snapshot.people.iter().find(|person| person.roles.contains(&requirement.role));
    let person = by_role.map(|person| person.id.clone()).or_else(|| match subject {
        Subject::System(id) => snapshot.systems.iter().find(|s| s.id == *id)?.owner.clone(),
        Subject::Supplier(id) => snapshot.suppliers.iter().find(|s| s.id == *id)?.owner.clone(),
        Subject::Asset(id) => {
            let index = snapshot.assets.binary_search_by(|asset| asset.id.cmp(id)).ok()?;
            snapshot.assets[index].owner.as_ref().map(|owner| owner.person.clone())
        }
        _ => None,
    })?;
    Some(Owner { person, confirmed: false })
}

/// The last day of an approved exception that is in force. The gap stays a gap.
fn excepted_until(snapshot: &Snapshot, result: &RequirementResult) -> Option<Date> {
    snapshot
        .exceptions
        .iter()
        .filter(|exception| {
            exception.requirement == result.requirement
                && exception.subject == result.subject
                && exception.is_permitted()
                && exception.expires.end() >= snapshot.at
        })
        .map(|exception| exception.expires)
        .max()
}

/// Whether a person's document can supply everything that is missing.
fn answerable(
    catalogue: &Catalogue,
    requirement: &Requirement,
    result: &RequirementResult,
) -> bool {
    !result.missing.is_empty()
        && result.missing.keys().all(|name| {
            let asked = catalogue
                .attributes
                .get(&(requirement.subject, name.clone()))
                .is_some_and(|spec| spec.ask.is_some());
            asked && requirement.needs.get(name).is_some_and(|need| need.basis <= Basis::Document)
        })
}

/// What resolves most, best first. The registration of found assets comes before answers: one
/// decision for each system, where answers need a document each.
pub(crate) fn hints(
    catalogue: &Catalogue,
    snapshot: &Snapshot,
    results: &[RequirementResult],
) -> Vec<AnswerHint> {
    let systems = snapshot.systems.iter();
    let mut hints: Vec<_> =
        systems.filter_map(|system| registration(snapshot, system, results)).collect();
    hints.sort_by_key(|hint| std::cmp::Reverse(hint.count));
    hints.extend(answers(catalogue, results));
    hints.truncate(HINTS_MAX);
    hints
}

/// The command that registers what was found of a system, with the gaps that it resolves.
fn registration(
    snapshot: &Snapshot,
    system: &AiSystem,
    results: &[RequirementResult],
) -> Option<AnswerHint> {
    let found: BTreeSet<&AssetId> = snapshot
        .assets
        .iter()
        .filter(|a| a.present && a.registration.is_none() && a.systems.contains(&system.id))
        .map(|asset| &asset.id)
        .collect();
    let decided = |name: &Attribute| matches!(name.as_str(), REGISTERED | OWNER_CONFIRMED);
    let gaps = results.iter().filter(|result| {
        let Subject::Asset(asset) = &result.subject else { return false };
        result.outcome == Outcome::Gap
            && found.contains(asset)
            && result.values.keys().all(decided)
            && result.missing.is_empty()
    });
    let resolves: Vec<_> = gaps.map(|result| result.requirement.clone()).collect();
    let number = found.len();
    let question = format!("Are the {number} assets that were found in scope, and whose are they?");
    let owner = system.owner.as_ref().map_or("PERSON", |person| person.as_str());
    (!resolves.is_empty()).then(|| AnswerHint {
        subject: Subject::System(system.id.clone()),
        questions: REGISTERED.parse().into_iter().map(|name| (name, question.clone())).collect(),
        command: format!("annex assets register --all-of {} --owner {owner}", system.id),
        count: resolves.len() as u64,
        resolves: resolves.into_iter().collect(),
    })
}

/// The answers that resolve most unknowns, best first: most results for the least to look up,
/// where finding the evidence counts as one question more.
///
/// One answer carries one piece of evidence, so a candidate asks what one result of a subject
/// still needs, or what all results of one control still need; it resolves every result of that
/// subject whose needs it covers.
fn answers(catalogue: &Catalogue, results: &[RequirementResult]) -> Vec<AnswerHint> {
    let mut open: BTreeMap<&Subject, Vec<(&RequirementId, BTreeSet<&Attribute>)>> = BTreeMap::new();
    for result in results.iter().filter(|result| result.outcome == Outcome::Unknown) {
        let Some(requirement) = catalogue.requirements.get(&result.requirement) else { continue };
        if answerable(catalogue, requirement, result) {
            let missing = result.missing.keys().collect();
            open.entry(&result.subject).or_default().push((&result.requirement, missing));
        }
    }
    let mut hints = Vec::new();
    while hints.len() < HINTS_MAX {
        let best = open
            .iter()
            .flat_map(|(subject, needs)| {
                candidates(needs).into_iter().map(move |set| {
                    let count = needs.iter().filter(|(_, other)| other.is_subset(&set)).count();
                    (count, *subject, set)
                })
            })
            .min_by(|(count, subject, set), (other_count, other_subject, other_set)| {
                (other_count * (set.len() + 1), other_count, subject, set).cmp(&(
                    count * (other_set.len() + 1),
                    count,
                    other_subject,
                    other_set,
                ))
            });
        let Some((count, subject, set)) = best else { break };
        let Some(needs) = open.get_mut(subject) else { break };
        let resolves = needs
            .iter()
            .filter(|(_, other)| other.is_subset(&set))
            .map(|(id, _)| (*id).clone())
            .collect();
        needs.retain(|(_, other)| !other.is_subset(&set));
        hints.push(hint(catalogue, subject, &set, resolves, count));
    }
    hints
}

/// What single results need, and what the results of one control need together.
fn candidates<'a>(
    needs: &[(&'a RequirementId, BTreeSet<&'a Attribute>)],
) -> BTreeSet<BTreeSet<&'a Attribute>> {
    let mut by_control: BTreeMap<&ControlId, BTreeSet<&Attribute>> = BTreeMap::new();
    for (id, set) in needs {
        by_control.entry(id.control()).or_default().extend(set);
    }
    let singles = needs.iter().map(|(_, set)| set.clone());
    singles.chain(by_control.into_values()).filter(|set| set.len() <= QUESTIONS_MAX).collect()
}

fn hint(
    catalogue: &Catalogue,
    subject: &Subject,
    names: &BTreeSet<&Attribute>,
    resolves: BTreeSet<RequirementId>,
    count: usize,
) -> AnswerHint {
    let mut command = format!("annex answer {subject}");
    let mut questions = BTreeMap::new();
    for name in names {
        let Some(spec) = catalogue.attributes.get(&(subject.kind(), (*name).clone())) else {
            continue;
        };
        let example = spec.example.as_deref().unwrap_or_default();
        let plain = !example.is_empty()
            && example.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.,:".contains(&b));
        let example =
            if plain { example.to_owned() } else { format!("'{}'", example.replace('\'', "")) };
        let _ = write!(command, " {name}={example}");
        questions.insert((*name).clone(), spec.ask.clone().unwrap_or_default());
    }
    command.push_str(" --evidence FILE");
    AnswerHint {
        subject: subject.clone(),
        questions,
        command,
        resolves,
        count: u64::try_from(count).unwrap_or(u64::MAX),
    }
}
