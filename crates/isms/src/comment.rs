//! What someone says of a thing on record, in their own name.
//!
//! A comment is beside the thing and no part of it, so saying something changes nothing that
//! someone else has open. It is never changed or removed: whoever thinks otherwise by now says so
//! in another one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scale::words;
use crate::{CommentId, Instant, PersonId};

/// The longest comment, in characters.
pub const COMMENT_CHARS_MAX: usize = 4_000;

words! {
    /// The kinds of record that are commented on.
    AboutKind, "a kind of record that is commented on", "snake_case" {
        /// A gap.
        Gap = "gap",
        /// An evidence request.
        Request = "request",
        /// A risk.
        Risk = "risk",
        /// An exception.
        Exception = "exception",
        /// A nonconformity.
        Nonconformity = "nonconformity",
        /// A supplier.
        Supplier = "supplier",
        /// A prompt template.
        Prompt = "prompt",
        /// A decision that a system leaves to people.
        Decision = "decision",
        /// A control's implementation.
        Implementation = "implementation",
    }
}

/// The record that a comment is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Its kind.
    pub kind: AboutKind,
    /// What identifies it within its kind.
    pub key: String,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// What it is about.
    pub about: About,
    /// What is said, at most [`COMMENT_CHARS_MAX`] characters, with its line breaks.
    pub text: String,
    /// Who says it.
    pub by: PersonId,
    /// When.
    pub at: Instant,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_commented_on_is_a_kind_of_record() {
        for kind in AboutKind::ALL {
            assert!(crate::Record::KINDS.contains(&kind.as_str()), "{kind}");
            let json = serde_json::to_string(kind).expect("JSON");
            assert_eq!(json, format!("\"{kind}\""));
        }
    }

    #[test]
    fn each_comment_has_an_id_of_its_own() {
        let about = |kind| About { kind, key: "x".to_owned() };
        let ada: PersonId = "ada".parse().expect("an id");
        let bo: PersonId = "bo".parse().expect("an id");
        let at = Instant::from_microseconds;
        let id = |kind, text, by, at| CommentId::derive(&about(kind), text, by, at);
        let one = id(AboutKind::Gap, "Done?", &ada, at(1));
        assert_eq!(one, id(AboutKind::Gap, "Done?", &ada, at(1)));
        assert!(one.as_str().parse::<CommentId>().is_ok(), "{one}");
        for other in [
            id(AboutKind::Risk, "Done?", &ada, at(1)),
            id(AboutKind::Gap, "Done!", &ada, at(1)),
            id(AboutKind::Gap, "Done?", &bo, at(1)),
            id(AboutKind::Gap, "Done?", &ada, at(2)),
        ] {
            assert_ne!(one, other);
        }
    }
}
