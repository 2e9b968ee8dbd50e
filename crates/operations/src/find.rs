//! Finding what a person names: by id, by unique beginning, by name.

use annex_isms::entity::Person;
use annex_isms::{PersonId, Recorded, Snapshot, Subject, SubjectKind};

use crate::{OperationError, Operations};

/// The kinds of records that are subjects.
pub(crate) const SUBJECTS: [&str; 6] =
    ["system", "asset", "flow", "supplier", "agreement", "document"];

/// The one of `items` that `text` names, by whole id or unique beginning.
pub(crate) fn one<'a, T>(
    items: &'a [T],
    text: &str,
    what: &str,
    id: impl Fn(&T) -> String,
) -> Result<&'a T, OperationError> {
    if let Some(exact) = items.iter().find(|item| id(item) == text) {
        return Ok(exact);
    }
    let matching: Vec<&T> =
        items.iter().filter(|item| !text.is_empty() && id(item).starts_with(text)).collect();
    match matching.as_slice() {
        [one] => Ok(one),
        [] => Err(OperationError::not_found(format!(
            "no {what} `{text}` is on record; {} lists them",
            listed_by(what)
        ))),
        several => Err(OperationError::input(format!(
            "`{text}` is the beginning of {} {what} ids; give more of it",
            several.len()
        ))),
    }
}

impl Operations<'_> {
    /// The one of a kind that `text` names, by whole id or unique beginning.
    pub(crate) async fn one<T: Recorded + Clone>(
        &self,
        text: &str,
        what: &str,
        id: impl Fn(&T) -> String,
    ) -> Result<T, OperationError> {
        if let Some(exact) = self.look_up(text).await? {
            return Ok(exact);
        }
        one(&self.all_of::<T>().await?, text, what, id).cloned()
    }

    /// The subject that a person names, as [`resolve_subject`] finds it. A whole one is looked up
    /// without reading the register.
    pub(crate) async fn subject(&self, text: &str) -> Result<Subject, OperationError> {
        if let Ok(subject) = text.parse::<Subject>() {
            let kind = subject.kind();
            if kind == SubjectKind::Organisation
                || self.scope().get(kind.as_str(), subject.id()).await?.is_some()
            {
                return Ok(subject);
            }
        }
        resolve_subject(&self.part(&SUBJECTS).await?, text)
    }

    /// Refuses who is not on record.
    pub(crate) async fn known_person(&self, id: &PersonId) -> Result<(), OperationError> {
        person_of(&self.all_of().await?, id).map(drop)
    }
}

/// The command that lists the things called `what`.
fn listed_by(what: &str) -> &'static str {
    match what {
        "gap" => "`annex gaps`",
        "evidence request" | "request" => "`annex requests`",
        "risk" => "`annex risks`",
        "nonconformity" => "`annex nonconformities`",
        _ => "the register in the browser",
    }
}

/// The subject that a person names: `organisation`, `system:help-desk`, `asset:gpt-4o`,
/// `help-desk`. What no id fits may be an asset by its name, or by the unique beginning of its id.
///
/// # Errors
/// When nothing or more than one thing on record is meant.
pub fn resolve_subject(snapshot: &Snapshot, text: &str) -> Result<Subject, OperationError> {
    let (kind, id) = match text.split_once(':') {
        Some((kind, id)) => (Some(kind), id),
        None => (None, text),
    };
    if kind.is_none() && id == "organisation" {
        return Ok(Subject::Organisation);
    }
    let wanted = |name: &str| kind.is_none_or(|kind| kind == name);
    let mut found: Vec<Subject> = Vec::new();
    if wanted("system") {
        found.extend(
            snapshot
                .systems
                .iter()
                .filter(|s| s.id.as_str() == id)
                .map(|s| Subject::System(s.id.clone())),
        );
    }
    if wanted("supplier") {
        found.extend(
            snapshot
                .suppliers
                .iter()
                .filter(|s| s.id.as_str() == id)
                .map(|s| Subject::Supplier(s.id.clone())),
        );
    }
    if wanted("agreement") {
        found.extend(
            snapshot
                .agreements
                .iter()
                .filter(|a| a.id.as_str() == id)
                .map(|a| Subject::Agreement(a.id.clone())),
        );
    }
    if wanted("document") {
        found.extend(
            snapshot
                .documents
                .iter()
                .filter(|d| d.id.as_str() == id)
                .map(|d| Subject::Document(d.id.clone())),
        );
    }
    if wanted("flow") {
        found.extend(
            snapshot
                .flows
                .iter()
                .filter(|f| f.id.as_str() == id)
                .map(|f| Subject::Flow(f.id.clone())),
        );
    }
    if wanted("asset") {
        found.extend(
            snapshot
                .assets
                .iter()
                .filter(|a| a.id.as_str() == id)
                .map(|a| Subject::Asset(a.id.clone())),
        );
    }
    if found.is_empty() && wanted("asset") {
        let exact: Vec<_> = snapshot.assets.iter().filter(|a| a.name == id).collect();
        let assets = if exact.is_empty() {
            snapshot
                .assets
                .iter()
                .filter(|a| !id.is_empty() && a.id.as_str().starts_with(id))
                .collect()
        } else {
            exact
        };
        found.extend(assets.into_iter().map(|a| Subject::Asset(a.id.clone())));
    }
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(OperationError::not_found(format!(
            "nothing on record is named `{text}`; a subject is `organisation` or a form such as `system:help-desk` \
             (`annex systems` and `annex assets` list them)"
        ))),
        several => {
            let names: Vec<String> = several.iter().take(8).map(ToString::to_string).collect();
            Err(OperationError::input(format!(
                "`{text}` may be {}; give one of these",
                names.join(", ")
            )))
        }
    }
}

/// A person of these.
pub(crate) fn person_of<'a>(
    people: &'a [Person],
    id: &PersonId,
) -> Result<&'a Person, OperationError> {
    people.iter().find(|person| person.id == *id).ok_or_else(|| {
        let known: Vec<&str> = people.iter().map(|person| person.id.as_str()).collect();
        let known = if known.is_empty() { "nobody is".to_owned() } else { format!("known are {}", known.join(", ")) };
        OperationError::input(format!(
            "no person `{id}` is on record ({known}); add them with `annex people add {id} --name NAME`, or as [[person]] in annex.toml"
        ))
    })
}

/// That someone else approves. Where only one person is on record, a review stands in.
pub(crate) fn second_person(
    people: &[Person],
    author: &PersonId,
    approver: &PersonId,
    compensating_review: &str,
) -> Result<(), OperationError> {
    if author != approver {
        return Ok(());
    }
    if people.len() > 1 {
        return Err(OperationError::input(format!(
            "`{approver}` is also the author or owner; someone else must approve"
        )));
    }
    if compensating_review.trim().is_empty() {
        return Err(OperationError::input(
            "author and approver are the same; in a team of one, record the review that stands in for a second \
             person with --compensating-review",
        ));
    }
    Ok(())
}
