//! Evidence bytes, stored under their SHA-256 digest in a folder.
//!
//! Evidence is what an auditor samples: an answer of an interface, a scanned file, a signed
//! document. The register refers to it by digest, and the ledger commits to the register, so the
//! bytes must be there, unchanged, before anything speaks of them.
//!
//! ```text
//!  bytes ─▶ incoming/put-x ─ hash, limit ─▶ fsync ─▶ rename to ab/cdef… ─▶ fsync ab, folder ─▶ digest
//!                 │
//!                 └ left behind by a crash: ignored, removed at the next open
//! ```
//!
//! # Design
//!
//! - **The name is the check.** A blob is read back through the same hash that named it; bytes
//!   that do not fit their name are an error, never an answer.
//! - **What was acknowledged is there.** [`Folder::put`] returns after file and folders are on
//!   disk. Until the rename nothing refers to the bytes; after it they are complete.
//! - **Putting twice is putting once.** If the blob exists it is read and checked, because an
//!   acknowledgement must hold for the bytes that are there, not for those that just came.
//!   A damaged blob is reported and not repaired: it is a finding.
//! - **Clean-up never races a writer.** Each put holds a shared lock on `incoming/lock`; leftovers
//!   are removed only under the exclusive lock, and left alone while anyone else writes.
//! - **There is no delete.** Erasure must end in a receipt in the ledger, which this crate does
//!   not know; it will come as one operation with the receipt.
//! - **Blocking on purpose**: disk I/O blocks whatever it is called. Callers on an asynchronous
//!   runtime use its pool for blocking work.
//!
//! # Rejected
//!
//! - *Blobs in the SQL database*: its backup would be as large as all evidence.
//! - *Compression*: the file of an auditor's own `sha256sum` would not match its name.
//! - *A storage trait beside the one implementation*: object storage will bring its own needs;
//!   until then the seam is that the whole of it is six methods.
//!
//! # How it can still go wrong
//!
//! - **A missing blob is not missed here.** [`Folder::verify_all`] checks what is there; what
//!   ought to be there only the register knows.
//! - A disk that lies about `fsync`, and network file systems, void the promise of durability.
//! - Who may write the folder can remove blobs. That shows, as evidence that the register has
//!   and the folder has not; it cannot be prevented here.
//! - Folders on systems other than Unix are not flushed (there is no way to) and take the
//!   permissions of their parent.

mod disk;
mod error;
mod folder;
mod walk;

pub use error::Error;
pub use folder::{BLOB_BYTES_MAX, Folder, Stored};
pub use walk::{Digests, Verified};

/// The result of an operation of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
