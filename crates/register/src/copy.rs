//! Copying a register into an empty one: from SQLite to PostgreSQL, and back.
//!
//! ```text
//!  source, one state ─▶ verify ─▶ entries, nodes, checkpoints, rows, accounts, head ─▶ verify ─▶ commit
//!        └─────────────────────── heads and checkpoints are the same bytes ═══════════════┘
//! ```
//!
//! Bodies, nonces and signatures are carried over as they are, so every proof and checkpoint that
//! was given away holds for the copy. The target is written in one transaction: it is there whole
//! and verified, or it is as it was. Sessions stay behind; who was signed in signs in again.
//!
//! How it can still go wrong: what is written to the source afterwards is not in the copy, and
//! what is written to both makes two histories. The end of one must be somebody's decision.

use std::collections::BTreeMap;
use std::ops::Range;

use annex_isms::OrganisationId;
use annex_ledger::{Hash, VerifyingKey, node_count};
use sea_orm::{
    ColumnTrait as _, EntityTrait, IntoActiveModel, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::error::During as _;
use crate::read::signed;
use crate::table::{
    self, Rows, account, ledger_checkpoint, ledger_entry, ledger_head, ledger_node, notice,
    recovery_code, second_factor, sent_request, sign_in,
};
use crate::transaction::Transaction;
use crate::{Register, RegisterError, Scope};

/// What was copied of an organisation, and is verified on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Whose it is.
    pub organisation: OrganisationId,
    /// How many entries the ledger has.
    pub entries: u64,
    /// The root over them.
    pub root: Hash,
    /// How many people can sign in.
    pub accounts: u64,
}

const OPERATION: &str = "copy the register";

/// How many entries are copied at once.
const PAGE_ENTRIES: u64 = 1_000;

impl Register {
    /// The organisations that have a ledger, by id.
    pub async fn ledgers(&self) -> Result<Vec<OrganisationId>, RegisterError> {
        let transaction = self.read_list(OPERATION).await?;
        ledgers(&transaction).await
    }

    /// Copies everything but sessions into `target`, which must be empty, and verifies both with
    /// the keys of the ledgers. When it fails the target is as it was.
    pub async fn copy_to(
        &self,
        target: &Self,
        keys: &BTreeMap<OrganisationId, VerifyingKey>,
    ) -> Result<Vec<Copied>, RegisterError> {
        let from = self.read_list(OPERATION).await?;
        let organisations = ledgers(&from).await?;
        let (to, _guard) = target.write_list(OPERATION).await?;
        if let Some(there) = ledgers(&to).await?.first() {
            let what =
                format!("the target holds the register of {there} already; it must be empty");
            return Err(RegisterError::Conflict { what });
        }
        let mut copied = Vec::with_capacity(organisations.len());
        for organisation in organisations {
            let Some(key) = keys.get(&organisation) else {
                let what = format!("the key that verifies the ledger of {organisation}");
                return Err(RegisterError::NotFound { what });
            };
            from.turn_to(organisation.as_str()).await.during(OPERATION)?;
            to.turn_to(organisation.as_str()).await.during(OPERATION)?;
            let source = self.organisation(&organisation);
            let target = target.organisation(&organisation);
            copied.push(source.copy_to(&from, &target, &to, key).await?);
        }
        to.commit().await.during(OPERATION)?;
        Ok(copied)
    }
}

impl Scope<'_> {
    async fn copy_to(
        &self,
        from: &Transaction,
        target: &Scope<'_>,
        to: &Transaction,
        key: &VerifyingKey,
    ) -> Result<Copied, RegisterError> {
        let head = ledger_head::Entity::find_by_id(self.id.to_string()).one(from).await;
        let head = head.during(OPERATION)?.ok_or_else(|| RegisterError::corrupt("no head"))?;
        self.must_hold(from, key, &head.checkpoint, "the source").await?;
        let size = u64::try_from(head.size).unwrap_or(0);
        for page in pages(size) {
            let entries = self.entries_in(from, page.clone()).await?;
            insert::<ledger_entry::Entity>(to, entries).await?;
            let (first, end) = (signed(node_count(page.start)), signed(node_count(page.end)));
            let nodes = ledger_node::Entity::find()
                .filter(ledger_node::Column::Organisation.eq(self.id.as_str()))
                .filter(ledger_node::Column::Idx.gte(first))
                .filter(ledger_node::Column::Idx.lt(end))
                .all(from)
                .await
                .during(OPERATION)?;
            insert::<ledger_node::Entity>(to, nodes).await?;
            let (first, end) = (signed(page.start), signed(page.end));
            let rows = Rows::read(from, self.id.as_str(), first, end).await;
            let rows = rows.map_err(|(_, error)| error).during(OPERATION)?;
            rows.write(to).await.during(OPERATION)?;
        }
        let notes = ledger_checkpoint::Entity::find()
            .filter(ledger_checkpoint::Column::Organisation.eq(self.id.as_str()))
            .all(from)
            .await
            .during(OPERATION)?;
        insert::<ledger_checkpoint::Entity>(to, notes).await?;
        insert::<ledger_head::Entity>(to, vec![head.clone()]).await?;
        let accounts =
            self.carry::<account::Entity>(from, to, account::Column::Organisation).await?;
        let column = second_factor::Column::Organisation;
        self.carry::<second_factor::Entity>(from, to, column).await?;
        let column = recovery_code::Column::Organisation;
        self.carry::<recovery_code::Entity>(from, to, column).await?;
        self.carry::<sign_in::Entity>(from, to, sign_in::Column::Organisation).await?;
        self.carry::<sent_request::Entity>(from, to, sent_request::Column::Organisation).await?;
        // What was told is not told again by the copy.
        self.carry::<notice::Entity>(from, to, notice::Column::Organisation).await?;
        target.must_hold(to, key, &head.checkpoint, "the copy").await?;
        let there =
            target.stored_head(to, false).await?.filter(|it| it.checkpoint == head.checkpoint);
        let there = there.ok_or_else(|| RegisterError::corrupt("the copy has another head"))?;
        Ok(Copied {
            organisation: self.id.clone(),
            entries: there.head.size,
            root: there.head.root,
            accounts,
        })
    }

    /// Carries what no entry proves, and says how many rows that is.
    async fn carry<E>(
        &self,
        from: &Transaction,
        to: &Transaction,
        organisation: E::Column,
    ) -> Result<u64, RegisterError>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel> + Send + Sync,
        E::ActiveModel: Send,
    {
        let rows = E::find().filter(organisation.eq(self.id.as_str())).all(from).await;
        let rows = rows.during(OPERATION)?;
        let count = rows.len() as u64;
        insert::<E>(to, rows).await?;
        Ok(count)
    }

    /// An error unless the ledger and the rows verify, up to a checkpoint.
    async fn must_hold(
        &self,
        transaction: &Transaction,
        key: &VerifyingKey,
        checkpoint: &[u8],
        whose: &str,
    ) -> Result<(), RegisterError> {
        let verified = self.verify_in(transaction, key, Some(checkpoint)).await?;
        match verified.fault {
            None => Ok(()),
            Some(fault) => Err(RegisterError::corrupt(format!(
                "{whose} of {} does not verify: {fault}",
                self.id
            ))),
        }
    }
}

async fn ledgers(transaction: &Transaction) -> Result<Vec<OrganisationId>, RegisterError> {
    let ids: Vec<String> = ledger_head::Entity::find()
        .select_only()
        .column(ledger_head::Column::Organisation)
        .order_by_asc(ledger_head::Column::Organisation)
        .into_tuple()
        .all(transaction)
        .await
        .during(OPERATION)?;
    ids.iter()
        .map(|id| id.parse().map_err(|error| RegisterError::corrupt(format!("{error}"))))
        .collect()
}

async fn insert<E>(to: &Transaction, rows: Vec<E::Model>) -> Result<(), RegisterError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: Send,
{
    table::insert::<E, _>(to, rows).await.during(OPERATION)
}

fn pages(size: u64) -> impl Iterator<Item = Range<u64>> {
    let starts = (0..size.div_ceil(PAGE_ENTRIES)).map(|page| page * PAGE_ENTRIES);
    starts.map(move |start| start..size.min(start + PAGE_ENTRIES))
}
