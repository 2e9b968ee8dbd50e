//! Digests of all files of a folder, by several threads.
//!
//! ```text
//!  files ─▶ pieces, largest first ─▶ threads, each takes the next ─▶ digests, put together
//! ```
//!
//! A piece is what one thread digests in one go: a whole file, a shard, or, for BLAKE3, a subtree
//! of a file, because that algorithm is a tree. One SHA-256 over a whole file cannot be divided;
//! then only files are digested beside each other, and the largest file is the limit.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use annex_isms::Digest;
use blake2::Blake2b512;
use blake3::hazmat::{HasherExt as _, Mode, left_subtree_len};
use sha2::{Digest as _, Sha256};

use crate::finding::Finding;
use crate::folder::{LeftOut, Listed, Scope, list, unread};
use crate::manifest::{root, shards};
use crate::{
    Algorithm, ContentDigest, FileDigests, FileName, FindingKind, Limits, Method, SealError,
};

/// What a thread holds of a file at a time.
const BUFFER_BYTES: usize = 256 << 10;

/// A BLAKE3 subtree that one thread digests. Its size must be a power of two.
const SUBTREE_BYTES: NonZeroU64 = NonZeroU64::new(16 << 20).expect("not zero");

/// What was found in a folder.
#[derive(Debug)]
pub struct Measured {
    /// Every file that counts and could be read.
    pub files: BTreeMap<FileName, FileDigests>,
    /// What was left out.
    pub left_out: Vec<LeftOut>,
    /// What is neither.
    pub findings: Vec<Finding>,
    /// The sizes of all files together.
    pub bytes: u64,
}

impl Measured {
    /// One digest for the whole model, as [`crate::Manifest::root`] gives it.
    pub fn root(&self) -> Digest {
        root(self.files.values().flat_map(|file| &file.digests))
    }
}

/// How far the digests are.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Bytes that were digested.
    pub bytes_done: u64,
    /// Bytes of all files.
    pub bytes_total: u64,
}

/// Takes the digests of every file of a folder, or of one file.
///
/// # Errors
///
/// When the folder itself cannot be read, or has too many files. What cannot be read in it is a
/// finding.
pub fn measure(
    folder: &Path,
    method: Method,
    scope: &Scope,
    limits: &Limits,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Measured, SealError> {
    let listing = list(folder, scope, limits)?;
    let mut pieces: Vec<Piece> = Vec::new();
    for (file, listed) in listing.files.iter().enumerate() {
        let file_bytes = listed.bytes;
        let divided = method.shard_bytes.or_else(|| {
            let subtrees = method.algorithm == Algorithm::Blake3;
            (subtrees && file_bytes > SUBTREE_BYTES.get()).then_some(SUBTREE_BYTES)
        });
        let piece_bytes = divided.unwrap_or(NonZeroU64::MAX);
        let count = file_bytes.div_ceil(piece_bytes.get());
        if pieces.len() as u64 + count > limits.files_max as u64 {
            let path = folder.to_owned();
            return Err(SealError::TooManyFiles { path, files_max: limits.files_max });
        }
        let subtree = divided.is_some() && method.shard_bytes.is_none();
        let empty = (file_bytes == 0 && divided.is_none()).then_some((0, 0));
        pieces.extend(
            empty.into_iter().chain(shards(file_bytes, piece_bytes)).map(|(start, end)| Piece {
                file,
                file_bytes,
                start,
                end,
                subtree,
            }),
        );
    }
    // The largest first, so that no thread begins with it when the others are done.
    pieces.sort_by_key(|piece| std::cmp::Reverse(piece.end - piece.start));
    let bytes_total = listing.files.iter().map(|listed| listed.bytes).sum();
    let done = AtomicU64::new(0);
    let tell = |bytes: usize| {
        let bytes_done = done.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64;
        progress(Progress { bytes_done, bytes_total });
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(limits.threads_max).min(pieces.len()).max(1);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut results = Vec::new();
        while let Some(piece) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
            let listed = &listing.files[piece.file];
            let links = scope.follows_links;
            let result = piece.digest(&listed.path, links, method.algorithm, &mut buffer, &tell);
            results.push((piece.file, piece.start, result));
        }
        results
    };
    let mut results = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut results = work();
        for other in others {
            results.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        results
    });
    results.sort_by_key(|(file, start, _)| (*file, *start));
    Ok(collect(listing.files, results, method, listing.left_out, listing.findings))
}

/// Part of a file; its digest is that of a BLAKE3 subtree, or that of a whole.
struct Piece {
    file: usize,
    file_bytes: u64,
    start: u64,
    end: u64,
    subtree: bool,
}

type PieceResult = (usize, u64, Result<Vec<u8>, String>);

/// Puts the pieces of each file together.
fn collect(
    listed: Vec<Listed>,
    results: Vec<PieceResult>,
    method: Method,
    left_out: Vec<LeftOut>,
    findings: Vec<Finding>,
) -> Measured {
    let mut measured = Measured { files: BTreeMap::new(), left_out, findings, bytes: 0 };
    let mut results = results.into_iter().peekable();
    for (file, listed) in listed.into_iter().enumerate() {
        let mut digests = Vec::new();
        let mut fault = None;
        while let Some((_, _, result)) = results.next_if(|(of, _, _)| *of == file) {
            match result {
                Ok(digest) => digests.push(digest),
                Err(error) => fault = fault.or(Some(error)),
            }
        }
        if let Some(fault) = fault {
            measured.findings.push(unread(listed.name.to_string(), &fault));
            continue;
        }
        if digests.is_empty() {
            let detail = "a manifest of shards cannot hold it";
            let empty = Finding::new(listed.name.to_string(), FindingKind::Empty, detail);
            measured.findings.push(empty);
            continue;
        }
        if method.shard_bytes.is_none() && digests.len() > 1 {
            digests = vec![join_subtrees(&digests, listed.bytes)];
        }
        measured.bytes += listed.bytes;
        let digests = digests.into_iter().map(ContentDigest::new).collect();
        measured.files.insert(listed.name, FileDigests { bytes: Some(listed.bytes), digests });
    }
    measured
}

/// The BLAKE3 digest of a file from the chaining values of its subtrees.
fn join_subtrees(values: &[Vec<u8>], bytes: u64) -> Vec<u8> {
    fn halves(values: &[Vec<u8>], bytes: u64) -> ([u8; 32], [u8; 32]) {
        let left_bytes = left_subtree_len(bytes);
        let middle = usize::try_from(left_bytes / SUBTREE_BYTES.get()).unwrap_or(usize::MAX);
        let (left, right) = values.split_at(middle.min(values.len()));
        (value(left, left_bytes), value(right, bytes - left_bytes))
    }
    fn value(values: &[Vec<u8>], bytes: u64) -> [u8; 32] {
        if let [value] = values {
            return value.as_slice().try_into().expect("a chaining value has 32 bytes");
        }
        let (left, right) = halves(values, bytes);
        blake3::hazmat::merge_subtrees_non_root(&left, &right, Mode::Hash)
    }
    let (left, right) = halves(values, bytes);
    blake3::hazmat::merge_subtrees_root(&left, &right, Mode::Hash).as_bytes().to_vec()
}

enum Hasher {
    Sha256(Sha256),
    Blake2b(Blake2b512),
    Blake3(Box<blake3::Hasher>),
}

impl Piece {
    fn digest(
        &self,
        path: &Path,
        follows_links: bool,
        algorithm: Algorithm,
        buffer: &mut [u8],
        tell: &dyn Fn(usize),
    ) -> Result<Vec<u8>, String> {
        let mut hasher = match algorithm {
            Algorithm::Sha256 => Hasher::Sha256(Sha256::new()),
            Algorithm::Blake2b => Hasher::Blake2b(Blake2b512::new()),
            Algorithm::Blake3 => Hasher::Blake3(Box::default()),
        };
        if let (Hasher::Blake3(hasher), true) = (&mut hasher, self.subtree) {
            hasher.set_input_offset(self.start);
        }
        self.read(path, follows_links, buffer, tell, &mut |bytes| match &mut hasher {
            Hasher::Sha256(hasher) => hasher.update(bytes),
            Hasher::Blake2b(hasher) => hasher.update(bytes),
            Hasher::Blake3(hasher) => {
                hasher.update(bytes);
            }
        })
        .map_err(|error| error.to_string())?;
        Ok(match hasher {
            Hasher::Sha256(hasher) => hasher.finalize().to_vec(),
            Hasher::Blake2b(hasher) => hasher.finalize().to_vec(),
            Hasher::Blake3(hasher) if self.subtree => hasher.finalize_non_root().to_vec(),
            Hasher::Blake3(hasher) => hasher.finalize().as_bytes().to_vec(),
        })
    }

    fn read(
        &self,
        path: &Path,
        follows_links: bool,
        buffer: &mut [u8],
        tell: &dyn Fn(usize),
        take: &mut dyn FnMut(&[u8]),
    ) -> std::io::Result<()> {
        let changed = || std::io::Error::other("it changed while it was read");
        let mut file = open(path, follows_links)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() || metadata.len() != self.file_bytes {
            return Err(changed());
        }
        file.seek(SeekFrom::Start(self.start))?;
        let mut left = self.end - self.start;
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            let read = match file.read(&mut buffer[..most]) {
                Ok(0) => return Err(changed()),
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            take(&buffer[..read]);
            tell(read);
            left -= read as u64;
        }
        if file.metadata()?.len() == self.file_bytes { Ok(()) } else { Err(changed()) }
    }
}

/// Opens a file. What was a file when it was listed may be a link or a pipe by now: neither is
/// followed or waited for.
fn open(path: &Path, follows_links: bool) -> std::io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;

        use rustix::fs::OFlags;
        let links = if follows_links { OFlags::empty() } else { OFlags::NOFOLLOW };
        let flags = (OFlags::NONBLOCK | links).bits();
        options.custom_flags(i32::try_from(flags).unwrap_or_default());
    }
    options.open(path)
}
