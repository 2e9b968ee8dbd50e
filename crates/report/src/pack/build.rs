//! Making a pack from bytes that were already gathered.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use annex_isms::{Assessment, Digest, canonical_json};
use annex_ledger::{InclusionProof, SigningKey, open_checkpoint, sign_text};
use serde::Serialize;

use super::error::{Fault, PackError, Place};
use super::format::{self, Entry};
use super::ledger::{Proofs, Proven};
use super::manifest::{self, Listed};
use super::{PackLimits, path};
use crate::registers::Register;
use crate::view::Report;

const README: &str = include_str!("README.txt");

/// An entry of the ledger that goes into a pack.
#[derive(Debug, Clone)]
pub struct PackEntry {
    /// The nonce of its leaf.
    pub nonce: [u8; 32],
    /// Its body, the bytes as they are stored.
    pub body: Vec<u8>,
    /// The proof that it is in the log of the checkpoint; it names the index.
    pub proof: InclusionProof,
}

/// A pack in the making.
#[derive(Debug, Clone, Default)]
pub struct Pack {
    files: BTreeMap<String, Vec<u8>>,
    limits: PackLimits,
}

/// A pack that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Files, the manifest and its note included.
    pub files: usize,
    /// Its size.
    pub bytes: u64,
}

impl Report<'_> {
    /// A pack with the report for people and for machines, and the assessment itself.
    ///
    /// `assessment` are the canonical bytes whose digest the ledger holds.
    ///
    /// # Errors
    /// When `assessment` are not the canonical bytes of the assessment that is reported.
    pub fn pack(&self, assessment: Vec<u8>) -> Result<Pack, PackError> {
        let form = |what: &str| PackError::form(path::ASSESSMENT, what);
        let parsed: Assessment = serde_json::from_slice(&assessment)
            .map_err(|error| form(&format!("it is not an assessment: {error}")))?;
        if parsed != *self.assessment {
            return Err(form("it is another assessment than the one that is reported"));
        }
        if canonical(path::ASSESSMENT, self.assessment)? != assessment {
            return Err(form("it is not in canonical form"));
        }
        let mut pack = Pack::default();
        pack.add(path::ASSESSMENT, assessment)?;
        pack.add("README.txt", README.as_bytes().to_vec())?;
        pack.add("index.html", self.html().into_bytes())?;
        pack.add(path::CATALOGUE, canonical(path::CATALOGUE, &Words::of(self))?)?;
        for register in Register::ALL {
            let (table, name) = (self.table(register), register.name());
            pack.add(&format!("csv/{name}.csv"), table.to_csv())?;
            let json = format!("json/{name}.json");
            let bytes = canonical(&json, &table.to_json())?;
            pack.add(&json, bytes)?;
        }
        Ok(pack)
    }
}

impl Pack {
    /// The same with other limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: PackLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Adds a file.
    ///
    /// # Errors
    /// When the path is not one of a pack, or is taken.
    pub fn add(&mut self, path: &str, bytes: Vec<u8>) -> Result<(), PackError> {
        manifest::check_path(path).map_err(|why| PackError::form(path, why))?;
        if self.files.contains_key(path) {
            return Err(PackError::form(path, "it is in the pack already"));
        }
        self.files.insert(path.to_owned(), bytes);
        Ok(())
    }

    /// The bytes of a file.
    pub fn file(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// Adds evidence under its digest; the same bytes twice are one file.
    pub fn add_evidence(&mut self, bytes: Vec<u8>) -> Digest {
        let digest = Digest::of(&bytes);
        self.files.insert(format!("{}{}", path::EVIDENCE, digest.hex()), bytes);
        digest
    }

    /// Adds entries of the ledger with their proofs, and the checkpoint that they are in.
    ///
    /// # Errors
    /// When two entries have one index, or there were entries already.
    pub fn add_ledger(
        &mut self,
        checkpoint: &str,
        entries: impl IntoIterator<Item = PackEntry>,
    ) -> Result<(), PackError> {
        let mut proofs = Proofs { entries: Vec::new() };
        for PackEntry { nonce, body, proof } in entries {
            self.add(&path::entry(proof.leaf_index), body)?;
            proofs.entries.push(Proven::new(nonce, proof));
        }
        proofs.entries.sort_by_key(|entry| entry.proof.leaf_index);
        self.add(path::CHECKPOINT, checkpoint.as_bytes().to_vec())?;
        self.add(path::PROOFS, canonical(path::PROOFS, &proofs)?)
    }

    /// Writes the pack, signed with the key of the ledger.
    ///
    /// # Errors
    /// When something that verifying needs is missing, the checkpoint is not this key's, a
    /// limit is reached, or `out` cannot be written.
    pub fn write(&self, key: &SigningKey, out: &mut impl Write) -> Result<Written, PackError> {
        for needed in [path::ASSESSMENT, path::CHECKPOINT, path::PROOFS] {
            if !self.files.contains_key(needed) {
                return Err(PackError::form(needed, "it is missing in the pack"));
            }
        }
        open_checkpoint(&self.files[path::CHECKPOINT], &key.verifying_key()).map_err(|error| {
            PackError::file(path::CHECKPOINT, Fault::Signature(Box::new(error)))
        })?;
        let listed: Vec<Listed> = self
            .files
            .iter()
            .map(|(path, bytes)| Listed {
                path: path.clone(),
                size: bytes.len() as u64,
                digest: Digest::of(bytes),
            })
            .collect();
        let manifest = manifest::text(&listed).into_bytes();
        manifest::parse(&manifest, &self.limits)?;
        limit("bytes of the manifest", manifest.len() as u64, self.limits.manifest_bytes_max)?;
        let note = sign_text(&manifest::note_text(&manifest), key)
            .map_err(|error| PackError::file(path::NOTE, Fault::Signature(Box::new(error))))?;
        let first = [(path::NOTE, note.as_bytes()), (path::MANIFEST, manifest.as_slice())];
        let rest = self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
        write(&first.into_iter().chain(rest).collect::<Vec<_>>(), &self.limits, out)
    }
}

fn write(
    files: &[(&str, &[u8])],
    limits: &PackLimits,
    out: &mut impl Write,
) -> Result<Written, PackError> {
    let (mut entries, mut offset) = (Vec::with_capacity(files.len()), 0);
    for &(path, bytes) in files {
        let entry = Entry { path, size: bytes.len() as u64, crc: crc32fast::hash(bytes), offset };
        offset += format::width(&entry.local()) + path.len() as u64 + entry.size;
        entries.push(entry);
    }
    let directory = offset;
    let headers =
        entries.iter().map(|entry| format::width(&entry.central()) + entry.path.len() as u64);
    let directory_size: u64 = headers.sum();
    let end = format::end(entries.len() as u64, directory_size, directory);
    let bytes = directory + directory_size + format::width(&end);
    // Before the first byte is written.
    limit("files", files.len() as u64, limits.files_max as u64)?;
    limit("bytes of the pack", bytes, limits.pack_bytes_max)?;
    for (entry, (path, content)) in entries.iter().zip(files) {
        let written = format::write(&entry.local(), out)
            .and_then(|()| out.write_all(path.as_bytes()))
            .and_then(|()| out.write_all(content));
        written.map_err(|error| PackError::io(Place::File((*path).to_owned()), error))?;
    }
    for entry in &entries {
        let written = format::write(&entry.central(), out)
            .and_then(|()| out.write_all(entry.path.as_bytes()));
        written
            .map_err(|error| PackError::io(Place::CentralHeader(entry.path.to_owned()), error))?;
    }
    let written = format::write(&end, out).and_then(|()| out.flush());
    written.map_err(|error| PackError::io(Place::EndRecord, error))?;
    Ok(Written { files: files.len(), bytes })
}

/// Refuses what is over a limit.
pub(super) const fn limit(what: &'static str, found: u64, max: u64) -> Result<(), PackError> {
    if found > max {
        return Err(PackError::new(Place::Pack, Fault::Limit { what, found, max }));
    }
    Ok(())
}

fn canonical<T: Serialize + ?Sized>(path: &str, document: &T) -> Result<Vec<u8>, PackError> {
    canonical_json(document).map_err(|error| PackError::form(path, error.to_string()))
}

/// What the catalogue says of what the assessment names.
#[derive(Serialize)]
struct Words<'a> {
    digest: Digest,
    controls: Vec<&'a annex_catalog::Control>,
    requirements: Vec<&'a annex_catalog::Requirement>,
    threats: &'a [annex_catalog::Threat],
    scales: Vec<&'a annex_catalog::Scale>,
    stage2: &'a [annex_catalog::Stage2],
}

impl<'a> Words<'a> {
    fn of(report: &Report<'a>) -> Self {
        let catalogue = report.catalogue;
        let named: BTreeSet<_> =
            report.assessment.controls.iter().map(|control| &control.id).collect();
        Self {
            digest: catalogue.digest,
            controls: catalogue.controls.values().filter(|c| named.contains(&c.id)).collect(),
            requirements: catalogue.requirements.values().collect(),
            threats: &catalogue.threats,
            scales: catalogue.scales.values().collect(),
            stage2: &catalogue.stage2,
        }
    }
}
