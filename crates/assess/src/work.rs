//! Work that follows: gaps, evidence requests, and the few answers that resolve most.

use std::cmp::Ordering;
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
use crate::index::Index;

/// How many commands are proposed.
const HINTS_MAX: usize = 8;
/// The most questions in one proposed answer.
const QUESTIONS_MAX: usize = 6;

/// An evidence request for every unknown, by requirement and subject.
pub(crate) fn requests(
    catalogue: &Catalogue,
    index: &Index<'_>,
    results: &[RequirementResult],
    criteria: Criteria,
) -> Vec<RequestView> {
    let snapshot = index.snapshot;
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
                .or_else(|| proposed_owner(index, requirement, &result.subject)),
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
    index: &Index<'_>,
    results: &[RequirementResult],
    criteria: Criteria,
) -> Vec<GapView> {
    let snapshot = index.snapshot;
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
            subject_name: index.name(&result.subject),
            severity: requirement.severity,
            reasons,
            locations: locations(index, result),
            remedy: plan.unwrap_or(&requirement.remedy).to_owned(),
            owner: known
                .and_then(|gap| gap.owner.clone())
                .or_else(|| proposed_owner(index, requirement, &result.subject)),
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
    index: &Index<'_>,
    result: &RequirementResult,
) -> BTreeSet<annex_isms::observation::Location> {
    let seen: BTreeSet<_> =
        result.values.values().flat_map(|value| value.locations.iter().cloned()).collect();
    match &result.subject {
        Subject::Asset(id) if seen.is_empty() => {
            index.asset(id).map(|asset| asset.locations.clone()).unwrap_or_default()
        }
        _ => seen,
    }
}

/// Someone with the requirement's role, else the owner of the asset or system. Only proposed.
fn proposed_owner(
    index: &Index<'_>,
    requirement: &Requirement,
    subject: &Subject,
) -> Option<Owner> {
    let people = &index.snapshot.people;
    let by_role = people.iter().find(|person| person.roles.contains(&requirement.role));
    let person = by_role.map(|person| person.id.clone()).or_else(|| match subject {
        Subject::System(id) => index.system(id)?.owner.clone(),
        Subject::Supplier(id) => index.supplier(id)?.owner.clone(),
        Subject::Asset(id) => index.asset(id)?.owner.as_ref().map(|owner| owner.person.clone()),
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
    index: &Index<'_>,
    results: &[RequirementResult],
) -> Vec<AnswerHint> {
    let decided = decided_by_registration(results);
    let systems = index.snapshot.systems.iter();
    let mut hints: Vec<_> =
        systems.filter_map(|system| registration(index, system, &decided)).collect();
    hints.sort_by_key(|hint| std::cmp::Reverse(hint.count));
    hints.extend(answers(catalogue, results));
    hints.truncate(HINTS_MAX);
    hints
}

/// The gaps that the registration of an asset resolves.
fn decided_by_registration(
    results: &[RequirementResult],
) -> BTreeMap<&AssetId, Vec<&RequirementId>> {
    let decided = |name: &Attribute| matches!(name.as_str(), REGISTERED | OWNER_CONFIRMED);
    let mut gaps: BTreeMap<&AssetId, Vec<&RequirementId>> = BTreeMap::new();
    for result in results {
        if let Subject::Asset(asset) = &result.subject
            && result.outcome == Outcome::Gap
            && result.values.keys().all(decided)
            && result.missing.is_empty()
        {
            gaps.entry(asset).or_default().push(&result.requirement);
        }
    }
    gaps
}

/// The command that registers what was found of a system, with the gaps that it resolves.
fn registration(
    index: &Index<'_>,
    system: &AiSystem,
    decided: &BTreeMap<&AssetId, Vec<&RequirementId>>,
) -> Option<AnswerHint> {
    let assets = index.assets_of(&system.id).iter();
    let found = assets.filter(|asset| asset.present && asset.registration.is_none());
    let found: Vec<&AssetId> = found.map(|asset| &asset.id).collect();
    let gaps = found.iter().filter_map(|asset| decided.get(asset)).flatten();
    let resolves: Vec<RequirementId> = gaps.map(|requirement| (*requirement).clone()).collect();
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
    let mut best: BTreeMap<&Subject, Candidate<'_>> = BTreeMap::new();
    for (subject, needs) in &open {
        if let Some(candidate) = best_of(needs) {
            best.insert(subject, candidate);
        }
    }
    let mut hints = Vec::new();
    while hints.len() < HINTS_MAX {
        let first = best.iter().min_by(|(subject, own), (other_subject, other)| {
            rank(own, other).then_with(|| (*subject, &own.1).cmp(&(*other_subject, &other.1)))
        });
        let Some((&subject, (count, set))) = first else { break };
        let (count, set) = (*count, set.clone());
        let Some(needs) = open.get_mut(subject) else { break };
        let resolves = needs
            .iter()
            .filter(|(_, other)| other.is_subset(&set))
            .map(|(id, _)| (*id).clone())
            .collect();
        needs.retain(|(_, other)| !other.is_subset(&set));
        match best_of(needs) {
            Some(next) => best.insert(subject, next),
            None => best.remove(subject),
        };
        hints.push(hint(catalogue, subject, &set, resolves, count));
    }
    hints
}

/// How many results a set of answers resolves, and the set.
type Candidate<'a> = (usize, BTreeSet<&'a Attribute>);

/// The best answer about one subject.
fn best_of<'a>(needs: &[(&'a RequirementId, BTreeSet<&'a Attribute>)]) -> Option<Candidate<'a>> {
    let counted = candidates(needs)
        .into_iter()
        .map(|set| (needs.iter().filter(|(_, other)| other.is_subset(&set)).count(), set));
    counted.min_by(|own, other| rank(own, other).then_with(|| own.1.cmp(&other.1)))
}

/// Most results for the least to look up first; finding the evidence is one question more.
fn rank((count, set): &Candidate<'_>, (other_count, other_set): &Candidate<'_>) -> Ordering {
    (other_count * (set.len() + 1), other_count).cmp(&(count * (other_set.len() + 1), count))
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
