//! How often sign-ins from one address may be refused before nothing is looked at for a while.
//!
//! Accounts lock by themselves; this bounds who tries one password with many names. Only refused
//! attempts count, so that an office behind one address can sign in.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use annex_isms::Instant;

/// Refused attempts from an address within the window.
const REFUSED_MAX: u32 = 20;
const WINDOW_SECONDS: i64 = 5 * 60;
/// How many addresses are known at once.
const ADDRESSES_MAX: usize = 10_000;
/// One subscriber has a network of IPv6, so its addresses count as one.
const NETWORK_BITS: u32 = 64;

/// What is known of the addresses.
#[derive(Default)]
pub(crate) struct Limiter(Mutex<HashMap<IpAddr, Window>>);

#[derive(Clone, Copy)]
struct Window {
    began: Instant,
    refused: u32,
    told: bool,
}

/// An address has to wait.
pub(crate) struct TooMany {
    /// For so long.
    pub(crate) wait_seconds: i64,
    /// Whether this is the first time that it is told so.
    pub(crate) first: bool,
}

impl Window {
    fn left(&self, now: Instant) -> i64 {
        WINDOW_SECONDS - (now.microseconds() - self.began.microseconds()) / 1_000_000
    }
}

impl Limiter {
    /// Whether an address may try.
    pub(crate) fn check(&self, address: IpAddr, now: Instant) -> Result<(), TooMany> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get_mut(&network(address)) {
            Some(window) if window.refused >= REFUSED_MAX && window.left(now) > 0 => {
                let first = !std::mem::replace(&mut window.told, true);
                Err(TooMany { wait_seconds: window.left(now), first })
            }
            _ => Ok(()),
        }
    }

    /// Counts a refused attempt.
    pub(crate) fn refuse(&self, address: IpAddr, now: Instant) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let address = network(address);
        if known.len() >= ADDRESSES_MAX && !known.contains_key(&address) {
            known.retain(|_, window| window.left(now) > 0);
            let oldest = known.iter().min_by_key(|(_, window)| window.began).map(|(at, _)| *at);
            if let (true, Some(oldest)) = (known.len() >= ADDRESSES_MAX, oldest) {
                known.remove(&oldest);
            }
        }
        let fresh = Window { began: now, refused: 0, told: false };
        let window = known.entry(address).or_insert(fresh);
        if window.left(now) <= 0 {
            *window = fresh;
        }
        window.refused += 1;
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6((six.to_bits() >> NETWORK_BITS << NETWORK_BITS).into()),
        four @ IpAddr::V4(_) => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_microseconds(seconds * 1_000_000)
    }

    #[test]
    fn an_address_waits_after_too_many_and_no_other_does() {
        let limiter = Limiter::default();
        let (one, other) = ("192.0.2.1".parse().expect("one"), "192.0.2.2".parse().expect("other"));
        for _ in 0..REFUSED_MAX {
            assert!(limiter.check(one, at(0)).is_ok());
            limiter.refuse(one, at(0));
        }
        let many = limiter.check(one, at(10)).expect_err("too many");
        assert!(many.first && many.wait_seconds == WINDOW_SECONDS - 10);
        assert!(limiter.check(one, at(11)).is_err_and(|many| !many.first));
        assert!(limiter.check("::ffff:192.0.2.1".parse().expect("mapped"), at(11)).is_err());
        assert!(limiter.check(other, at(11)).is_ok());
        assert!(limiter.check(one, at(WINDOW_SECONDS)).is_ok(), "it may again");
        let six = |text: &str| text.parse::<IpAddr>().expect("an address");
        for _ in 0..REFUSED_MAX {
            limiter.refuse(six("2001:db8::1"), at(0));
        }
        assert!(limiter.check(six("2001:db8::ffff:1"), at(1)).is_err(), "the same network");
        assert!(limiter.check(six("2001:db8:0:1::1"), at(1)).is_ok());
    }

    #[test]
    fn what_is_known_of_addresses_stays_bounded() {
        let limiter = Limiter::default();
        for number in 0..u32::try_from(ADDRESSES_MAX).expect("small") + 500 {
            limiter.refuse(IpAddr::V4(number.into()), at(i64::from(number) / 1000));
        }
        let known = limiter.0.lock().expect("known").len();
        assert_eq!(known, ADDRESSES_MAX);
        limiter.refuse("192.0.2.1".parse().expect("an address"), at(10_000));
        assert_eq!(limiter.0.lock().expect("known").len(), 1, "what is over goes");
    }
}
