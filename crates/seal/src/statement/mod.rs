//! The payload: an in-toto statement that lists the files of a model.
//!
//! Two predicates are read. `https://model_signing/signature/v1.0` names the method, what was
//! left out and every file; its one subject is a digest over all digests. The older
//! `https://model_signing/Digests/v0.1` has one subject for each file and nothing else. Only the
//! first is written.
//!
//! It is read after the signature was verified, and is still checked as foreign input: a name
//! that leads out of the folder, a second entry for a file or a gap between shards is refused.

mod fault;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

pub use self::fault::StatementFault;
use crate::bundle::shortened;
use crate::manifest::{first_in, root, shards};
use crate::{Algorithm, ContentDigest, FileDigests, FileName, Limits, Manifest, Method};

const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE: &str = "https://model_signing/signature/v1.0";
const PREDICATE_TYPE_BEFORE_1: &str = "https://model_signing/Digests/v0.1";

#[derive(Deserialize)]
struct Head {
    #[serde(rename = "_type")]
    kind: String,
    #[serde(rename = "predicateType")]
    predicate_type: String,
}

#[derive(Serialize, Deserialize)]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: Predicate,
}

#[derive(Deserialize)]
struct StatementBefore1 {
    subject: Vec<Subject>,
}

#[derive(Serialize, Deserialize)]
struct Subject {
    name: String,
    digest: SubjectDigest,
}

#[derive(Serialize, Deserialize)]
struct SubjectDigest {
    sha256: String,
}

#[derive(Serialize, Deserialize)]
struct Predicate {
    serialization: Serialization,
    resources: Vec<Resource>,
}

#[derive(Serialize, Deserialize)]
struct Serialization {
    method: String,
    hash_type: String,
    /// Python writes `4.0` where we write `4`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shard_size: Option<serde_json::Number>,
    allow_symlinks: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ignore_paths: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Resource {
    name: String,
    algorithm: String,
    digest: String,
}

/// Reads a payload.
pub(crate) fn read(payload: &[u8], limits: &Limits) -> Result<Manifest, StatementFault> {
    let head: Head = serde_json::from_slice(payload)?;
    if head.kind != STATEMENT_TYPE {
        return Err(StatementFault::Type(shortened(&head.kind)));
    }
    match head.predicate_type.as_str() {
        PREDICATE_TYPE => read_current(serde_json::from_slice(payload)?, limits),
        PREDICATE_TYPE_BEFORE_1 => read_before_1(&serde_json::from_slice(payload)?, limits),
        other => Err(StatementFault::PredicateType(shortened(other))),
    }
}

/// Writes a manifest as a payload.
pub(crate) fn write(manifest: &Manifest) -> Vec<u8> {
    let algorithm = manifest.method.resource_algorithm();
    let mut resources = Vec::new();
    for (name, file) in &manifest.files {
        let names = match manifest.method.shard_bytes {
            None => vec![name.to_string()],
            Some(size) => shards(file.bytes.unwrap_or_default(), size)
                .map(|(start, end)| format!("{name}:{start}:{end}"))
                .collect(),
        };
        resources.extend(names.into_iter().zip(&file.digests).map(|(name, digest)| Resource {
            name,
            algorithm: algorithm.clone(),
            digest: digest.hex(),
        }));
    }
    let statement = Statement {
        kind: STATEMENT_TYPE.to_owned(),
        subject: vec![Subject {
            name: manifest.model.clone(),
            digest: SubjectDigest { sha256: manifest.root().hex() },
        }],
        predicate_type: PREDICATE_TYPE.to_owned(),
        predicate: Predicate {
            serialization: Serialization {
                method: manifest.method.as_str().to_owned(),
                hash_type: manifest.method.algorithm.to_string(),
                shard_size: manifest.method.shard_bytes.map(|bytes| bytes.get().into()),
                allow_symlinks: manifest.follows_links,
                ignore_paths: manifest.ignored.iter().map(FileName::to_string).collect(),
            },
            resources,
        },
    };
    serde_json::to_vec_pretty(&statement).expect("texts and whole numbers can be written")
}

fn read_current(statement: Statement, limits: &Limits) -> Result<Manifest, StatementFault> {
    let subjects = statement.subject.len();
    let Ok([subject]) = <[Subject; 1]>::try_from(statement.subject) else {
        return Err(StatementFault::Subjects(subjects));
    };
    let Predicate { serialization, resources } = statement.predicate;
    let method = method(&serialization)?;
    let ignored = ignored(&serialization.ignore_paths, limits)?;
    bounded(resources.len(), limits)?;
    let algorithm = method.resource_algorithm();
    let mut listed = Vec::with_capacity(resources.len());
    let mut files = Files { method, files: BTreeMap::new() };
    for resource in resources {
        if resource.algorithm != algorithm {
            let (name, expected) = (shortened(&resource.name), algorithm);
            return Err(StatementFault::Digest { name, expected });
        }
        listed.push(files.take(&resource.name, &resource.digest)?);
    }
    let found = root(&listed);
    if !found.hex().eq_ignore_ascii_case(&subject.digest.sha256) {
        let expected = shortened(&subject.digest.sha256);
        return Err(StatementFault::Root { expected, found });
    }
    let files = files.finish()?;
    if let Some(name) = ignored.iter().find_map(|path| first_in(&files, path)) {
        return Err(StatementFault::LeftOut(name.to_string()));
    }
    let follows_links = serialization.allow_symlinks;
    Ok(Manifest { model: subject.name, method, follows_links, ignored, files })
}

fn read_before_1(
    statement: &StatementBefore1,
    limits: &Limits,
) -> Result<Manifest, StatementFault> {
    bounded(statement.subject.len(), limits)?;
    let mut files = Files { method: Method::default(), files: BTreeMap::new() };
    for subject in &statement.subject {
        files.take(&subject.name, &subject.digest.sha256)?;
    }
    Ok(Manifest {
        model: String::new(),
        method: Method::default(),
        follows_links: false,
        ignored: BTreeSet::new(),
        files: files.finish()?,
    })
}

fn bounded(resources: usize, limits: &Limits) -> Result<(), StatementFault> {
    match resources {
        0 => Err(StatementFault::Empty),
        resources if resources > limits.files_max => {
            let (what, name) = ("files or shards", "files_max");
            Err(StatementFault::Many { what, max: limits.files_max, name })
        }
        _ => Ok(()),
    }
}

fn method(serialization: &Serialization) -> Result<Method, StatementFault> {
    let algorithm: Algorithm = serialization.hash_type.parse()?;
    let shard_bytes = match serialization.method.as_str() {
        "files" => None,
        "shards" => {
            let size = serialization.shard_size.as_ref().and_then(whole_number);
            Some(size.and_then(NonZeroU64::new).ok_or(StatementFault::ShardSize)?)
        }
        other => return Err(StatementFault::Method(shortened(other))),
    };
    Method::new(algorithm, shard_bytes)
}

/// A number of bytes, also where it is written as `4.0`.
fn whole_number(number: &serde_json::Number) -> Option<u64> {
    number.as_u64().or_else(|| {
        let text = number.to_string();
        text.strip_suffix(".0")?.parse().ok()
    })
}

fn ignored(paths: &[String], limits: &Limits) -> Result<BTreeSet<FileName>, StatementFault> {
    if paths.len() > limits.ignored_max {
        let (what, name) = ("paths to leave out", "ignored_max");
        return Err(StatementFault::Many { what, max: limits.ignored_max, name });
    }
    let names: Result<BTreeSet<_>, _> = paths.iter().map(|path| file_name(path)).collect();
    let names = names?;
    if names.contains(&FileName::whole()) {
        return Err(StatementFault::LeftOut(".".to_owned()));
    }
    Ok(names)
}

fn file_name(text: &str) -> Result<FileName, StatementFault> {
    text.parse().map_err(|fault| StatementFault::Name { name: shortened(text), fault })
}

/// The files of a manifest, as its resources come.
struct Files {
    method: Method,
    files: BTreeMap<FileName, BTreeMap<(u64, u64), ContentDigest>>,
}

impl Files {
    fn take(&mut self, name: &str, digest: &str) -> Result<ContentDigest, StatementFault> {
        let algorithm = self.method.algorithm;
        let digest = ContentDigest::from_hex(algorithm, digest).ok_or_else(|| {
            let expected = self.method.resource_algorithm();
            StatementFault::Digest { name: shortened(name), expected }
        })?;
        let (path, bounds) = match self.method.shard_bytes {
            None => (name, (0, 0)),
            Some(_) => shard(name).ok_or_else(|| StatementFault::Shard(shortened(name)))?,
        };
        let pieces = self.files.entry(file_name(path)?).or_default();
        match pieces.insert(bounds, digest.clone()) {
            None => Ok(digest),
            Some(_) => Err(StatementFault::Twice(shortened(name))),
        }
    }

    fn finish(self) -> Result<BTreeMap<FileName, FileDigests>, StatementFault> {
        if self.files.len() > 1 && self.files.contains_key(&FileName::whole()) {
            return Err(StatementFault::Whole);
        }
        let mut files = BTreeMap::new();
        for (name, pieces) in self.files {
            let mut bytes = None;
            if let Some(size) = self.method.shard_bytes {
                let end = pieces.keys().next_back().map_or(0, |(_, end)| *end);
                if !pieces.keys().copied().eq(shards(end, size)) {
                    return Err(StatementFault::Shards(shortened(name.as_str())));
                }
                bytes = Some(end);
            }
            let digests = pieces.into_values().collect();
            files.insert(name, FileDigests { bytes, digests });
        }
        Ok(files)
    }
}

/// `path:start:end`.
fn shard(name: &str) -> Option<(&str, (u64, u64))> {
    let (rest, end) = name.rsplit_once(':')?;
    let (path, start) = rest.rsplit_once(':')?;
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    };
    (!path.contains(':')).then_some((path, (number(start)?, number(end)?)))
}
