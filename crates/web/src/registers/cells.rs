//! A record as the cells of its register, in the order of [`Kind::columns`](super::kinds::Kind).

use annex_isms::entity::{Agreement, Asset, Evidence, Owner, Risk};
use annex_isms::{Record, Score};
use annex_report::{Cell, Tone};

/// The cells of a record; empty when its kind has no register.
pub(crate) fn cells(record: &Record) -> Vec<Cell> {
    let text = |text: &str| Cell::text(text);
    match record {
        Record::Asset(e) => asset(e),
        Record::System(e) => vec![
            text(&e.name),
            stated(&e.purpose),
            nobody(e.owner.as_ref()),
            Cell::list(&e.audiences),
            unknown(!e.classes.is_empty(), Cell::list(&e.classes)),
            id(&e.id),
        ],
        Record::Flow(e) => vec![
            id(&e.id),
            id(&e.from),
            id(&e.to),
            text(&e.carries),
            unknown(!e.classes.is_empty(), Cell::list(&e.classes)),
            text(e.basis.as_str()),
            seen(e.present),
            Cell::list(&e.locations),
        ],
        Record::Supplier(e) => {
            vec![text(&e.name), nobody(e.owner.as_ref()), id(&e.id)]
        }
        Record::Agreement(e) => agreement(e),
        Record::Document(e) => vec![
            text(&e.title),
            nobody(e.owner.as_ref()),
            absent(e.approved, "not approved"),
            id(&e.id),
        ],
        Record::Person(e) => vec![text(&e.name), Cell::list(&e.roles), id(&e.id)],
        Record::Evidence(e) => evidence(e),
        record => work(record),
    }
}

fn work(record: &Record) -> Vec<Cell> {
    let text = |text: &str| Cell::text(text);
    match record {
        Record::Risk(e) => risk(e),
        Record::Gap(e) => vec![
            Cell::maybe(Some(&e.requirement)),
            Cell::maybe(Some(&e.subject)),
            text(e.severity.as_str()),
            word(e.status.as_str()),
            owner(e.owner.as_ref()),
            Cell::maybe(Some(e.due)),
            day(e.opened_at),
            text(&e.plan),
            Cell::maybe(e.closed_by.as_ref()),
            text(&e.verification),
            id(&e.id),
        ],
        Record::Request(e) => vec![
            Cell::maybe(Some(&e.requirement)),
            Cell::maybe(Some(&e.subject)),
            word(e.status.as_str()),
            owner(e.owner.as_ref()),
            Cell::maybe(Some(e.due)),
            day(e.opened_at),
            id(&e.id),
        ],
        Record::Exception(e) => vec![
            Cell::maybe(Some(&e.requirement)),
            Cell::maybe(Some(&e.subject)),
            id(&e.risk),
            Cell::maybe(Some(e.expires)),
            id(&e.requested_by),
            absent(e.approved_by.as_ref(), "not approved"),
            Cell::maybe(e.refusal.as_ref().map(|refusal| &refusal.by)),
            text(&e.reason),
            text(e.refusal.as_ref().map_or("", |refusal| refusal.reason.as_str())),
            text(&e.compensating_review),
            id(&e.id),
        ],
        Record::Nonconformity(e) => vec![
            id(&e.id),
            Cell::maybe(Some(&e.control)),
            text(&e.finding),
            id(&e.raised_by),
            Cell::maybe(Some(e.raised)),
            word(e.status.as_str()),
            absent(e.effectiveness_review, "not reviewed"),
            text(&e.correction),
            text(&e.cause),
            text(&e.similar_cases),
            text(&e.corrective_action),
        ],
        Record::Implementation(e) => vec![
            Cell::maybe(Some(&e.control)),
            word(e.status.as_str()),
            nobody(e.owner.as_ref()),
            Cell::maybe(e.since),
            text(&e.statement),
        ],
        _ => Vec::new(),
    }
}

fn asset(e: &Asset) -> Vec<Cell> {
    let (scope, reason) = match &e.registration {
        Some(decision) if decision.in_scope => {
            (Cell::text("in scope").toned(Tone::Good), decision.reason.as_str())
        }
        Some(decision) => (Cell::text("out of scope").toned(Tone::Muted), decision.reason.as_str()),
        None => (none("not decided"), ""),
    };
    vec![
        Cell::text(&e.name),
        word(e.kind.as_str()),
        if e.systems.is_empty() { none("none") } else { Cell::list(&e.systems) },
        Cell::maybe(e.supplier.as_ref()),
        owner(e.owner.as_ref()),
        scope,
        absent(e.classification, "not classified"),
        seen(e.present),
        Cell::text(reason),
        Cell::text(&e.key),
        Cell::text(&e.seen_in),
        Cell::list(&e.locations),
        id(&e.id),
    ]
}

fn agreement(e: &Agreement) -> Vec<Cell> {
    let yes_no = |value: bool| if value { "yes" } else { "no" };
    let listed = |items: Option<Vec<String>>| items.map_or_else(|| none("not known"), Cell::list);
    let strings = |set: &std::collections::BTreeSet<String>| set.iter().cloned().collect();
    vec![
        Cell::text(&e.title),
        id(&e.supplier),
        absent(e.signed, "not signed"),
        absent(e.expires, if e.signed.is_some() { "until terminated" } else { "not known" }),
        absent(e.reviewed, "not reviewed"),
        absent(e.training_on_our_data.map(yes_no), "not known"),
        absent(e.retention_days, "not known"),
        listed(
            e.permitted_classes.as_ref().map(|set| set.iter().map(ToString::to_string).collect()),
        ),
        listed(e.regions.as_ref().map(strings)),
        listed(e.sub_processors.as_ref().map(strings)),
        absent(e.breach_notice_hours, "not known"),
        id(&e.id),
    ]
}

fn evidence(e: &Evidence) -> Vec<Cell> {
    vec![
        Cell::text(&e.name),
        word(e.kind.as_str()),
        Cell::maybe(Some(&e.subject)),
        day(e.period.from),
        day(e.period.to),
        day(e.collected_at),
        absent(e.expires, "does not expire").toned(Tone::Plain),
        Cell::text(e.basis.as_str()),
        Cell::list(&e.controls),
        Cell::text(&e.description),
        Cell::text(&e.population),
        Cell::text(&e.collected_by),
        Cell::number(e.bytes),
        Cell::maybe(Some(e.digest)),
    ]
}

fn risk(e: &Risk) -> Vec<Cell> {
    let review = e.review.as_ref();
    let score = |likelihood: Score, consequence: Score| {
        format!("{} × {}", likelihood.get(), consequence.get())
    };
    let inherent = review.map(|r| score(r.likelihood, r.consequence.worst()));
    let residual = review.and_then(|r| r.residual.as_ref());
    let residual = residual.map(|r| {
        let approved = if r.approved_by.is_some() { "approved" } else { "not approved" };
        format!("{}, {approved}", score(r.likelihood, r.consequence))
    });
    vec![
        Cell::maybe(Some(&e.threat)),
        id(&e.system),
        nobody(e.owner.as_ref()),
        absent(inherent, "not judged"),
        absent(residual, "not judged"),
        absent(review.map(|r| r.treatment), "not decided"),
        review.map_or_else(|| none("never"), |r| day(r.at)),
        Cell::text(review.map_or("", |r| r.plan.as_str())),
        Cell::maybe(review.map(|r| r.likelihood.get())),
        Cell::maybe(review.map(|r| r.consequence.confidentiality.get())),
        Cell::maybe(review.map(|r| r.consequence.integrity.get())),
        Cell::maybe(review.map(|r| r.consequence.availability.get())),
        day(e.identified_at),
        id(&e.id),
    ]
}

fn id(value: &impl ToString) -> Cell {
    Cell::text(value.to_string())
}

/// The day of an instant for people, the instant for machines.
fn day(at: annex_isms::Instant) -> Cell {
    Cell::text(at.to_string()).shown_as(at.date().to_string())
}

/// A word of a list, without the marks between its parts for people.
fn word(word: &str) -> Cell {
    Cell::text(word).shown_as(word.replace('_', " "))
}

fn seen(present: bool) -> Cell {
    let cell = Cell::flag(present, "yes", "not last time");
    if present { cell } else { cell.toned(Tone::Open) }
}

/// What is not there, in words; for machines it is nothing.
fn none(words: &str) -> Cell {
    Cell::text("").shown_as(words).toned(Tone::Open)
}

fn absent(value: Option<impl ToString>, words: &str) -> Cell {
    value.map_or_else(|| none(words), |value| Cell::text(value.to_string()))
}

fn unknown(known: bool, cell: Cell) -> Cell {
    if known { cell } else { cell.shown_as("not known").toned(Tone::Open) }
}

fn stated(text: &str) -> Cell {
    if text.is_empty() { none("not stated") } else { Cell::text(text) }
}

fn nobody(person: Option<&annex_isms::PersonId>) -> Cell {
    absent(person, "nobody")
}

fn owner(owner: Option<&Owner>) -> Cell {
    match owner {
        None => none("nobody"),
        Some(owner) if owner.confirmed => id(&owner.person),
        Some(owner) => id(&owner.person).shown_as(format!("{} (proposed)", owner.person)),
    }
}
