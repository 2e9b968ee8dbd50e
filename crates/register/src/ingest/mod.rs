//! From what a collector saw to what is to be recorded.
//!
//! ```text
//!  batch ─▶ known digest? nothing ─┐
//!    │                             ▼
//!    ├─ seen ───▶ resolve keys ─▶ systems, suppliers, assets, flows that are new or changed ─▶ records
//!    └─ absent ─▶ seen here before, not skipped now, in nobody else's last batch ─▶ not present ─┘
//! ```
//!
//! Nothing is written: the records go to [`Scope::record`], the batch itself last. What people
//! decided of an asset (registration, owner, classification) stays.
//!
//! Absence counts only inside the covered scope. An asset that lay in a file that was skipped
//! this time is not gone, and one that another scope still holds only moves there.

mod absent;
mod seen;

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::entity::{AiSystem, Asset, Flow, Supplier};
use annex_isms::{
    AssetId, Digest, Entry, FlowId, ObservationBatch, Record, SupplierId, SystemId, record,
};
use sea_orm::ColumnTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};

use crate::alias::{Aliases, Keys};
use crate::record::batch_digest;
use crate::table::batch;
use crate::transaction::Transaction;
use crate::{RegisterError, Scope};
use seen::SeenFlows;

/// What a batch comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingest {
    /// The digest of the batch.
    pub batch: Digest,
    /// What is to be recorded; empty when the batch is on record.
    pub records: Vec<Record>,
    /// Assets at first sight.
    pub new_assets: Vec<AssetId>,
    /// Assets that are otherwise than on record, but present.
    pub changed_assets: Vec<AssetId>,
    /// Assets that are no longer there.
    pub gone_assets: Vec<AssetId>,
}

const OPERATION: &str = "resolve a batch";

impl Scope<'_> {
    /// Resolves what a collector saw into records for [`Scope::record`].
    ///
    /// The same batch again gives no records.
    pub async fn ingest(&self, batch: ObservationBatch) -> Result<Ingest, RegisterError> {
        let digest = batch_digest(&batch)?;
        let mut ingest = Ingest {
            batch: digest,
            records: Vec::new(),
            new_assets: Vec::new(),
            changed_assets: Vec::new(),
            gone_assets: Vec::new(),
        };
        let transaction = self.read(OPERATION).await?;
        if !self.latest_of(&transaction, "batch", &[digest.to_string()]).await?.is_empty() {
            return Ok(ingest);
        }
        let (previous, others) = self.last_batches_around(&transaction, &batch).await?;
        let mut keys = Keys::default();
        keys.add_batch(&batch);
        for batch in previous.iter().chain(&others) {
            keys.add_batch(batch);
        }
        let mut aliases = Aliases::load(&transaction, &self.id, &keys).await?;
        let seen = seen::assets(&batch, &mut aliases);
        let before = previous.as_ref().map(|previous| seen::assets(previous, &mut aliases.clone()));
        let others: Vec<Elsewhere> =
            others.iter().map(|batch| Elsewhere::new(batch, &aliases)).collect();
        let flows = seen::flows(&batch, &aliases);

        ingest.records.extend(self.new_systems(&transaction, &batch).await?);
        ingest.records.extend(self.new_suppliers(&transaction, &batch).await?);
        let known = self.assets(&transaction, seen.keys()).await?;
        for (id, seen) in &seen {
            let before = before.as_ref().and_then(|before| before.get(id));
            let asset = seen.asset(id, &batch, known.get(id), before);
            match known.get(id) {
                None => ingest.new_assets.push(id.clone()),
                Some(known) if *known != asset => ingest.changed_assets.push(id.clone()),
                Some(_) => continue,
            }
            ingest.records.push(asset.into());
        }
        self.absent_assets(&transaction, &batch, &seen, &others, &mut ingest).await?;
        let before = previous.map(|previous| seen::flows(&previous, &aliases)).unwrap_or_default();
        self.flows(&transaction, &batch, flows, &before, &others, &mut ingest).await?;
        ingest.records.push(record::Batch { digest, batch }.into());
        Ok(ingest)
    }

    /// The last batch of the same collector and scope, and those of all others.
    async fn last_batches_around(
        &self,
        transaction: &Transaction,
        batch: &ObservationBatch,
    ) -> Result<(Option<ObservationBatch>, Vec<ObservationBatch>), RegisterError> {
        let last = Query::select()
            .expr(Expr::col(batch::Column::EntryIndex).max())
            .from(batch::Entity)
            .and_where(batch::Column::Organisation.eq(self.id.as_str()))
            .group_by_columns([
                batch::Column::Collector,
                batch::Column::ScopeKind,
                batch::Column::ScopeName,
            ])
            .to_owned();
        let same = |other: &ObservationBatch| {
            other.collector.name == batch.collector.name
                && other.scope.kind == batch.scope.kind
                && other.scope.name == batch.scope.name
        };
        let (mut previous, mut others) = (None, Vec::new());
        for record in self.records_of(transaction, last).await? {
            match record {
                Record::Batch(record) if same(&record.batch) => previous = Some(record.batch),
                Record::Batch(record) => others.push(record.batch),
                _ => {}
            }
        }
        Ok((previous, others))
    }

    async fn new_systems(
        &self,
        transaction: &Transaction,
        batch: &ObservationBatch,
    ) -> Result<Vec<Record>, RegisterError> {
        // One that an asset names and nobody describes is called by its id.
        let mut names: BTreeMap<&SystemId, &str> =
            batch.assets.iter().flat_map(|a| &a.systems).map(|id| (id, id.as_str())).collect();
        names.extend(batch.systems.iter().map(|system| (&system.id, system.name.as_str())));
        let known = self.known(transaction, "system", names.keys()).await?;
        let unknown = names.into_iter().filter(|(id, _)| !known.contains_key(id.as_str()));
        Ok(unknown
            .map(|(id, name)| {
                Record::from(AiSystem {
                    id: id.clone(),
                    name: name.to_owned(),
                    purpose: String::new(),
                    owner: None,
                    audiences: BTreeSet::new(),
                    classes: BTreeSet::new(),
                })
            })
            .collect())
    }

    async fn new_suppliers(
        &self,
        transaction: &Transaction,
        batch: &ObservationBatch,
    ) -> Result<Vec<Record>, RegisterError> {
        let ids: BTreeSet<&SupplierId> =
            batch.assets.iter().filter_map(|asset| asset.supplier.as_ref()).collect();
        let known = self.known(transaction, "supplier", ids.iter()).await?;
        let unknown = ids.into_iter().filter(|id| !known.contains_key(id.as_str()));
        Ok(unknown
            .map(|id| {
                Record::from(Supplier {
                    id: id.clone(),
                    name: id.to_string(),
                    owner: None,
                    certifications: Vec::new(),
                })
            })
            .collect())
    }

    /// The flows that are new, changed or absent.
    async fn flows(
        &self,
        transaction: &Transaction,
        batch: &ObservationBatch,
        flows: SeenFlows,
        before: &SeenFlows,
        others: &[Elsewhere],
        ingest: &mut Ingest,
    ) -> Result<(), RegisterError> {
        let known = self.known_flows(transaction, flows.keys()).await?;
        for (id, flow) in &flows {
            let flow = seen::flow(flow, known.get(id));
            if known.get(id) != Some(&flow) {
                ingest.records.push(flow.into());
            }
        }
        let absent = self.absent_flows(transaction, batch, &flows, before, others).await?;
        ingest.records.extend(absent.into_iter().map(Record::from));
        Ok(())
    }

    async fn assets<'i>(
        &self,
        transaction: &Transaction,
        ids: impl Iterator<Item = &'i AssetId>,
    ) -> Result<BTreeMap<AssetId, Asset>, RegisterError> {
        let records = self.known(transaction, "asset", ids).await?.into_values();
        Ok(records
            .filter_map(|record| match record {
                Record::Asset(asset) => Some((asset.id.clone(), asset)),
                _ => None,
            })
            .collect())
    }

    async fn known_flows<'i>(
        &self,
        transaction: &Transaction,
        ids: impl Iterator<Item = &'i FlowId>,
    ) -> Result<BTreeMap<FlowId, Flow>, RegisterError> {
        let records = self.known(transaction, "flow", ids).await?.into_values();
        Ok(records
            .filter_map(|record| match record {
                Record::Flow(flow) => Some((flow.id.clone(), flow)),
                _ => None,
            })
            .collect())
    }

    /// The latest records of a kind with these keys, by key.
    async fn known<I: ToString>(
        &self,
        transaction: &Transaction,
        kind: &str,
        keys: impl Iterator<Item = I>,
    ) -> Result<BTreeMap<String, Record>, RegisterError> {
        let keys: Vec<String> = keys.map(|key| key.to_string()).collect();
        let mut known = BTreeMap::new();
        for stored in self.latest_of(transaction, kind, &keys).await? {
            if let Some(Entry { record, .. }) = stored.entry()? {
                known.insert(stored.key, record);
            }
        }
        Ok(known)
    }
}

/// What the last batch of another scope, or of another collector, saw.
struct Elsewhere {
    scope: String,
    assets: BTreeMap<AssetId, seen::Seen>,
    flows: SeenFlows,
}

impl Elsewhere {
    fn new(batch: &ObservationBatch, aliases: &Aliases) -> Self {
        Self {
            scope: crate::project::scope_name(batch),
            assets: seen::assets(batch, &mut aliases.clone()),
            flows: seen::flows(batch, aliases),
        }
    }
}
