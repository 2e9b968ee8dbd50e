//! The tables, as entities of SeaORM. None of them leaves this crate.
//!
//! `OrganisationId` is the first column of every key. A table of the register holds what is
//! filtered and joined, and `entry_index`, the index in the ledger of the body that says the
//! rest; that pair is a foreign key, so no row is without its entry. The tables of
//! the register are one list, from which come the entities and [`Rows`] (rows of all tables at once,
//! to be written or compared).

#![allow(unreachable_pub, reason = "the derives of SeaORM make items public; none is exported")]

mod access;
mod bulk;
mod ledger;
mod outbox;
mod rows;

pub(crate) use access::{account, recovery_code, second_factor, sent_request, session, sign_in};
pub(crate) use bulk::{Table, delete_where, insert, upsert};
pub(crate) use ledger::{
    ledger_checkpoint, ledger_entry, ledger_head, ledger_node, schema_version,
};
pub(crate) use outbox::notice;
pub(crate) use rows::*;
