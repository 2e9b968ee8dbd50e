//! What an auditor sees: what a period has, the population of a kind in it, samples of that, and
//! where each control stood.
//!
//! ```text
//!  period ─▶ ledger of a size ─▶ entries of a kind ─▶ those of the sort and controls asked for
//!                                                       │ seed, size │ picked by hand
//!                                                       └──────▶ Sample, a record like any other
//! ```
//!
//! A population is read from the ledger alone, at one size of it, so it can be read again later
//! and is the same then. That is what verifying a sample does.

use std::collections::{BTreeMap, BTreeSet};

use annex_assess::DatedStatuses;
use annex_isms::days::ControlDays;
use annex_isms::entity::Person;
use annex_isms::sample::{
    SEED_BYTES_MAX, Sample, SampleCount, SampleFrame, SampleMethod, draw, is_seed,
};
use annex_isms::{ControlId, Date, Digest, Instant, PersonId, Record, SampleId};
use annex_ledger::{Hash, Head};
use annex_register::{LIST_ROWS_MAX, Period, Receipt};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::By;
use crate::find::person_of;
use crate::{OperationError, Operations};

/// The most items of a sample: it is looked at by people.
pub const SAMPLE_ITEMS_MAX: u64 = 200;
/// The most entries of a kind in one period.
const POPULATION_ENTRIES_MAX: u64 = 250_000;
/// The longest period over which the days of controls are counted: five years.
const PERIOD_DAYS_MAX: i64 = 1_827;
/// The most assessments in such a period.
const ASSESSMENTS_MAX: u64 = 10_000;
/// The most controls that a population is narrowed to, and the longest note.
const CONTROLS_MAX: usize = 200;
const NOTE_BYTES_MAX: usize = 4_000;

/// How the items of a sample are to be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "choice", rename_all = "kebab-case")]
pub enum SampleChoice {
    /// So many, by a seed; without one it is drawn at random.
    Draw {
        /// How many.
        size: u64,
        /// The seed: 1 to 64 letters of ASCII, digits and hyphens.
        #[serde(default)]
        seed: Option<String>,
    },
    /// These entries of the population, by index.
    Pick {
        /// The entries.
        entries: BTreeSet<u64>,
    },
}

/// A population: how much it has and by what that is known, and its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Framed {
    /// How much it has.
    pub count: SampleCount,
    /// Its entries by index, in order.
    pub items: Vec<u64>,
}

/// What the ledger has of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodCount {
    /// The whole period as if it were one population.
    pub count: SampleCount,
    /// How many entries each kind of record has in it.
    pub kinds: BTreeMap<String, u64>,
    /// When the first entry of the ledger was recorded.
    pub begins: Option<Instant>,
}

/// Where each control stood over a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DaysOfControls {
    /// The first day.
    pub from: Date,
    /// The last day, which is not after today.
    pub to: Date,
    /// The assessments of the period: their entries in the ledger, and the instants they speak for.
    pub assessments: BTreeMap<u64, Instant>,
    /// Every control of the catalogue.
    pub controls: Vec<ControlDays>,
}

impl Operations<'_> {
    /// What the ledger has of a period, from its first day to its last.
    ///
    /// # Errors
    /// When the period ends before it begins, or the register cannot be read.
    pub async fn period_count(&self, from: Date, to: Date) -> Result<PeriodCount, OperationError> {
        let head = self.head().await?;
        let period = period(from, to, head.size)?;
        let kinds = self.scope().kinds_of(&period).await?;
        let recorded: u64 = kinds.values().sum();
        let count = self.counted(&period, &head, recorded, recorded, 0).await?;
        let first = self.scope().entries(0..1).await?;
        let begins = first.first().map(|entry| entry.recorded_at);
        Ok(PeriodCount { count, kinds, begins })
    }

    /// The population that a frame means, as the ledger is now.
    async fn framed(&self, frame: &SampleFrame) -> Result<Framed, OperationError> {
        self.check_frame(frame)?;
        let head = self.head().await?;
        self.framed_at(frame, &head).await
    }

    /// A part of the population that a frame means: after `offset` items, at most `limit`.
    ///
    /// # Errors
    /// When the frame cannot be meant, or, narrowed, has more entries than can be gone through.
    pub async fn framed_part(
        &self,
        frame: &SampleFrame,
        offset: u64,
        limit: u64,
    ) -> Result<Framed, OperationError> {
        self.check_frame(frame)?;
        let head = self.head().await?;
        if !frame.is_whole() {
            let mut framed = self.framed_at(frame, &head).await?;
            let first = usize::try_from(offset).unwrap_or(usize::MAX);
            let most = usize::try_from(limit).unwrap_or(usize::MAX);
            framed.items = framed.items.into_iter().skip(first).take(most).collect();
            return Ok(framed);
        }
        // Every entry of the kind is of it: they are counted, and no more read than are shown.
        let period = period(frame.from, frame.to, head.size)?;
        let kinds = self.scope().kinds_of(&period).await?;
        let items = self.scope().indexes_of(&period, &frame.kind, offset, limit).await?;
        let of_kind = kinds.get(&frame.kind).copied().unwrap_or(0);
        let count = self.counted(&period, &head, kinds.values().sum(), of_kind, 0).await?;
        Ok(Framed { count, items })
    }

    async fn framed_at(&self, frame: &SampleFrame, head: &Head) -> Result<Framed, OperationError> {
        let period = period(frame.from, frame.to, head.size)?;
        let scope = self.scope();
        let all = scope.indexes_of(&period, &frame.kind, 0, POPULATION_ENTRIES_MAX + 1).await?;
        if all.len() as u64 > POPULATION_ENTRIES_MAX {
            return Err(OperationError::input(format!(
                "the period has more than {POPULATION_ENTRIES_MAX} entries of this kind; choose a shorter one"
            )));
        }
        let recorded = scope.kinds_of(&period).await?.values().sum();
        let (mut items, mut erased) = (all, 0);
        if !frame.is_whole() {
            let mut kept = Vec::new();
            for indexes in items.chunks(usize::try_from(LIST_ROWS_MAX).unwrap_or(1)) {
                for listed in scope.entries_at(indexes).await? {
                    erased += u64::from(listed.entry.is_none());
                    // What was erased may have been of it, so it is counted in.
                    if listed.entry.is_none_or(|entry| frame.holds(&entry.record)) {
                        kept.push(listed.index);
                    }
                }
            }
            items = kept;
        }
        let count = self.counted(&period, head, recorded, items.len() as u64, erased).await?;
        Ok(Framed { count, items })
    }

    /// The entries that a sample was drawn from, as the ledger was then.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn population_of(&self, sample: &Sample) -> Result<Vec<u64>, OperationError> {
        Ok(self.framed_at(&sample.frame, &head_of(sample)).await?.items)
    }

    /// Whether a sample is what it says: the same population is there, and the seed chooses the
    /// same of it. What does not hold is the answer; `None` is that everything does.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn sample_fault(&self, sample: &Sample) -> Result<Option<String>, OperationError> {
        let head = head_of(sample);
        if !self.scope().had(&head).await? {
            return Ok(Some("the ledger never had the root that the sample names".to_owned()));
        }
        let framed = self.framed_at(&sample.frame, &head).await?;
        // What was erased since is still counted in, so only what is erased may have grown.
        if framed.count != (SampleCount { erased: framed.count.erased, ..sample.count.clone() }) {
            let erased = framed.count.erased.saturating_sub(sample.count.erased);
            return Ok(Some(format!(
                "the population has {} items now, and had {}; {erased} of its bodies were erased since",
                framed.count.items, sample.count.items
            )));
        }
        Ok(match &sample.method {
            SampleMethod::Drawn { seed, .. }
                if draw(&framed.items, seed, sample.chosen.len()) != sample.chosen =>
            {
                Some("the seed chooses other entries of the population".to_owned())
            }
            _ => stranger(&framed.items, &sample.chosen)
                .map(|index| format!("entry {index} is not of the population")),
        })
    }

    /// Where each control stood on the days of a period.
    ///
    /// # Errors
    /// When the period is too long, or the register cannot be read.
    pub async fn days_of_controls(
        &self,
        from: Date,
        to: Date,
    ) -> Result<DaysOfControls, OperationError> {
        // What is to come is neither known nor unknown.
        let to = to.min(self.now().date());
        if to.start().days_since(from.start()) >= PERIOD_DAYS_MAX {
            return Err(OperationError::input(format!(
                "a period has at most {PERIOD_DAYS_MAX} days; choose a shorter one"
            )));
        }
        let head = self.head().await?;
        let mut assessments = BTreeMap::new();
        let mut dated = DatedStatuses::new();
        if from <= to {
            let period = period(from, to, head.size)?;
            let kind = "assessment";
            let indexes = self.scope().indexes_of(&period, kind, 0, ASSESSMENTS_MAX + 1).await?;
            if indexes.len() as u64 > ASSESSMENTS_MAX {
                return Err(OperationError::input(format!(
                    "the period has more than {ASSESSMENTS_MAX} assessments; choose a shorter one"
                )));
            }
            for indexes in indexes.chunks(usize::try_from(LIST_ROWS_MAX).unwrap_or(1)) {
                for listed in self.scope().entries_at(indexes).await? {
                    let record = listed.entry.map(|entry| entry.record);
                    let (at, statuses) = match record {
                        Some(Record::Assessment(own)) => (own.at, own.controls),
                        _ => (listed.at, BTreeMap::new()),
                    };
                    assessments.insert(listed.index, at);
                    dated.entry(at.date()).or_default().push(statuses);
                }
            }
        }
        let controls = self.catalogue.controls.keys();
        let controls = controls.map(|control| annex_assess::days(&dated, control, from, to));
        Ok(DaysOfControls { from, to, assessments, controls: controls.collect() })
    }

    /// Draws a sample and records it.
    pub(crate) async fn draw_sample(
        &self,
        frame: &SampleFrame,
        choice: &SampleChoice,
        note: &str,
        who: &PersonId,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let people: Vec<Person> = self.all_of().await?;
        person_of(&people, who)?;
        if note.len() > NOTE_BYTES_MAX {
            return Err(OperationError::input(format!(
                "a note has at most {NOTE_BYTES_MAX} bytes"
            )));
        }
        let framed = self.framed(frame).await?;
        let items = framed.items.len() as u64;
        let (method, chosen) = match choice {
            SampleChoice::Draw { size, seed } => {
                if *size == 0 || *size > items.min(SAMPLE_ITEMS_MAX) {
                    return Err(OperationError::input(format!(
                        "the population has {items} items, and a sample 1 to {SAMPLE_ITEMS_MAX} of them, not {size}"
                    )));
                }
                let given = seed.is_some();
                let seed = seed.clone().unwrap_or_else(|| self.fresh_seed());
                if !is_seed(&seed) {
                    return Err(OperationError::input(format!(
                        "a seed has 1 to {SEED_BYTES_MAX} letters a to z, digits and hyphens"
                    )));
                }
                let chosen =
                    draw(&framed.items, &seed, usize::try_from(*size).unwrap_or(usize::MAX));
                (SampleMethod::Drawn { seed, given }, chosen)
            }
            SampleChoice::Pick { entries } => {
                if entries.is_empty() || entries.len() as u64 > SAMPLE_ITEMS_MAX {
                    return Err(OperationError::input(format!(
                        "pick 1 to {SAMPLE_ITEMS_MAX} entries, not {}",
                        entries.len()
                    )));
                }
                if let Some(index) = stranger(&framed.items, entries) {
                    return Err(OperationError::input(format!(
                        "entry {index} is not of this population"
                    )));
                }
                (SampleMethod::Picked, entries.clone())
            }
        };
        let at = self.now();
        let sample = Sample {
            id: SampleId::derive(who, &frame.kind, at),
            frame: frame.clone(),
            count: framed.count,
            method,
            chosen,
            note: note.trim().to_owned(),
            by: who.clone(),
            at,
        };
        let what = format!("sample {} has {} of {items} items", sample.id, sample.chosen.len());
        Ok((self.record(vec![sample.into()], by).await?, what))
    }

    fn fresh_seed(&self) -> String {
        let random = (self.ports.random)();
        Digest::from_bytes(random).hex().chars().take(SEED_BYTES_MAX / 2).collect()
    }

    async fn head(&self) -> Result<Head, OperationError> {
        Ok(self.scope().head().await?.map_or(Head::EMPTY, |stored| stored.head))
    }

    async fn counted(
        &self,
        period: &Period,
        head: &Head,
        recorded: u64,
        items: u64,
        erased: u64,
    ) -> Result<SampleCount, OperationError> {
        let bounds = self.scope().bounds_of(period).await?;
        Ok(SampleCount {
            items,
            erased,
            recorded,
            first: bounds.map(|(first, _)| first),
            last: bounds.map(|(_, last)| last),
            ledger_size: head.size,
            ledger_root: Digest::from_bytes(*head.root.as_bytes()),
        })
    }

    fn check_frame(&self, frame: &SampleFrame) -> Result<(), OperationError> {
        let kind = &frame.kind;
        if !Record::KINDS.contains(&kind.as_str()) {
            return Err(OperationError::input(format!("no record is of the kind `{kind}`")));
        }
        if !frame.evidence_kinds.is_empty() && kind != "evidence" {
            return Err(OperationError::input("only evidence has a sort of evidence"));
        }
        if !frame.controls.is_empty() && !SampleFrame::OF_CONTROLS.contains(&kind.as_str()) {
            return Err(OperationError::input(format!(
                "a record of the kind `{kind}` does not say which control it concerns; leave the controls out"
            )));
        }
        if frame.controls.len() > CONTROLS_MAX {
            return Err(OperationError::input(format!("name at most {CONTROLS_MAX} controls")));
        }
        let known = |control: &&ControlId| !self.catalogue.controls.contains_key(control);
        if let Some(control) = frame.controls.iter().find(known) {
            return Err(OperationError::input(format!(
                "no control `{control}` is in the catalogue"
            )));
        }
        Ok(())
    }
}

/// The ledger that a sample names.
fn head_of(sample: &Sample) -> Head {
    Head {
        size: sample.count.ledger_size,
        root: Hash::from_bytes(*sample.count.ledger_root.as_bytes()),
    }
}

/// The first entry that is not of a population, whose entries are in order.
fn stranger(population: &[u64], entries: &BTreeSet<u64>) -> Option<u64> {
    entries.iter().copied().find(|index| population.binary_search(index).is_err())
}

fn period(from: Date, to: Date, size: u64) -> Result<Period, OperationError> {
    if to < from {
        return Err(OperationError::input(format!("the period ends on {to}, before {from}")));
    }
    Ok(Period { from: from.start(), to: to.end(), size })
}
