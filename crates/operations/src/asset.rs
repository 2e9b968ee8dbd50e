//! The asset register: in or out of scope, owner, classification.

use annex_isms::entity::{Asset, Owner, Registration};
use annex_isms::{DataClass, PersonId, Record, Subject};
use annex_register::Receipt;

use crate::access::By;
use crate::find::{person, resolve_subject};
use crate::{OperationError, Operations};

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
        let snapshot = self.snapshot().await?;
        if !in_scope && reason.trim().is_empty() {
            return Err(OperationError::input(
                "an asset that is out of scope needs a reason; give --reason",
            ));
        }
        if let Some(owner) = owner {
            person(&snapshot, owner)?;
        }
        let mut assets: Vec<&Asset> = Vec::new();
        for text in named {
            let text = if text.contains(':') { text.clone() } else { format!("asset:{text}") };
            match resolve_subject(&snapshot, &text)? {
                Subject::Asset(id) => {
                    assets.extend(snapshot.assets.iter().filter(|asset| asset.id == id));
                }
                other => return Err(OperationError::input(format!("`{other}` is not an asset"))),
            }
        }
        if let Some(system) = all_of_system {
            let system = match resolve_subject(&snapshot, &format!("system:{system}"))? {
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
        let count = assets.len();
        let records: Vec<Record> = assets
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
            .collect();
        let what =
            format!("{count} asset(s) registered {} scope", if in_scope { "in" } else { "out of" });
        Ok((self.record(records, by).await?, what))
    }
}
