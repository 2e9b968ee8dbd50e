//! Verifying a pack: one pass over its bytes, then the proofs.
//!
//! Nothing is believed before it is checked. The note must be signed by the key that the caller
//! brings; the manifest must have the digest that the note signs; from then on every byte of
//! the pack has one value that it may have, and the first that has another is named.

use std::io::{Read, Seek, SeekFrom};

use annex_isms::{Digest, Instant};
use annex_ledger::{Hash, NOTE_BYTES_MAX, Origin, VerifyingKey, open_checkpoint, open_text};
use sha2::{Digest as _, Sha256};

use super::build::limit;
use super::error::{Fault, PackError, Place};
use super::format::{self, Entry, mismatch};
use super::ledger::{self, Found};
use super::manifest::{self, Listed};
use super::{PackLimits, path};

const CHUNK_BYTES: usize = 64 << 10;

/// What a pack that was verified holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The log whose key signed it.
    pub origin: Origin,
    /// Files, the manifest and its note included.
    pub files: usize,
    /// The size of the pack.
    pub bytes: u64,
    /// Entries of the ledger, each proven to be in the log.
    pub entries: usize,
    /// Leaves of the log at the checkpoint; more than `entries` when the pack leaves some out.
    pub log_size: u64,
    /// The root of the log at the checkpoint, to compare with one that was kept elsewhere.
    pub log_root: Hash,
    /// The digest of the assessment.
    pub assessment: Digest,
    /// The instant that the assessment speaks for.
    pub at: Instant,
    /// The catalogue that judged.
    pub catalogue: Digest,
    /// Pieces of evidence.
    pub evidence: usize,
    /// Those of them that an entry of the ledger in the pack names.
    pub evidence_recorded: usize,
}

/// Verifies a pack against a key that does not come from the pack.
///
/// # Errors
/// The first thing that is not as it must be, by file or header.
pub fn verify<R: Read + Seek>(
    pack: R,
    key: &VerifyingKey,
    limits: &PackLimits,
) -> Result<Verified, PackError> {
    let mut walk = Walk { pack, offset: 0, entries: Vec::new(), limits: *limits };
    let (manifest, note_size) = walk.note(key)?;
    let manifest_bytes = walk.file(&manifest, "manifest.note", limits.manifest_bytes_max)?;
    let files = manifest::parse(&manifest_bytes, limits)?;
    let total: u64 = files.iter().fold(0, |sum, file| sum.saturating_add(file.size));
    limit("bytes of the pack", total.saturating_add(walk.offset), limits.pack_bytes_max)?;
    let (mut checkpoint, mut proofs) = (Vec::new(), Vec::new());
    for file in &files {
        let kept = match file.path.as_str() {
            path::CHECKPOINT => NOTE_BYTES_MAX as u64,
            path::PROOFS => limits.proofs_bytes_max,
            _ => 0,
        };
        let bytes = walk.file(file, "the manifest", kept)?;
        match file.path.as_str() {
            path::CHECKPOINT => checkpoint = bytes,
            path::PROOFS => proofs = bytes,
            other => check_evidence(other, &file.digest)?,
        }
    }
    let listed = |wanted: &str| {
        let found = files.iter().find(|file| file.path == wanted);
        found.ok_or_else(|| PackError::form(wanted, "it is missing in the pack"))
    };
    let assessment = listed(path::ASSESSMENT)?.digest;
    listed(path::CHECKPOINT)?;
    listed(path::PROOFS)?;
    walk.directory(note_size, &manifest, &files)?;

    let checkpoint = open_checkpoint(&checkpoint, key)
        .map_err(|error| PackError::file(path::CHECKPOINT, Fault::Signature(Box::new(error))))?;
    let found = walk.ledger(&proofs, &checkpoint, &files, &assessment)?;
    let (at, catalogue) = found.assessment.ok_or_else(|| {
        PackError::form(path::ASSESSMENT, "no entry of the ledger in the pack holds its digest")
    })?;
    let evidence = || files.iter().filter(|file| file.path.starts_with(path::EVIDENCE));
    Ok(Verified {
        origin: key.origin().clone(),
        files: files.len() + 2,
        bytes: walk.offset,
        entries: files.iter().filter(|file| file.path.starts_with(path::ENTRIES)).count(),
        log_size: checkpoint.head.size,
        log_root: checkpoint.head.root,
        assessment,
        at,
        catalogue,
        evidence: evidence().count(),
        evidence_recorded: evidence().filter(|file| found.evidence.contains(&file.digest)).count(),
    })
}

/// Evidence is named by its digest, and what is under `ledger/` has its place.
fn check_evidence(path: &str, digest: &Digest) -> Result<(), PackError> {
    if let Some(name) = path.strip_prefix(path::EVIDENCE) {
        if name != digest.hex() {
            return Err(PackError::file(path, Fault::Content { by: "its name" }));
        }
    } else if path.starts_with("ledger/") && !path.starts_with(path::ENTRIES) {
        return Err(PackError::form(path, "it has no place in the ledger"));
    }
    Ok(())
}

/// The way through the pack, with what the headers at its end must repeat.
struct Walk<R> {
    pack: R,
    offset: u64,
    /// CRC-32 and offset of the local header, in order.
    entries: Vec<(u32, u64)>,
    limits: PackLimits,
}

impl<R: Read + Seek> Walk<R> {
    /// The signed note: the only file whose size nothing has said before.
    fn note(&mut self, key: &VerifyingKey) -> Result<(Listed, u64), PackError> {
        let place = Place::LocalHeader(path::NOTE.to_owned());
        let entry = Entry { path: path::NOTE, size: 0, crc: 0, offset: 0 };
        let open = ["CRC-32", "compressed size", "uncompressed size"];
        let header = entry.local();
        let values = format::compare(&header, &open, &place, &mut self.pack)?;
        let [crc, size, again] = values.try_into().unwrap_or([0; 3]);
        if size != again {
            return Err(mismatch(&place, "uncompressed size", again, size));
        }
        limit("bytes of manifest.note", size, NOTE_BYTES_MAX as u64)?;
        self.name(path::NOTE, &place)?;
        let mut bytes = Vec::new();
        let file = Place::File(path::NOTE.to_owned());
        let mut rest = (&mut self.pack).take(size);
        rest.read_to_end(&mut bytes).map_err(|error| PackError::io(file.clone(), error))?;
        if bytes.len() as u64 != size {
            return Err(PackError::new(file, Fault::Truncated));
        }
        let text = open_text(&bytes, key)
            .map_err(|error| PackError::new(file, Fault::Signature(Box::new(error))))?;
        let manifest = manifest::parse_note(&text)?;
        let real = crc32fast::hash(&bytes);
        if crc != u64::from(real) {
            return Err(mismatch(&place, "CRC-32", crc, u64::from(real)));
        }
        self.entries.push((real, 0));
        self.offset = format::width(&header) + path::NOTE.len() as u64 + size;
        Ok((manifest, size))
    }

    /// A file of which everything is known. Returns its bytes when it is one to keep.
    fn file(&mut self, file: &Listed, by: &'static str, kept: u64) -> Result<Vec<u8>, PackError> {
        let local = Place::LocalHeader(file.path.clone());
        if kept > 0 && file.size > kept {
            let fault = Fault::Limit { what: "bytes", found: file.size, max: kept };
            return Err(PackError::file(&file.path, fault));
        }
        limit(
            "bytes of the pack",
            self.offset.saturating_add(file.size),
            self.limits.pack_bytes_max,
        )?;
        let entry = Entry { path: &file.path, size: file.size, crc: 0, offset: self.offset };
        let header = entry.local();
        let values = format::compare(&header, &["CRC-32"], &local, &mut self.pack)?;
        let crc = values.first().copied().unwrap_or_default();
        self.name(&file.path, &local)?;
        let (mut sha, mut real) = (Sha256::new(), crc32fast::Hasher::new());
        let mut bytes = Vec::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut left = file.size;
        while left > 0 {
            let length = usize::try_from(left).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
            let chunk = &mut chunk[..length];
            self.pack
                .read_exact(chunk)
                .map_err(|error| PackError::io(Place::File(file.path.clone()), error))?;
            sha.update(&*chunk);
            real.update(chunk);
            if kept > 0 {
                bytes.extend_from_slice(chunk);
            }
            left -= length as u64;
        }
        if Digest::from_bytes(sha.finalize().into()) != file.digest {
            return Err(PackError::file(&file.path, Fault::Content { by }));
        }
        let real = real.finalize();
        if crc != u64::from(real) {
            return Err(mismatch(&local, "CRC-32", crc, u64::from(real)));
        }
        self.entries.push((real, self.offset));
        self.offset += format::width(&header) + file.path.len() as u64 + file.size;
        Ok(bytes)
    }

    /// The central directory and the end record: nothing in them is new.
    fn directory(
        &mut self,
        note_size: u64,
        manifest: &Listed,
        files: &[Listed],
    ) -> Result<(), PackError> {
        let first = [(path::NOTE, note_size), (path::MANIFEST, manifest.size)];
        let rest = files.iter().map(|file| (file.path.as_str(), file.size));
        let entries = std::mem::take(&mut self.entries);
        let (start, mut size) = (self.offset, 0);
        for ((path, bytes), &(crc, offset)) in first.into_iter().chain(rest).zip(&entries) {
            let place = Place::CentralHeader(path.to_owned());
            let header = Entry { path, size: bytes, crc, offset }.central();
            format::compare(&header, &[], &place, &mut self.pack)?;
            self.name(path, &place)?;
            size += format::width(&header) + path.len() as u64;
        }
        let end = format::end(entries.len() as u64, size, start);
        format::compare(&end, &[], &Place::EndRecord, &mut self.pack)?;
        self.offset += size + format::width(&end);
        let more =
            self.pack.read(&mut [0]).map_err(|error| PackError::io(Place::EndRecord, error))?;
        if more > 0 {
            return Err(PackError::new(Place::EndRecord, Fault::Trailing));
        }
        self.entries = entries;
        Ok(())
    }

    fn name(&mut self, path: &str, place: &Place) -> Result<(), PackError> {
        let mut found = vec![0; path.len()];
        self.pack.read_exact(&mut found).map_err(|error| PackError::io(place.clone(), error))?;
        if found == path.as_bytes() {
            Ok(())
        } else {
            Err(PackError::new(place.clone(), Fault::Name))
        }
    }

    /// Each entry against its proof. Bodies are read again, one at a time.
    fn ledger(
        &mut self,
        proofs: &[u8],
        checkpoint: &annex_ledger::Checkpoint,
        files: &[Listed],
        assessment: &Digest,
    ) -> Result<Found, PackError> {
        let own: Vec<(&Listed, u64)> = files
            .iter()
            .zip(self.entries.iter().skip(2))
            .filter(|(file, _)| file.path.starts_with(path::ENTRIES))
            .map(|(file, &(_, offset))| (file, offset))
            .collect();
        let paths: Vec<&str> = own.iter().map(|(file, _)| file.path.as_str()).collect();
        let proofs = ledger::parse(proofs, &paths)?;
        let mut found = Found::default();
        for (proven, (file, offset)) in proofs.entries.iter().zip(own) {
            let place = || Place::File(file.path.clone());
            if file.size > self.limits.body_bytes_max {
                let max = self.limits.body_bytes_max;
                return Err(PackError::new(
                    place(),
                    Fault::Limit { what: "bytes", found: file.size, max },
                ));
            }
            let header = Entry { path: &file.path, size: file.size, crc: 0, offset }.local();
            let start = offset + format::width(&header) + file.path.len() as u64;
            let io = |error| PackError::io(place(), error);
            self.pack.seek(SeekFrom::Start(start)).map_err(io)?;
            let mut body = Vec::new();
            (&mut self.pack).take(file.size).read_to_end(&mut body).map_err(io)?;
            proven.check(&body, checkpoint)?;
            found.read(&body, assessment);
        }
        Ok(found)
    }
}
