//! The register.
mod alias;
mod error;
mod folder;
mod lock;
mod open;
mod project;
mod read;
mod record;
mod schema;
mod scope;
mod snapshot;
mod table;

pub use error::RegisterError;
pub use open::{Access, Location, OpenOptions, Register};
pub use read::{ASSETS_FOUND_MAX, StoredEntry, StoredHead};
pub use record::Receipt;
pub use scope::Scope;
