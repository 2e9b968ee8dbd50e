//! What a browser keeps between leaving for the provider and coming back.

use annex_isms::{Digest, Instant, OrganisationId};

/// How long someone may take at the provider.
pub const INTENT_SECONDS_MAX: i64 = 10 * 60;

/// That a browser began to sign in; not to be printed, since the code can be used with it.
#[derive(Clone, PartialEq, Eq)]
pub struct Intent {
    organisation: OrganisationId,
    began: Instant,
    /// Drawn at random: 64 hexadecimal digits.
    drawn: String,
}

impl Intent {
    /// Begins.
    pub fn new(organisation: OrganisationId, began: Instant, drawn: [u8; 32]) -> Self {
        Self { organisation, began, drawn: Digest::from_bytes(drawn).hex() }
    }

    /// Reads what a browser kept; `None` when it is not that.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let (organisation, began, drawn) = (parts.next()?, parts.next()?, parts.next()?);
        let is_drawn = drawn.len() == 64 && drawn.bytes().all(|byte| byte.is_ascii_hexdigit());
        let began = Instant::from_microseconds(began.parse().ok()?);
        let organisation = organisation.parse().ok()?;
        is_drawn.then(|| Self { organisation, began, drawn: drawn.to_owned() })
    }

    /// What the browser keeps.
    pub fn kept(&self) -> String {
        format!("{}.{}.{}", self.organisation, self.began.microseconds(), self.drawn)
    }

    /// Of which organisation.
    pub const fn organisation(&self) -> &OrganisationId {
        &self.organisation
    }

    /// Whether it began too long ago.
    pub fn is_over(&self, now: Instant) -> bool {
        now.microseconds() - self.began.microseconds() > INTENT_SECONDS_MAX * 1_000_000
    }

    /// What the provider sends back, so that the answer is known for one to this question.
    pub(crate) fn state(&self) -> String {
        self.part("state")
    }

    /// What the token repeats.
    pub(crate) fn nonce(&self) -> String {
        self.part("nonce")
    }

    /// What the code is worth nothing without.
    pub(crate) fn verifier(&self) -> String {
        self.part("verifier")
    }

    fn part(&self, name: &str) -> String {
        let began = self.began.to_string();
        let parts = ["annex sign-in", name, self.organisation.as_str(), &began, &self.drawn];
        Digest::of_parts(parts).hex()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_has_another_state() {
        let began = Instant::from_microseconds(1_790_000_000_000_000);
        let intent = Intent::new("velmora".parse().expect("an id"), began, [7; 32]);
        let kept = intent.kept();
        assert!(Intent::parse(&kept).expect("the same").state() == intent.state());
        assert!(intent.state() != intent.nonce() && intent.nonce() != intent.verifier());
        for other in [
            kept.replace("velmora", "other"),
            kept.replace(".179", ".180"),
            kept.replace("0707", "0708"),
        ] {
            assert!(Intent::parse(&other).expect(&other).state() != intent.state(), "{other}");
        }
        for none in
            ["", "velmora", "velmora.1", "velmora.x.07", &kept.replace("07", "0x"), "..", "a.1."]
        {
            assert!(Intent::parse(none).is_none(), "{none}");
        }
        let later =
            |seconds: i64| Instant::from_microseconds(began.microseconds() + seconds * 1_000_000);
        assert!(
            !intent.is_over(later(INTENT_SECONDS_MAX))
                && intent.is_over(later(INTENT_SECONDS_MAX + 1))
        );
    }
}
