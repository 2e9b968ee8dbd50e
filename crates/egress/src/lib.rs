//! The only door from Annex to the network: what asks or sends does it through here.
//!
//! ```text
//!  identity, notify ─ request ─▶ Http ───▶ https, or this machine ─▶ answer, whole and bounded
//!            notify ─ letter ──▶ Mailer ─▶ mail server, encrypted, or this machine
//! ```
//!
//! # Design
//!
//! - **Only where the configuration says.** Nobody but an administrator names an address, and what
//!   such an address names in turn is asked only under the same rules.
//! - **Encrypted**, by `rustls` against the roots of the system, or to this very machine
//!   ([`WebAddress`](annex_isms::WebAddress)); `SSL_CERT_FILE` names other roots.
//! - **Bounded** in time and size, and nothing is followed: a redirect is an answer like another.
//!   No proxy of the environment is used, because it would read along.
//!
//! # How it can still go wrong
//!
//! A name can lead to an address within one's own network. Names come from the configuration, so
//! that is its author's doing; what an answer holds is never taken for more than data.

mod http;
mod mail;
mod secret;

pub use http::{EgressError, Http, Limits};
pub use mail::{Letter, MailEncryption, MailError, MailServer, Mailer};
pub use secret::Secret;
