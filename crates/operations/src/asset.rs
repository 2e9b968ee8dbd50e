//! The asset register: in or out of scope, owner, classification.

use std::collections::BTreeSet;

use annex_isms::entity::{Asset, Owner, Registration};
use annex_isms::{AssetId, DataClass, PersonId, Record, Snapshot, Subject, SystemId};
use annex_register::Receipt;

use crate::access::By;
use crate::find::{person_of, resolve_subject};
use crate::{NewAsset, OperationError, Operations};

/// The longest key or name of an asset that a person adds, in bytes.
const TEXT_BYTES_MAX: usize = 400;

/// The kinds of records that a new asset is checked against.
pub(crate) const NEW_ASSET: [&str; 4] = ["person", "system", "asset", "supplier"];

impl Operations<'_> {
    #[expect(clippy::too_many_arguments, reason = "the fields of one command")]
    pub(crate) async fn register_asset(
        &self,
        named: &[String],
        all_of_system: Option<&str>,
        in_scope: bool,
        reason: &str,
        owner: Option<&PersonId>,
        classification: Option<DataClass>,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let snapshot = self.part(&["person", "system", "asset"]).await?;
        let records = Self::registered_assets(
            &snapshot,
            named,
            all_of_system,
            in_scope,
            reason,
            owner,
            classification,
        )?;
        let count = records.len();
        let what =
            format!("{count} asset(s) registered {} scope", if in_scope { "in" } else { "out of" });
        Ok((self.record(records, by).await?, what))
    }

    /// The assets that are named, as they would be recorded.
    pub(crate) fn registered_assets(
        snapshot: &Snapshot,
        named: &[String],
        all_of_system: Option<&str>,
        in_scope: bool,
        reason: &str,
        owner: Option<&PersonId>,
        classification: Option<DataClass>,
    ) -> Result<Vec<Record>, OperationError> {
        if !in_scope && reason.trim().is_empty() {
            return Err(OperationError::input(
                "an asset that is out of scope needs a reason; give --reason",
            ));
        }
        if let Some(owner) = owner {
            person_of(&snapshot.people, owner)?;
        }
        let mut assets: Vec<&Asset> = Vec::new();
        for text in named {
            let text = if text.contains(':') { text.clone() } else { format!("asset:{text}") };
            match resolve_subject(snapshot, &text)? {
                Subject::Asset(id) => {
                    assets.extend(snapshot.assets.iter().filter(|asset| asset.id == id));
                }
                other => return Err(OperationError::input(format!("`{other}` is not an asset"))),
            }
        }
        if let Some(system) = all_of_system {
            let system = match resolve_subject(snapshot, &format!("system:{system}"))? {
                Subject::System(id) => id,
                other => {
                    return Err(OperationError::input(format!("`{other}` is not an AI system")));
                }
            };
            assets.extend(snapshot.assets.iter().filter(|asset| {
                asset.present && asset.registration.is_none() && asset.systems.contains(&system)
            }));
        }
        if assets.is_empty() {
            return Err(OperationError::input(
                "no asset to register; name assets, or a system with assets that are not registered yet",
            ));
        }
        Ok(assets
            .into_iter()
            .map(|asset| {
                let mut asset = asset.clone();
                asset.registration =
                    Some(Registration { in_scope, reason: reason.trim().to_owned() });
                if let Some(owner) = owner {
                    asset.owner = Some(Owner { person: owner.clone(), confirmed: true });
                }
                asset.classification = classification.or(asset.classification);
                asset.into()
            })
            .collect())
    }

    /// Adds an asset that no collector sees.
    pub(crate) async fn add_asset(
        &self,
        asset: &NewAsset,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let record = self.new_asset(&self.part(&NEW_ASSET).await?, asset)?;
        let what = format!("asset {}", record.key());
        Ok((self.record(vec![record], by).await?, what))
    }

    /// A new asset as it would be recorded.
    pub(crate) fn new_asset(
        &self,
        snapshot: &Snapshot,
        new: &NewAsset,
    ) -> Result<Record, OperationError> {
        let (key, name) = (new.key.trim(), new.name.trim());
        for (what, text) in [("key", key), ("name", name)] {
            if text.is_empty() || text.len() > TEXT_BYTES_MAX {
                return Err(OperationError::input(format!(
                    "an asset has a {what} of 1 to {TEXT_BYTES_MAX} bytes"
                )));
            }
        }
        let id = AssetId::derive(&self.organisation, new.kind, key);
        let same = |asset: &&Asset| asset.id == id || (asset.kind == new.kind && asset.key == key);
        if let Some(known) = snapshot.assets.iter().find(same) {
            return Err(OperationError::input(format!(
                "{} `{key}` is on record as asset {}",
                new.kind, known.id
            )));
        }
        if let Some(registration) = &new.registration
            && !registration.in_scope
            && registration.reason.trim().is_empty()
        {
            return Err(OperationError::input("an asset that is out of scope needs a reason"));
        }
        if let Some(owner) = &new.owner {
            person_of(&snapshot.people, owner)?;
        }
        let known = |system: &&SystemId| !snapshot.systems.iter().any(|own| own.id == **system);
        if let Some(system) = new.systems.iter().find(known) {
            return Err(OperationError::input(format!("no AI system `{system}` is on record")));
        }
        if let Some(supplier) = &new.supplier
            && !snapshot.suppliers.iter().any(|own| own.id == *supplier)
        {
            return Err(OperationError::input(format!("no supplier `{supplier}` is on record")));
        }
        Ok(Record::from(Asset {
            id,
            kind: new.kind,
            key: key.to_owned(),
            name: name.to_owned(),
            supplier: new.supplier.clone(),
            systems: new.systems.clone(),
            locations: BTreeSet::new(),
            seen_in: String::new(),
            present: true,
            registration: new.registration.clone(),
            owner: new.owner.clone().map(|person| Owner { person, confirmed: true }),
            classification: new.classification,
        }))
    }
}
