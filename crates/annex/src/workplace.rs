//! Where a command is carried out and a register read: the data folder here, or a server.
//!
//! ```text
//!  subcommand ─▶ Workplace ─┬─ Folder ─▶ Operations
//!                           └─ Server ─▶ /api/v1 ─▶ Operations there
//! ```
//!
//! Both take the same [`Command`] and give the same [`Reply`]: a server is no other program, only
//! farther away. What needs the folder itself (its key, its packs) has no server.

use std::path::Path;

use annex_catalog::Catalogue;
use annex_isms::entity::Evidence;
use annex_isms::{Assessment, Digest, ParseSubjectError, Recorded, Snapshot, Subject};
use annex_operations::{Command, OperationError, Operations, Query, Reply, resolve_subject};

use crate::context::caller;
use crate::server::Server;

/// Where it is.
pub(crate) enum Workplace {
    /// The data folder.
    Folder(Box<Operations<'static>>),
    /// A server, and the catalogue of this program, whose words are printed.
    Server(Box<Server>, Box<Catalogue>),
}

impl Workplace {
    /// Carries out a command.
    pub(crate) async fn execute(&self, command: Command) -> Result<Reply, OperationError> {
        match self {
            Self::Folder(operations) => operations.execute(command, &caller()).await,
            Self::Server(server, _) => server.execute(&command).await,
        }
    }

    /// What follows from what is on record.
    pub(crate) async fn assessment(&self, query: Query) -> Result<Assessment, OperationError> {
        match self {
            Self::Folder(operations) => operations.assessment(query).await,
            Self::Server(server, _) => server.assessment(query).await,
        }
    }

    /// Every entity of a kind; `of` takes those of a snapshot.
    pub(crate) async fn all_of<T: Recorded>(
        &self,
        query: Query,
        of: impl FnOnce(Snapshot) -> Vec<T>,
    ) -> Result<Vec<T>, OperationError> {
        match (self, query) {
            (Self::Folder(operations), query) => Ok(of(operations.snapshot_of(query).await?)),
            (Self::Server(server, _), Query::Now) => server.all_of().await,
            (Self::Server(..), Query::At(_)) => Err(OperationError::Input(
                "a server gives this list as it is now; leave out --at".to_owned(),
            )),
        }
    }

    /// The subject that a person names.
    pub(crate) async fn subject(&self, text: &str) -> Result<Subject, OperationError> {
        match self {
            Self::Folder(operations) => {
                resolve_subject(&operations.snapshot_of(Query::Now).await?, text)
            }
            Self::Server(..) => text.parse().map_err(|error: ParseSubjectError| {
                OperationError::Input(format!("{error}; a server takes whole names"))
            }),
        }
    }

    /// Stores the bytes of a file, and gives their digest and number.
    pub(crate) async fn store(&self, file: &Path) -> Result<(Digest, u64), OperationError> {
        match self {
            Self::Folder(operations) => {
                let stored = operations.store(file)?;
                Ok((stored.digest, stored.bytes))
            }
            Self::Server(server, _) => server.store(file).await,
        }
    }

    /// The bytes of a piece of evidence.
    pub(crate) async fn evidence_bytes(
        &self,
        evidence: &Evidence,
    ) -> Result<Vec<u8>, OperationError> {
        match self {
            Self::Folder(operations) => operations.evidence_bytes(&evidence.digest),
            Self::Server(server, _) => server.evidence_bytes(&evidence.digest).await,
        }
    }

    /// The catalogue whose words are printed.
    pub(crate) fn catalogue(&self) -> &Catalogue {
        match self {
            Self::Folder(operations) => operations.catalogue(),
            Self::Server(_, catalogue) => catalogue,
        }
    }

    /// Ends the work; what was recorded is on disk before.
    pub(crate) async fn close(self) -> Result<(), OperationError> {
        match self {
            Self::Folder(operations) => operations.close().await,
            Self::Server(..) => Ok(()),
        }
    }
}
