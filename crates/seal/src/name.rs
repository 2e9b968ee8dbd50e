//! The name of a file in a model: its path below the model's folder, in one spelling.
//!
//! A manifest is foreign input, and its names become paths. A name that leads out of the folder,
//! or that has a second spelling, is refused here and exists nowhere else.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// The longest name, in bytes; that of a path on common systems.
pub const NAME_BYTES_MAX: usize = 4096;

/// A path below the model's folder, with `/` between its parts; or `.` for a model that is one
/// file.
///
/// Names are ordered part by part, as `model_signing` orders them: the digest of the whole model
/// is computed in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName(String);

/// Why a text is not the name of a file in a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// It is empty.
    #[error("it is empty")]
    Empty,
    /// It begins at the root of the file system.
    #[error("it is an absolute path")]
    Absolute,
    /// It leads upwards.
    #[error("it leads out of the folder with `..`")]
    Parent,
    /// It has another, shorter spelling.
    #[error("it has empty parts or `.`, so that one file would have several names")]
    Spelling,
    /// It holds a zero byte.
    #[error("it holds a zero byte")]
    Zero,
    /// It is too long.
    #[error("it has more than {NAME_BYTES_MAX} bytes (name_bytes_max)")]
    Long,
}

impl FileName {
    /// The name of a model that is one file.
    pub fn whole() -> Self {
        Self(".".to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of `part` in the folder that has this name.
    pub(crate) fn join(&self, part: &str) -> Result<Self, NameFault> {
        format!("{}/{part}", self.0).parse()
    }

    /// This name, and those of the folders above it.
    pub(crate) fn with_folders(&self) -> impl Iterator<Item = Self> {
        let folders = self.0.match_indices('/').map(|(at, _)| &self.0[..at]);
        std::iter::once(self.0.as_str()).chain(folders).map(|text| Self(text.to_owned()))
    }

    /// Whether this is `other` or lies in it.
    pub fn is_in(&self, other: &Self) -> bool {
        self.0.strip_prefix(&other.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl FromStr for FileName {
    type Err = NameFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "" => return Err(NameFault::Empty),
            "." => return Ok(Self::whole()),
            _ if text.len() > NAME_BYTES_MAX => return Err(NameFault::Long),
            _ if text.starts_with('/') => return Err(NameFault::Absolute),
            _ if text.contains('\0') => return Err(NameFault::Zero),
            _ => {}
        }
        for part in text.split('/') {
            match part {
                ".." => return Err(NameFault::Parent),
                "" | "." => return Err(NameFault::Spelling),
                _ => {}
            }
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Ord for FileName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.split('/').cmp(other.0.split('/'))
    }
}

impl PartialOrd for FileName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_spelling_and_stays_in_the_folder() {
        for (text, fault) in [
            ("", NameFault::Empty),
            ("/etc/passwd", NameFault::Absolute),
            ("..", NameFault::Parent),
            ("a/../../b", NameFault::Parent),
            ("a//b", NameFault::Spelling),
            ("./a", NameFault::Spelling),
            ("a/.", NameFault::Spelling),
            ("a/", NameFault::Spelling),
            ("a\0b", NameFault::Zero),
        ] {
            assert_eq!(text.parse::<FileName>(), Err(fault), "{text:?}");
        }
        assert_eq!("a".repeat(NAME_BYTES_MAX + 1).parse::<FileName>(), Err(NameFault::Long));
        for text in [".", "a", "a/b.c", ".hidden/..x", "a\\b", "ä/\u{202e}"] {
            assert_eq!(text.parse::<FileName>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn names_are_ordered_part_by_part() {
        let mut names: Vec<FileName> =
            ["a.b", "a/b", "a", "a-b/c", "a/b/c"].map(|name| name.parse().unwrap()).into();
        names.sort();
        let names: Vec<&str> = names.iter().map(FileName::as_str).collect();
        assert_eq!(names, ["a", "a/b", "a/b/c", "a-b/c", "a.b"]);
    }

    #[test]
    fn what_lies_in_a_folder_is_not_what_begins_like_it() {
        let name = |text: &str| text.parse::<FileName>().unwrap();
        assert!(name(".git/config").is_in(&name(".git")));
        assert!(name(".git").is_in(&name(".git")));
        assert!(!name(".gitignore").is_in(&name(".git")));
        assert!(!name("a/.git").is_in(&name(".git")));
    }
}
