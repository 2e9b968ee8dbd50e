//! Whom a provider of identities says that someone is: OpenID Connect, by authorisation code.
//!
//! ```text
//!  browser ─ begin ─▶ Intent in a cookie ─▶ provider ─ code, state ─▶ identify ─▶ Identified
//!                                               ▲                         │
//!                                               └── code, verifier ───────┘ token, checked
//! ```
//!
//! # Design
//!
//! - **An answer belongs to the browser that asked.** State, nonce and the verifier of the code
//!   (PKCE) follow from what was drawn for that browser and stays in its cookie, with the
//!   organisation and the instant at which it began: whoever changes any of them has another state.
//!   Nothing of it is kept here, so any of several servers takes the answer.
//! - **A token is believed once everything of it holds**: signature by a key of the provider, issuer,
//!   audience, time and nonce. What it says is a name and an address, and never what one may do.
//! - **What the provider says of itself** is read anew after some minutes, and at once when a token
//!   is signed by a key that was not known.
//!
//! # How it can still go wrong
//!
//! The provider can say that anyone is anybody. A claim other than `sub` may be given to another
//! person later; then that person is let in under the old link.

mod client;
mod intent;
mod provider;

pub use intent::{INTENT_SECONDS_MAX, Intent};
pub use provider::{Answered, Configuration, Identified, Provider, ProviderError};
