//! Checkpoints: the head of a log as a signed note (C2SP tlog-checkpoint).
//!
//! ```text
//!  annex/acme                                       origin: which log
//!  7                                                how many leaves
//!  nND/nri/U0xuHUrYSy0HtMeal2vzD9V4k/BO79C+QeI=     root over them, base64
//!
//!  — annex/acme XPW26O…                             one signature
//! ```
//!
//! The format allows further lines after the root; Annex writes none and refuses them, because
//! a line that nobody reads is a place to hide something signed.

use std::str::FromStr;

use crate::{Error, Hash, Head, Origin, Result, SigningKey, VerifyingKey, note};

/// A head and the log that it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log.
    pub origin: Origin,
    /// Its size and root.
    pub head: Head,
}

/// Signs the head of the key's log and returns the note.
pub fn sign_checkpoint(head: &Head, key: &SigningKey) -> Result<String> {
    head.check()?;
    let checkpoint = Checkpoint { origin: key.origin().clone(), head: *head };
    note::sign(&checkpoint.to_text(), key)
}

/// The checkpoint in a note that [`sign_checkpoint`] made with the other half of `key`.
///
/// Refuses every other sequence of bytes, and a checkpoint of another log.
pub fn open_checkpoint(note: &[u8], key: &VerifyingKey) -> Result<Checkpoint> {
    let checkpoint: Checkpoint = note::open(note, key)?.parse()?;
    if checkpoint.origin != *key.origin() {
        let (origin, key) = (checkpoint.origin, key.origin().clone());
        return Err(Error::CheckpointElsewhere { origin, key });
    }
    Ok(checkpoint)
}

impl Checkpoint {
    /// The three lines that are signed.
    pub fn to_text(&self) -> String {
        let root = tlog_tiles::Hash::from(self.head.root);
        format!("{}\n{}\n{root}\n", self.origin, self.head.size)
    }
}

impl FromStr for Checkpoint {
    type Err = Error;

    /// Reads the text of a checkpoint, unsigned. Use [`open_checkpoint`] for one to rely on.
    fn from_str(text: &str) -> Result<Self> {
        let refuse = |reason| Error::CheckpointMalformed { reason };
        let parsed = tlog_tiles::Checkpoint::from_bytes(text.as_bytes())
            .map_err(|_| refuse("it is not a log's name, size and root on three lines"))?;
        let head = Head { size: parsed.size(), root: Hash::from(*parsed.hash()) };
        head.check()?;
        let checkpoint = Self { origin: parsed.origin().parse()?, head };
        if checkpoint.to_text() != text {
            return Err(refuse("it has more than three lines, or is spelled otherwise"));
        }
        Ok(checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_seed(Origin::of("acme").unwrap(), &[7; 32])
    }

    fn head() -> Head {
        Head { size: 7, root: Hash::from_bytes([0x5a; 32]) }
    }

    #[test]
    fn a_checkpoint_is_three_lines_and_a_signature() {
        let note = sign_checkpoint(&head(), &key()).unwrap();
        let start = "annex/acme\n7\nWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=\n\n— annex/acme ";
        assert!(note.starts_with(start), "{note}");
        let opened = open_checkpoint(note.as_bytes(), &key().verifying_key()).unwrap();
        assert_eq!(opened, Checkpoint { origin: Origin::of("acme").unwrap(), head: head() });
    }

    #[test]
    fn a_checkpoint_of_another_log_is_refused_even_if_the_key_signed_it() {
        let other = Checkpoint { origin: Origin::of("other").unwrap(), head: head() };
        let note = note::sign(&other.to_text(), &key()).unwrap();
        assert!(matches!(
            open_checkpoint(note.as_bytes(), &key().verifying_key()),
            Err(Error::CheckpointElsewhere { .. })
        ));
    }

    #[test]
    fn further_lines_are_refused_even_if_the_key_signed_them() {
        let text = Checkpoint { origin: key().origin().clone(), head: head() }.to_text();
        for further in ["more\n", "\n", "7\n8\n"] {
            let note = note::sign(&format!("{text}{further}"), &key()).unwrap();
            assert!(matches!(
                open_checkpoint(note.as_bytes(), &key().verifying_key()),
                Err(Error::CheckpointMalformed { .. })
            ));
        }
    }

    #[test]
    fn texts_that_are_spelled_otherwise_are_refused() {
        let text = Checkpoint { origin: key().origin().clone(), head: head() }.to_text();
        text.parse::<Checkpoint>().unwrap();
        for (from, to) in [
            ("\n7\n", "\n07\n"),
            ("\n7\n", "\n+7\n"),
            ("\n7\n", "\n7 \n"),
            ("\n7\n", "\n7\r\n"),
            ("lo=", "lp="),
            ("lo=", "lo"),
            ("annex/", "Annex/"),
            ("\n7\n", "\n281474976710657\n"),
            ("\n7\n", "\n0\n"),
        ] {
            let changed = text.replace(from, to);
            assert_ne!(changed, text);
            assert!(changed.parse::<Checkpoint>().is_err(), "{changed}");
        }
        for end in 0..text.len() {
            assert!(text[..end].parse::<Checkpoint>().is_err());
        }
    }

    #[test]
    fn a_head_that_no_log_has_is_not_signed() {
        let wrong = Head { size: 0, root: Hash::from_bytes([1; 32]) };
        assert!(sign_checkpoint(&wrong, &key()).is_err());
        assert!(sign_checkpoint(&Head { size: u64::MAX, ..head() }, &key()).is_err());
        sign_checkpoint(&Head::EMPTY, &key()).unwrap();
    }
}
