//! What a file of a register would do, row by row; nothing is written here.
//!
//! ```text
//!  CSV ─▶ rows ─┬─▶ as the register exports it? ─▶ unchanged
//!               └─▶ fields that differ ─▶ a command on the version that was read ─▶ rehearsed
//! ```
//!
//! A cell is compared as it would be exported, so that a file that was exported comes back without
//! a change. An empty cell says nothing, and leaves the field as it is.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::{PersonId, Record};
use annex_operations::{Caller, Command, LIST_ROWS_MAX, Listed, Versioned};
use annex_report::{Sheet, SheetRow, unguarded};
use schemars::JsonSchema;
use serde::Serialize;

use super::rows;
use crate::Site;
use crate::error::Failure;
use crate::registers::kinds::Kind;

/// What a file would do.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Plan {
    /// Each row.
    pub(crate) rows: Vec<Planned>,
    /// What records all of it; `null` when a row is wrong or none changes anything.
    pub(crate) command: Option<Command>,
}

/// What a row would do.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Planned {
    /// The line of the file, from 1.
    pub(crate) line: u64,
    /// What it is about, as the file names it.
    pub(crate) id: String,
    /// What it would do.
    pub(crate) effect: Effect,
    /// The fields that it would change, or begin with.
    pub(crate) changes: Vec<Change>,
    /// What is wrong with it.
    pub(crate) faults: Vec<Fault>,
}

/// What a row would do, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Effect {
    /// Something new.
    Add,
    /// Something known gets other fields.
    Change,
    /// Nothing.
    Unchanged,
    /// It cannot be recorded.
    Wrong,
}

/// A field that a row would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Change {
    /// The column.
    pub(crate) column: String,
    /// What it says now; empty where it says nothing.
    pub(crate) before: String,
    /// What it would say.
    pub(crate) after: String,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Fault {
    /// The column; `null` is the row.
    pub(crate) column: Option<String>,
    /// Why, and what to do.
    pub(crate) why: String,
}

impl Plan {
    /// How many rows do this.
    pub(crate) fn count(&self, effect: Effect) -> usize {
        self.rows.iter().filter(|row| row.effect == effect).count()
    }
}

/// What rows are checked against.
pub(super) struct Ground {
    pub(super) people: BTreeSet<String>,
    pub(super) systems: BTreeSet<String>,
    pub(super) suppliers: BTreeSet<String>,
    /// Who sends the file.
    pub(super) by: String,
    /// Whether they may review risks that are someone else's.
    pub(super) reviews_all: bool,
}

/// A row while it is read: the cells that differ from what is on record, by column.
pub(super) struct Reading<'a> {
    pub(super) id: &'a str,
    pub(super) known: Option<&'a Listed>,
    pub(super) record: Option<&'a Record>,
    given: BTreeMap<&'static str, &'a str>,
    now: BTreeMap<&'static str, String>,
    pub(super) changes: Vec<Change>,
    pub(super) faults: Vec<Fault>,
}

impl<'a> Reading<'a> {
    fn of(
        kind: &Kind,
        columns: &[&'static str],
        row: &'a SheetRow,
        known: Option<&'a Listed>,
    ) -> Self {
        let record = known.and_then(|listed| Some(&listed.entry.as_ref()?.record));
        let names = kind.columns();
        let cells = record.map(crate::registers::cells).unwrap_or_default();
        let now: BTreeMap<&'static str, String> =
            names.iter().zip(&cells).map(|(column, cell)| (column.key, cell.exported())).collect();
        let mut reading = Self {
            id: "",
            known,
            record,
            given: BTreeMap::new(),
            now,
            changes: Vec::new(),
            faults: Vec::new(),
        };
        if known.is_some() && record.is_none() {
            reading.wrong(None, "what was recorded of it was erased; it cannot be changed");
        }
        if row.cells.iter().skip(columns.len()).any(|cell| !cell.trim().is_empty()) {
            let (cells, columns) = (row.cells.len(), columns.len());
            reading.wrong(
                None,
                format!("it has {cells} cells, and the first line names {columns} columns"),
            );
        }
        for (column, cell) in columns.iter().copied().zip(&row.cells) {
            let text = unguarded(cell).trim();
            if column == "id" {
                reading.id = text;
                continue;
            }
            let now = reading.now.get(column);
            let same = now.is_some_and(|now| now == cell || unguarded(now).trim() == text);
            if !text.is_empty() && !same {
                reading.given.insert(column, text);
            }
        }
        reading
    }

    /// Notes what is wrong, with a column or with the row.
    pub(super) fn wrong(&mut self, column: Option<&str>, why: impl Into<String>) {
        self.faults.push(Fault { column: column.map(str::to_owned), why: why.into() });
    }

    /// Whether something is wrong with a column.
    pub(super) fn has_fault(&self, column: &str) -> bool {
        self.faults.iter().any(|fault| fault.column.as_deref() == Some(column))
    }

    /// What a column says that is not on record yet, as a field that would change.
    pub(super) fn take(&mut self, column: &'static str) -> Option<&'a str> {
        let text = self.given.remove(column)?;
        self.note(column, text);
        Some(text)
    }

    /// The same of a type; what is no such thing is wrong.
    pub(super) fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(
        &mut self,
        column: &'static str,
    ) -> Option<T> {
        match self.take(column)?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(Some(column), error.to_string());
                None
            }
        }
    }

    /// The same of an id that must be one of these.
    pub(super) fn one_of<T: std::str::FromStr<Err: std::fmt::Display> + ToString>(
        &mut self,
        column: &'static str,
        known: &BTreeSet<String>,
        what: &str,
    ) -> Option<T> {
        let id: T = self.parse(column)?;
        let text = id.to_string();
        if !known.contains(&text) {
            self.wrong(Some(column), format!("no {what} `{text}` is on record"));
            return None;
        }
        Some(id)
    }

    /// Whether a column says anything new that was not taken yet.
    pub(super) fn gives(&self, column: &str) -> Option<&'a str> {
        self.given.get(column).copied()
    }

    /// A field that would change, whatever the column says.
    pub(super) fn note(&mut self, column: &str, after: &str) {
        let before = self.now.get(column).map(|cell| unguarded(cell).to_owned());
        self.changes.push(Change {
            column: column.to_owned(),
            before: before.unwrap_or_default(),
            after: after.to_owned(),
        });
    }

    /// What nobody took cannot be changed by a file.
    fn refuse_the_rest(&mut self) {
        for (column, text) in std::mem::take(&mut self.given) {
            let now = self.now.get(column).map(|cell| unguarded(cell));
            let why = match now.filter(|now| !now.is_empty()) {
                Some(now) => format!("a file cannot change it from `{now}` to `{text}`"),
                None => format!("a file cannot set it to `{text}`; leave it empty"),
            };
            self.wrong(Some(column), why);
        }
    }
}

/// Reads a file against the register as it is.
pub(crate) async fn plan(
    site: &Site,
    caller: &Caller,
    kind: &'static Kind,
    sheet: &Sheet,
) -> Result<Plan, Failure> {
    let columns = columns(kind, sheet)?;
    let place = columns.iter().position(|column| *column == "id");
    let ids: Vec<&str> = sheet
        .rows
        .iter()
        .map(|row| place.and_then(|at| row.cells.get(at)).map_or("", |id| unguarded(id).trim()))
        .collect();
    let known = known(site, kind, &ids).await?;
    let ground = ground(site, caller).await?;
    let mut seen = BTreeSet::new();
    let mut rows = Vec::with_capacity(sheet.rows.len());
    let mut commands: Vec<(usize, Versioned)> = Vec::new();
    for (row, id) in sheet.rows.iter().zip(&ids) {
        let mut reading = Reading::of(kind, &columns, row, known.get(*id));
        if !id.is_empty() && !seen.insert(*id) {
            reading.wrong(Some("id"), "an earlier row is about the same");
        }
        let command = match kind.record {
            "asset" => rows::asset(&mut reading, &ground),
            "supplier" => rows::supplier(&mut reading, &ground),
            _ => rows::risk(&mut reading, &ground),
        };
        reading.refuse_the_rest();
        let effect = match (reading.faults.is_empty(), &command, reading.known) {
            (false, ..) => Effect::Wrong,
            (true, None, _) => Effect::Unchanged,
            (true, Some(_), None) => Effect::Add,
            (true, Some(_), Some(_)) => Effect::Change,
        };
        if let (Effect::Add | Effect::Change, Some(command)) = (effect, command) {
            let version = reading.known.map(|listed| listed.index);
            commands.push((rows.len(), Versioned { command, version }));
        }
        let Reading { changes, faults, .. } = reading;
        rows.push(Planned { line: row.line, id: (*id).to_owned(), effect, changes, faults });
    }
    let (places, commands): (Vec<usize>, Vec<Versioned>) = commands.into_iter().unzip();
    // What the register itself would refuse is said with its row too.
    for (place, fault) in places.into_iter().zip(site.operations.rehearse(&commands).await?) {
        if let (Some(why), Some(row)) = (fault, rows.get_mut(place)) {
            row.effect = Effect::Wrong;
            row.faults.push(Fault { column: None, why });
        }
    }
    let fits = rows.iter().all(|row| row.effect != Effect::Wrong) && !commands.is_empty();
    Ok(Plan { rows, command: fits.then_some(Command::Together { commands }) })
}

/// The columns of a file, each of which the register has.
fn columns(kind: &Kind, sheet: &Sheet) -> Result<Vec<&'static str>, Failure> {
    let known = kind.columns();
    let key = |name: &String| {
        known.iter().map(|column| column.key).find(|key| key == name).ok_or_else(|| {
            let known: Vec<&str> = known.iter().map(|column| column.key).collect();
            Failure::Refused(format!(
                "The register has no column `{name}`; it has {}.",
                known.join(", ")
            ))
        })
    };
    let columns = sheet.columns.iter().map(key).collect::<Result<Vec<_>, _>>()?;
    if !columns.contains(&"id") {
        return Err(Failure::Refused(
            "The file has no column `id`, so nobody can say what its rows are about.".to_owned(),
        ));
    }
    Ok(columns)
}

async fn known(
    site: &Site,
    kind: &Kind,
    ids: &[&str],
) -> Result<BTreeMap<String, Listed>, Failure> {
    let ids: BTreeSet<String> =
        ids.iter().filter(|id| !id.is_empty()).map(|id| (*id).to_owned()).collect();
    let ids: Vec<String> = ids.into_iter().collect();
    let mut known = BTreeMap::new();
    for ids in ids.chunks(usize::try_from(LIST_ROWS_MAX).unwrap_or(1)) {
        let found = site.operations.find(kind.record, ids).await?;
        known.extend(found.into_iter().map(|listed| (listed.key.clone(), listed)));
    }
    Ok(known)
}

async fn ground(site: &Site, caller: &Caller) -> Result<Ground, Failure> {
    let people: Vec<annex_isms::entity::Person> = site.operations.all_of().await?;
    let systems: Vec<annex_isms::entity::AiSystem> = site.operations.all_of().await?;
    let suppliers: Vec<annex_isms::entity::Supplier> = site.operations.all_of().await?;
    Ok(Ground {
        people: people.into_iter().map(|own| own.id.to_string()).collect(),
        systems: systems.into_iter().map(|own| own.id.to_string()).collect(),
        suppliers: suppliers.into_iter().map(|own| own.id.to_string()).collect(),
        by: caller.actor().name.clone(),
        reviews_all: caller.may("review-risk", false),
    })
}

impl Ground {
    /// Who sends the file, as a person.
    pub(super) fn person(&self) -> Option<PersonId> {
        self.by.parse().ok().filter(|_| self.people.contains(&self.by))
    }
}
