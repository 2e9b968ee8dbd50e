//! Folders that differ from what was signed: every difference is told, for its own reason.

use std::fs;
use std::num::NonZeroU64;
use std::path::Path;

use annex_seal::{
    Algorithm, Because, Limits, Manifest, Method, Scope, compare, is_incomplete, measure,
};

use crate::support::{compared, findings, model, signed};

fn shards(bytes: u64) -> Method {
    Method::new(Algorithm::Sha256, NonZeroU64::new(bytes)).expect("a method")
}

fn write(root: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, bytes).expect("a file");
}

#[test]
fn every_difference_is_told() {
    let folder = model();
    let opened = signed(folder.path(), Method::default(), &Scope::default());
    assert_eq!(findings(&compared(&opened, folder.path())), [""; 0]);
    write(folder.path(), "config.json", "{}");
    write(folder.path(), "new/extra.py", "import os");
    fs::rename(folder.path().join("weights.bin"), folder.path().join("w.bin")).expect("renamed");
    fs::remove_file(folder.path().join("tokenizer/vocabulary.txt")).expect("removed");
    let told = findings(&compared(&opened, folder.path()));
    let expected = [
        "changed config.json",
        "extra new/extra.py",
        "missing tokenizer/vocabulary.txt",
        "renamed weights.bin",
    ];
    assert_eq!(told, expected);
}

#[test]
fn two_files_that_change_places_have_changed() {
    let folder = model();
    let opened = signed(folder.path(), Method::default(), &Scope::default());
    let path = |name: &str| folder.path().join(name);
    fs::rename(path("config.json"), path("kept")).expect("renamed");
    fs::rename(path("weights.bin"), path("config.json")).expect("renamed");
    fs::rename(path("kept"), path("weights.bin")).expect("renamed");
    let told = findings(&compared(&opened, folder.path()));
    assert_eq!(told, ["changed config.json", "changed weights.bin"]);
}

#[test]
fn the_shard_that_changed_is_named() {
    let folder = model();
    fs::remove_file(folder.path().join("empty.txt")).expect("removed");
    let opened = signed(folder.path(), shards(16), &Scope::default());
    assert_eq!(findings(&compared(&opened, folder.path())), [""; 0]);
    let mut bytes = fs::read(folder.path().join("weights.bin")).expect("weights");
    bytes[20] ^= 1;
    write(folder.path(), "weights.bin", &bytes);
    let detail = |opened| compared(opened, folder.path()).findings[0].detail.clone();
    assert_eq!(detail(&opened), "1 shards differ, the first at bytes 16 to 32");
    // Cut off where a shard ends, or longer by one.
    write(folder.path(), "weights.bin", &bytes[..32]);
    assert_eq!(detail(&opened), "it had 40 bytes when it was signed and has 32 now");
    bytes.push(0);
    write(folder.path(), "weights.bin", &bytes);
    assert_eq!(detail(&opened), "it had 40 bytes when it was signed and has 41 now");
}

#[cfg(unix)]
#[test]
fn links_pipes_and_foreign_names_are_not_passed_over() {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    let folder = model();
    let opened = signed(folder.path(), Method::default(), &Scope::default());
    let elsewhere = tempfile::tempdir().expect("a folder");
    write(elsewhere.path(), "vocabulary.txt", "the\nof\nand\n");
    let path = |name: &str| folder.path().join(name);
    // The same content, behind links.
    fs::rename(path("weights.bin"), elsewhere.path().join("weights.bin")).expect("moved");
    symlink(elsewhere.path().join("weights.bin"), path("weights.bin")).expect("a link");
    fs::remove_dir_all(path("tokenizer")).expect("removed");
    symlink(elsewhere.path(), path("tokenizer")).expect("a link");
    symlink("nowhere", path("broken")).expect("a link");
    let name = std::ffi::OsStr::from_bytes(b"n\xff");
    fs::write(folder.path().join(name), "").expect("a file");
    let socket = std::os::unix::net::UnixListener::bind(path("socket")).expect("a socket");
    let told = findings(&compared(&opened, folder.path()));
    let expected = [
        "link broken",
        "name n\u{fffd}",
        "special socket",
        "link tokenizer",
        "missing tokenizer/vocabulary.txt",
        "link weights.bin",
    ];
    assert_eq!(told, expected);
    drop(socket);
    fs::remove_file(path("socket")).expect("removed");
    fs::remove_file(folder.path().join(name)).expect("removed");

    // Links to files are followed where that is asked for; those to folders never.
    let followed = Scope::new(true);
    let limits = Limits::default();
    let compared = compare(folder.path(), &opened.manifest, followed, &limits, &|_| {});
    let told = findings(&compared.expect("read"));
    assert_eq!(told, ["link broken", "link tokenizer", "missing tokenizer/vocabulary.txt"]);
}

#[test]
fn what_is_left_out_is_told_and_does_not_hide_what_was_signed() {
    let folder = model();
    for name in [".git/config", ".gitattributes", "sub/.git", "notes/a.md", "model.sig"] {
        write(folder.path(), name, name);
    }
    let mut scope = Scope::default();
    scope.leave_out_path(folder.path(), &folder.path().join("model.sig"), Because::Signature);
    scope.leave_out("notes".parse().expect("a name"), Because::Argument);
    scope.leave_out_git();
    let limits = Limits::default();
    let measured = measure(folder.path(), Method::default(), &scope, &limits, &|_| {});
    let measured = measured.expect("read");
    let told: Vec<String> = measured
        .left_out
        .iter()
        .map(|left_out| format!("{} {}", left_out.because.as_str(), left_out.name))
        .collect();
    assert_eq!(told, ["git .git", "git .gitattributes", "signature model.sig", "argument notes"]);
    // Only the model's own folder is a checkout.
    assert!(measured.files.contains_key(&"sub/.git".parse().expect("a name")));

    let opened = signed(folder.path(), Method::default(), &Scope::default());
    let compared = compare(folder.path(), &opened.manifest, scope, &limits, &|_| {});
    let told = findings(&compared.expect("read"));
    // What belongs to git was signed here, so it counts.
    assert_eq!(told, ["left-out model.sig", "left-out notes/a.md"]);
}

#[test]
fn one_file_is_a_model_by_itself() {
    let folder = model();
    let file = folder.path().join("weights.bin");
    let opened = signed(&file, Method::default(), &Scope::default());
    assert_eq!(opened.manifest.model, "weights.bin");
    assert_eq!(findings(&compared(&opened, &file)), [""; 0]);
    #[cfg(unix)]
    {
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("weights.bin", &link).expect("a link");
        assert_eq!(findings(&compared(&opened, &link)), [""; 0]);
    }
    fs::write(&file, "other").expect("written");
    assert_eq!(findings(&compared(&opened, &file)), ["changed ."]);
    assert!(findings(&compared(&opened, folder.path())).contains(&"missing .".to_owned()));
}

#[test]
fn limits_are_answers() {
    let folder = model();
    let opened = signed(folder.path(), Method::default(), &Scope::default());
    let with = |limits: &Limits| {
        compare(folder.path(), &opened.manifest, Scope::default(), limits, &|_| {})
    };
    let few = with(&Limits { files_max: 3, ..Limits::default() }).expect_err("too many files");
    assert!(few.to_string().contains("more than 3 files, folders or shards (files_max)"), "{few}");
    let flat = with(&Limits { folders_max: 0, ..Limits::default() }).expect("compared");
    assert!(is_incomplete(&flat.findings));
    assert_eq!(findings(&flat), ["unreadable tokenizer", "unreadable tokenizer/vocabulary.txt"]);

    let limits = Limits { files_max: 10, ..Limits::default() };
    let scope = Scope::default();
    let shards = measure(folder.path(), shards(1), &scope, &limits, &|_| {}).expect_err("shards");
    assert!(shards.to_string().contains("(files_max)"), "{shards}");
    let nothing = measure(&folder.path().join("x"), Method::default(), &scope, &limits, &|_| {});
    assert!(nothing.expect_err("nothing").to_string().contains("there is nothing at"));
}

/// Larger than the subtrees that threads share, and not a multiple of them.
#[test]
fn a_large_file_has_the_digest_that_one_thread_gives() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in [("a", 0), ("b", 16 << 20), ("c", (16 << 20) + 1), ("d", (80 << 20) + 7)] {
        let content: Vec<u8> = (0..bytes).map(|n: u32| (n >> 3).to_le_bytes()[0]).collect();
        write(folder.path(), name, &content);
        let digest = |algorithm| {
            let method = Method::new(algorithm, None).expect("a method");
            let limits = Limits { threads_max: 3, ..Limits::default() };
            let path = folder.path().join(name);
            let measured = measure(&path, method, &Scope::default(), &limits, &|_| {});
            measured.expect("read").files.into_values().next().expect("a file").digests[0].clone()
        };
        assert_eq!(
            digest(Algorithm::Blake3).as_bytes(),
            blake3::hash(&content).as_bytes(),
            "{name}"
        );
        let expected = annex_isms::Digest::of(&content);
        assert_eq!(digest(Algorithm::Sha256).as_bytes(), expected.as_bytes(), "{name}");
    }
}

#[test]
fn progress_ends_at_the_whole() {
    let folder = model();
    let last = std::sync::Mutex::new((0, 0));
    let tell = |progress: annex_seal::Progress| {
        let mut last = last.lock().expect("no panic");
        *last = (last.0.max(progress.bytes_done), progress.bytes_total);
    };
    measure(folder.path(), Method::default(), &Scope::default(), &Limits::default(), &tell)
        .expect("read");
    assert_eq!(*last.lock().expect("no panic"), (97, 97));
}

/// The manifest of a model is the same wherever its folder lies.
#[test]
fn the_digest_of_a_model_does_not_depend_on_its_folder() {
    let roots: Vec<Manifest> = [model(), model()]
        .iter()
        .map(|folder| signed(folder.path(), Method::default(), &Scope::default()).manifest)
        .collect();
    assert_eq!(roots[0].root(), roots[1].root());
    assert_ne!(roots[0].model, roots[1].model);
}
