//! Which asset a key means.
//!
//! A collector names an asset by kind and key, and may know further keys of it. An asset is the
//! one that its key, or else the first known of its further keys, was recorded for; at first
//! sight its id is derived. A key that was recorded never moves to another asset, so what was
//! resolved once resolves the same way again: verifying repeats it entry by entry.

use std::collections::{HashMap, HashSet};

use annex_isms::observation::{AssetKey, ObservationBatch, Seen, SeenAsset};
use annex_isms::{AssetId, AssetKind, FlowId, OrganisationId, Record, Subject};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};

use crate::RegisterError;
use crate::error::During as _;
use crate::table::asset_alias;

/// The most keys that are asked for in one statement.
const KEYS_MAX: usize = 1_000;

/// The known keys of assets.
#[derive(Debug, Clone)]
pub(crate) struct Aliases {
    organisation: OrganisationId,
    known: HashMap<AssetKind, HashMap<String, AssetId>>,
}

impl Aliases {
    /// None known yet.
    pub(crate) fn none(organisation: &OrganisationId) -> Self {
        Self { organisation: organisation.clone(), known: HashMap::new() }
    }

    /// Those of `keys` that are known.
    pub(crate) async fn load<C: ConnectionTrait>(
        connection: &C,
        organisation: &OrganisationId,
        keys: &Keys,
    ) -> Result<Self, RegisterError> {
        let mut aliases = Self::none(organisation);
        for (&kind, keys) in &keys.0 {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            for keys in keys.chunks(KEYS_MAX) {
                let rows = asset_alias::Entity::find()
                    .filter(asset_alias::Column::Organisation.eq(organisation.as_str()))
                    .filter(asset_alias::Column::Kind.eq(kind.as_str()))
                    .filter(asset_alias::Column::Key.is_in(keys.iter().copied()))
                    .all(connection)
                    .await
                    .during("read the keys of assets")?;
                for row in rows {
                    let asset = row.asset.parse();
                    let asset = asset
                        .map_err(|error| RegisterError::corrupt(format!("asset_alias: {error}")))?;
                    aliases.learn(kind, &row.key, &asset);
                }
            }
        }
        Ok(aliases)
    }

    /// The asset that a key is known for.
    pub(crate) fn get(&self, kind: AssetKind, key: &str) -> Option<&AssetId> {
        self.known.get(&kind)?.get(key)
    }

    /// Remembers a key; says whether it was not known. A known key stays where it is.
    pub(crate) fn learn(&mut self, kind: AssetKind, key: &str, asset: &AssetId) -> bool {
        let keys = self.known.entry(kind).or_default();
        let is_new = !keys.contains_key(key);
        if is_new {
            keys.insert(key.to_owned(), asset.clone());
        }
        is_new
    }

    /// The asset that a collector saw.
    pub(crate) fn asset(&self, seen: &SeenAsset) -> AssetId {
        let kind = seen.key.kind;
        seen_keys(seen)
            .find_map(|key| self.get(kind, key))
            .cloned()
            .unwrap_or_else(|| AssetId::derive(&self.organisation, kind, &seen.key.key))
    }

    /// The asset of a key alone.
    pub(crate) fn key(&self, key: &AssetKey) -> AssetId {
        self.get(key.kind, &key.key)
            .cloned()
            .unwrap_or_else(|| AssetId::derive(&self.organisation, key.kind, &key.key))
    }

    /// The flow between the assets of two keys.
    pub(crate) fn flow(&self, from: &AssetKey, to: &AssetKey) -> FlowId {
        FlowId::derive(&self.key(from), &self.key(to))
    }

    /// The subject that a collector named.
    pub(crate) fn subject(&self, seen: &Seen) -> Subject {
        match seen {
            Seen::Organisation => Subject::Organisation,
            Seen::System(id) => Subject::System(id.clone()),
            Seen::Asset(key) => Subject::Asset(self.key(key)),
            Seen::Flow { from, to } => Subject::Flow(self.flow(from, to)),
            Seen::Supplier(id) => Subject::Supplier(id.clone()),
            Seen::Agreement(id) => Subject::Agreement(id.clone()),
            Seen::Document(id) => Subject::Document(id.clone()),
            Seen::Subject(subject) => subject.clone(),
        }
    }
}

/// The keys of an asset that was seen, the canonical one first.
pub(crate) fn seen_keys(seen: &SeenAsset) -> impl Iterator<Item = &str> {
    std::iter::once(&seen.key.key).chain(&seen.aliases).map(String::as_str)
}

/// Keys to look up.
#[derive(Debug, Default)]
pub(crate) struct Keys(HashMap<AssetKind, HashSet<String>>);

impl Keys {
    /// Every key that a batch names.
    pub(crate) fn add_batch(&mut self, batch: &ObservationBatch) {
        for seen in &batch.assets {
            seen_keys(seen).for_each(|key| self.add(seen.key.kind, key));
        }
        for flow in &batch.flows {
            self.add_key(&flow.from);
            self.add_key(&flow.to);
        }
        for observation in &batch.observations {
            match &observation.subject {
                Seen::Asset(key) => self.add_key(key),
                Seen::Flow { from, to } => {
                    self.add_key(from);
                    self.add_key(to);
                }
                _ => {}
            }
        }
    }

    /// Every key that a record names.
    pub(crate) fn add_record(&mut self, record: &Record) {
        match record {
            Record::Asset(asset) => self.add(asset.kind, &asset.key),
            Record::Batch(batch) => self.add_batch(&batch.batch),
            _ => {}
        }
    }

    fn add_key(&mut self, key: &AssetKey) {
        self.add(key.kind, &key.key);
    }

    fn add(&mut self, kind: AssetKind, key: &str) {
        let keys = self.0.entry(kind).or_default();
        if !keys.contains(key) {
            keys.insert(key.to_owned());
        }
    }
}
