//! For tests only: a real PostgreSQL server, and a provider of identities, made for one run and gone
//! after it.
//!
//! ```text
//!  test process ─┬─ postgres    a cluster of its own in a temporary folder, on a port of its own
//!                └─ watcher     waits for the end of its input: then it ends the server and
//!                               removes the folder, however the test process ended
//! ```
//!
//! Where there is no server a test fails and says what to install; it is never left out in
//! silence. PostgreSQL refuses to run as root, so root starts it as `postgres` or `nobody`. The
//! databases sort by the rules of a language, so that what only sorts by bytes on a lucky machine
//! shows. Roles are as in earnest: the owner of a database is no superuser.

#![expect(clippy::unwrap_used, reason = "what is for tests only fails by panicking")]

mod cut;
mod provider;
mod server;

pub use cut::Cut;
pub use provider::IdentityProvider;
pub use server::{Database, PASSWORD, Server, shared};
