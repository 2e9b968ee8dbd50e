//! Several changes at once: all of them or none, each on what was read.
//!
//! What a file of a register says is decided by whoever sent it after they saw what it would
//! change, so it must change that and nothing else. The changes are therefore recorded in one
//! transaction, and each names the version of the thing that it was made from.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::{Record, Snapshot};
use annex_register::{LIST_ROWS_MAX, Receipt, RegisterError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::By;
use crate::find::one;
use crate::{Command, OperationError, Operations};

/// The most changes at once.
pub const TOGETHER_MAX: usize = 5_000;

/// The kinds of records that such changes are decided on.
const CHANGED_TOGETHER: [&str; 5] = ["person", "system", "asset", "supplier", "risk"];

/// A command, and what it was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Versioned {
    /// What to do.
    pub command: Command,
    /// The version of what it changes; `None` where that is not on record yet.
    pub version: Option<u64>,
}

impl Operations<'_> {
    pub(crate) async fn together(
        &self,
        commands: &[Versioned],
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        if commands.is_empty() || commands.len() > TOGETHER_MAX {
            return Err(OperationError::input(format!(
                "1 to {TOGETHER_MAX} changes are done together, not {}",
                commands.len()
            )));
        }
        self.must_be_of_these_versions(commands).await?;
        let snapshot = self.part(&CHANGED_TOGETHER).await?;
        let mut records = Vec::with_capacity(commands.len());
        let mut changed = BTreeSet::new();
        for versioned in commands {
            for record in self.records_of(&snapshot, &versioned.command)? {
                let (kind, key) = (record.kind(), record.key());
                if !changed.insert((kind, key.clone())) {
                    return Err(OperationError::input(format!("{kind} {key} is changed twice")));
                }
                records.push(record);
            }
        }
        let what = format!("{} change(s) together", records.len());
        Ok((self.record(records, by).await?, what))
    }

    /// What a command would record, on this state of the register.
    fn records_of(
        &self,
        snapshot: &Snapshot,
        command: &Command,
    ) -> Result<Vec<Record>, OperationError> {
        match command {
            Command::PutSupplier { supplier } => {
                Ok(vec![Self::supplier_record(&snapshot.people, supplier)?])
            }
            Command::AddAsset { asset } => Ok(vec![self.new_asset(snapshot, asset)?]),
            Command::RegisterAsset {
                assets,
                all_of_system,
                in_scope,
                reason,
                owner,
                classification,
            } => Self::registered_assets(
                snapshot,
                assets,
                all_of_system.as_deref(),
                *in_scope,
                reason,
                owner.as_ref(),
                *classification,
            ),
            Command::ReviewRisk { risk, judgement } => {
                let known = one(&snapshot.risks, risk, "risk", |risk| risk.id.to_string())?;
                Ok(vec![self.reviewed_risk(known.clone(), &snapshot.people, judgement)?.into()])
            }
            other => {
                let name: &'static str = other.into();
                Err(OperationError::input(format!("`{name}` is not done together with others")))
            }
        }
    }

    /// What of these would be refused as the register is now, in their order; nothing is recorded.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn rehearse(
        &self,
        commands: &[Versioned],
    ) -> Result<Vec<Option<String>>, OperationError> {
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        let snapshot = self.part(&CHANGED_TOGETHER).await?;
        let refused = |versioned: &Versioned| {
            self.records_of(&snapshot, &versioned.command).err().map(|error| error.to_string())
        };
        Ok(commands.iter().map(refused).collect())
    }

    async fn must_be_of_these_versions(
        &self,
        commands: &[Versioned],
    ) -> Result<(), OperationError> {
        let mut wanted: BTreeMap<&'static str, BTreeMap<String, Option<u64>>> = BTreeMap::new();
        for Versioned { command, version } in commands {
            if let Some((kind, key)) = command.target() {
                wanted.entry(kind).or_default().insert(key, *version);
            }
        }
        for (kind, versions) in wanted {
            let keys: Vec<String> = versions.keys().cloned().collect();
            let mut there = BTreeMap::new();
            for keys in keys.chunks(usize::try_from(LIST_ROWS_MAX).unwrap_or(1)) {
                let found = self.find(kind, keys).await?;
                there.extend(found.into_iter().map(|listed| (listed.key, listed.index)));
            }
            for (key, version) in versions {
                if there.get(&key).copied() != version {
                    return Err(RegisterError::Stale { kind, key }.into());
                }
            }
        }
        Ok(())
    }
}
