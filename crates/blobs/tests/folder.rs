//! Blobs come back as they went in, or with an error that says what is wrong.
#![expect(clippy::unwrap_used, reason = "a test stops where it is surprised")]

use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use annex_blobs::{Error, Folder, Stored, Verified};
use annex_isms::Digest;
use proptest::prelude::*;
use tempfile::TempDir;

fn folder() -> (TempDir, Folder) {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::open(place.path().join("deep/blobs")).unwrap();
    (place, folder)
}

fn file_of(folder: &Folder, digest: &Digest) -> PathBuf {
    let hex = digest.hex();
    folder.path().join(&hex[..2]).join(&hex[2..])
}

fn unfinished(folder: &Folder) -> usize {
    let names = fs::read_dir(folder.path().join("incoming")).unwrap();
    names.filter(|entry| entry.as_ref().unwrap().file_name() != "lock").count()
}

/// Gives a few bytes at a time, then ends or fails.
struct Drip(Cursor<Vec<u8>>, usize, Option<io::ErrorKind>);

impl Read for Drip {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.1.min(buffer.len());
        match (self.0.read(&mut buffer[..length])?, self.2) {
            (0, Some(kind)) => Err(kind.into()),
            (read, _) => Ok(read),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_bytes_in_any_pieces_read_back(
        blobs in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 0..5),
        piece in 1_usize..4000,
    ) {
        let (_place, folder) = folder();
        for bytes in &blobs {
            let stored = folder.put(Drip(Cursor::new(bytes.clone()), piece, None)).unwrap();
            let expected = Stored { digest: Digest::of(bytes), bytes: bytes.len() as u64 };
            prop_assert_eq!(stored, expected);
        }
        let mut digests: Vec<Digest> = blobs.iter().map(|bytes| Digest::of(bytes)).collect();
        digests.sort();
        digests.dedup();
        let listed: Vec<Digest> = folder.digests().unwrap().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(&listed, &digests);

        let reopened = Folder::open(folder.path()).unwrap();
        for bytes in &blobs {
            prop_assert_eq!(&reopened.get(&Digest::of(bytes)).unwrap(), bytes);
        }
        prop_assert_eq!(reopened.verify_all().unwrap().blobs, digests.len() as u64);
        prop_assert!(blobs.is_empty() || unfinished(&reopened) == 0);
    }

    #[test]
    fn a_blob_with_any_change_is_an_error_wherever_it_is_met(
        bytes in prop::collection::vec(any::<u8>(), 1..500),
        pick in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let (_place, folder) = folder();
        let digest = folder.put(&bytes[..]).unwrap().digest;
        let mut changed = bytes.clone();
        if cut {
            changed.truncate(pick.index(bytes.len()));
        } else {
            changed[pick.index(bytes.len())] ^= 1;
        }
        let path = file_of(&folder, &digest);
        fs::write(&path, &changed).unwrap();
        for error in [
            folder.get(&digest).unwrap_err(),
            folder.put(&bytes[..]).unwrap_err(),
            folder.verify_all().unwrap_err(),
        ] {
            let named = matches!(
                &error,
                Error::Damaged { path: at, found } if *at == path && *found == Digest::of(&changed)
            );
            prop_assert!(named, "{error}");
        }
    }
}

#[test]
fn an_absent_blob_is_absent() {
    let (_place, folder) = folder();
    let digest = Digest::of(b"never stored");
    assert!(!folder.contains(&digest).unwrap());
    assert!(matches!(folder.get(&digest), Err(Error::Absent { .. })));
}

#[test]
fn the_limit_is_exact_and_leaves_nothing_behind() {
    let (_place, folder) = folder();
    let folder = folder.with_blob_bytes_max(100_000);
    folder.put(io::repeat(1).take(100_000)).unwrap();
    let error = folder.put(io::repeat(1).take(100_001)).unwrap_err();
    assert_eq!(error.to_string(), "the bytes are more than blob_bytes_max allows (100000)");
    assert_eq!(unfinished(&folder), 0);
    let all = Verified { blobs: 1, bytes: 100_000 };
    assert_eq!(folder.verify_all().unwrap(), all);

    let stricter = Folder::open(folder.path()).unwrap().with_blob_bytes_max(10);
    let digest = folder.digests().unwrap().next().unwrap().unwrap();
    assert!(matches!(stricter.get(&digest), Err(Error::TooLarge { blob_bytes_max: 10 })));
}

#[test]
fn a_source_that_fails_half_way_leaves_nothing_behind() {
    let (_place, folder) = folder();
    let source = Drip(Cursor::new(vec![1; 500]), 100, Some(io::ErrorKind::TimedOut));
    assert!(matches!(folder.put(source), Err(Error::Source(_))));
    assert_eq!(unfinished(&folder), 0);
    assert_eq!(folder.digests().unwrap().count(), 0);
}

#[test]
fn what_an_interrupted_writer_left_is_ignored_and_removed_at_open() {
    let (_place, folder) = folder();
    folder.put(&b"whole"[..]).unwrap();
    let left = folder.path().join("incoming/put-left");
    fs::write(&left, b"ha").unwrap();
    assert_eq!(folder.verify_all().unwrap().blobs, 1);

    // While someone writes it could be theirs.
    let writing = File::open(folder.path().join("incoming/lock")).unwrap();
    writing.lock_shared().unwrap();
    Folder::open(folder.path()).unwrap();
    assert!(left.exists());
    drop(writing);
    Folder::open(folder.path()).unwrap();
    assert!(!left.exists());
}

#[test]
fn opening_while_others_write_harms_no_one() {
    let (_place, folder) = folder();
    std::thread::scope(|scope| {
        for writer in 0..4_u8 {
            let folder = &folder;
            scope.spawn(move || {
                for number in 0..20_u8 {
                    // Half of the blobs are the same for all writers.
                    let own = if number % 2 == 0 { 0 } else { writer };
                    folder.put(&[own, number][..]).unwrap();
                    Folder::open(folder.path()).unwrap();
                }
            });
        }
    });
    assert_eq!(folder.verify_all().unwrap().blobs, 10 + 4 * 10);
    assert_eq!(unfinished(&folder), 0);
}

#[test]
fn what_is_not_a_blob_is_named() {
    let foreign = |make: &dyn Fn(&Path) -> PathBuf| {
        let (_place, folder) = folder();
        folder.put(&b"whole"[..]).unwrap();
        let path = make(folder.path());
        match folder.verify_all() {
            Err(Error::Foreign { path: found }) => assert_eq!(found, path),
            other => panic!("{other:?}"),
        }
    };
    let file = |name: &'static str| {
        move |root: &Path| {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, b"x").unwrap();
            path
        }
    };
    foreign(&file("notes.txt"));
    foreign(&file("aa"));
    foreign(&file("aa/short"));
    foreign(&|root| {
        let path = root.join("AA");
        fs::create_dir(&path).unwrap();
        path
    });
}

#[test]
fn a_relative_folder_is_a_folder() {
    // Cargo runs a test in its package's folder, which need not be writable: only open.
    let folder = Folder::open("src").unwrap();
    assert!(!folder.contains(&Digest::of(b"")).unwrap());
}

#[test]
fn a_folder_that_is_a_file_is_refused_by_name() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("blobs");
    fs::write(&path, b"x").unwrap();
    let error = Folder::open(&path).unwrap_err().to_string();
    assert_eq!(error, format!("cannot create the folder {}", path.display()));
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_them_and_links_are_not_followed() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (place, folder) = folder();
    let digest = folder.put(&b"private"[..]).unwrap().digest;
    let file = file_of(&folder, &digest);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(&folder.path().join("incoming/lock")), 0o600);
    for path in [file.parent().unwrap(), folder.path()] {
        assert_eq!(mode(path), 0o700);
    }
    assert_eq!(mode(&folder.path().join("incoming")), 0o700);

    let elsewhere = place.path().join("elsewhere");
    fs::rename(&file, &elsewhere).unwrap();
    symlink(&elsewhere, &file).unwrap();
    assert!(matches!(folder.get(&digest), Err(Error::Foreign { .. })));
    assert!(matches!(folder.verify_all(), Err(Error::Foreign { .. })));
}
