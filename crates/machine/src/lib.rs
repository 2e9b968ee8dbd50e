//! The machine that a program runs on: its clock, its randomness, its environment.
//!
//! Nothing else reads them; everything else is given [`PORTS`], and tests give their own.

use annex_isms::Instant;
use annex_operations::Ports;

/// The machine's own.
pub const PORTS: Ports<'static> = Ports { now: &now, random: &random, environment: &environment };

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
fn now() -> Instant {
    Instant::from_microseconds(jiff::Timestamp::now().as_microsecond())
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    // Without randomness there is no safe key and no safe nonce; there is nothing to fall back to.
    if let Err(error) = getrandom::fill(&mut bytes) {
        panic!("the operating system gives no random bytes: {error}");
    }
    bytes
}

/// A variable of the environment; an empty one is none.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
