//! What was there before and was not seen this time.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use annex_isms::entity::Flow;
use annex_isms::observation::Location;
use annex_isms::{AssetId, FlowId, IdError, ObservationBatch};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::seen::{Seen, SeenFlows};
use super::{Elsewhere, Ingest, OPERATION};
use crate::error::During as _;
use crate::project::scope_name;
use crate::table::{asset, flow};
use crate::transaction::Transaction;
use crate::{RegisterError, Scope};

impl Scope<'_> {
    /// Adds the assets that this scope saw last and that are not in it now.
    pub(super) async fn absent_assets(
        &self,
        transaction: &Transaction,
        batch: &ObservationBatch,
        seen: &BTreeMap<AssetId, Seen>,
        others: &[Elsewhere],
        ingest: &mut Ingest,
    ) -> Result<(), RegisterError> {
        let scope = scope_name(batch);
        let ids: Vec<String> = asset::Entity::find()
            .select_only()
            .column(asset::Column::Id)
            .filter(asset::Column::Organisation.eq(self.id.as_str()))
            .filter(asset::Column::SeenIn.eq(scope.as_str()))
            .filter(asset::Column::Present.eq(true))
            .order_by_asc(asset::Column::Id)
            .into_tuple()
            .all(transaction)
            .await
            .during(OPERATION)?;
        let ids: Vec<AssetId> = parsed(&ids)?;
        let candidates = ids.iter().filter(|id| !seen.contains_key(*id));
        for (id, mut asset) in self.assets(transaction, candidates).await? {
            if was_skipped(&asset.locations, batch) {
                continue;
            }
            let holders = || others.iter().filter(|other| other.assets.contains_key(&id));
            if holders().any(|other| other.scope == scope) {
                continue;
            }
            match holders().find_map(|other| Some((other, other.assets.get(&id)?))) {
                None => {
                    asset.present = false;
                    ingest.gone_assets.push(id);
                }
                Some((other, seen)) => {
                    asset.seen_in.clone_from(&other.scope);
                    asset.locations.clone_from(&seen.locations);
                    asset.systems.extend(seen.systems.iter().cloned());
                    ingest.changed_assets.push(id);
                }
            }
            ingest.records.push(asset.into());
        }
        Ok(())
    }

    /// The flows that this scope saw and that are not in it now, as no longer present.
    ///
    /// A flow does not say which scope saw it. It counts as seen here when the last batch held
    /// it, or when it has a location and begins at an asset that this scope saw last.
    pub(super) async fn absent_flows(
        &self,
        transaction: &Transaction,
        batch: &ObservationBatch,
        seen: &SeenFlows,
        before: &SeenFlows,
        others: &[Elsewhere],
    ) -> Result<Vec<Flow>, RegisterError> {
        let of_scope = Query::select()
            .column(asset::Column::Id)
            .from(asset::Entity)
            .and_where(asset::Column::Organisation.eq(self.id.as_str()))
            .and_where(asset::Column::SeenIn.eq(scope_name(batch)))
            .to_owned();
        let ids: Vec<String> = flow::Entity::find()
            .select_only()
            .column(flow::Column::Id)
            .filter(flow::Column::Organisation.eq(self.id.as_str()))
            .filter(flow::Column::Present.eq(true))
            .filter(flow::Column::FromAsset.in_subquery(of_scope))
            .into_tuple()
            .all(transaction)
            .await
            .during(OPERATION)?;
        let mut candidates: BTreeSet<FlowId> = parsed(&ids)?;
        candidates.extend(before.keys().cloned());
        candidates.retain(|id| {
            !seen.contains_key(id) && !others.iter().any(|other| other.flows.contains_key(id))
        });
        let flows = self.known_flows(transaction, candidates.iter()).await?.into_values();
        Ok(flows
            .filter(|flow| {
                let seen_here = before.contains_key(&flow.id) || !flow.locations.is_empty();
                flow.present && seen_here && !was_skipped(&flow.locations, batch)
            })
            .map(|flow| Flow { present: false, ..flow })
            .collect())
    }
}

fn parsed<T, C>(ids: &[String]) -> Result<C, RegisterError>
where
    T: FromStr<Err = IdError>,
    C: FromIterator<T>,
{
    let ids = ids.iter().map(|id| id.parse::<T>());
    ids.collect::<Result<C, _>>().map_err(|error| RegisterError::corrupt(error.to_string()))
}

/// Whether any of the places was skipped this time, so that absence shows nothing.
fn was_skipped(locations: &BTreeSet<Location>, batch: &ObservationBatch) -> bool {
    locations.iter().any(|location| {
        batch.skipped.iter().any(|skipped| {
            let rest = location.path.strip_prefix(skipped.path.trim_end_matches('/'));
            matches!(skipped.path.as_str(), "" | ".")
                || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    })
}
