//! Archives: what loaders read and checkers do not.
#![allow(clippy::unwrap_used, reason = "a test stops where it is surprised")]

mod support;

use std::io::Write as _;

use annex_modelfile::{FileReport, Limits, Verdict, scan_bytes, scan_file, scan_tree};
use support::{EVIL, GOOD, member, tar, torch, zip};

fn scan(name: &str, bytes: &[u8]) -> FileReport {
    scan_bytes(name, bytes, &Limits::default())
}

fn codes(report: &FileReport) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn a_torch_archive_is_as_its_pickle_is() {
    let good = scan("m.pt", &zip(&torch(GOOD)));
    assert_eq!((good.verdict, codes(&good)), (Verdict::Clean, vec![]));
    assert!(good.formats.contains("pytorch-zip"));
    let evil = scan("m.pt", &zip(&torch(EVIL)));
    assert_eq!(codes(&evil), ["pickle-import-dangerous"]);
    assert_eq!(evil.findings[0].member.as_deref(), Some("archive/data.pkl"));
    assert_eq!(evil.findings[0].offset, Some(2));
}

type Trick = (&'static str, &'static dyn Fn(&mut support::Member));

#[test]
fn flags_checksums_and_methods_hide_nothing() {
    let with = |change: &dyn Fn(&mut support::Member), pickle: &[u8]| {
        let mut members = torch(pickle);
        change(&mut members[0]);
        scan("m.pt", &zip(&members))
    };
    let tricks: [Trick; 6] = [
        ("zip-flag-trick", &|member| member.flags = [1, 1]),
        ("zip-headers-disagree", &|member| member.flags = [1, 0]),
        ("zip-crc-trick", &|member| member.crc = Some(1)),
        ("zip-headers-disagree", &|member| member.method = [8, 0]),
        ("format-not-read", &|member| member.method = [99, 99]),
        ("zip-member-unlisted", &|member| member.listed = false),
    ];
    for (code, change) in tricks {
        let evil = with(change, EVIL);
        assert_eq!(evil.verdict, Verdict::Malicious, "{code}");
        assert!(codes(&evil).contains(&code), "{code}: {:?}", codes(&evil));
        let good = with(change, GOOD);
        assert!(good.verdict > Verdict::Clean, "{code}");
        assert!(codes(&good).contains(&code), "{code}: {:?}", codes(&good));
    }
    let sealed = with(
        &|member| {
            member.flags = [1, 1];
            member.crc = Some(7);
        },
        GOOD,
    );
    assert_eq!(codes(&sealed), ["zip-member-encrypted"]);
}

#[test]
fn two_formats_in_one_file_are_both_read() {
    let (good, evil) = (zip(&torch(GOOD)), zip(&torch(EVIL)));
    for bytes in [
        [EVIL, &good].concat(),
        [GOOD, &evil].concat(),
        [&evil[..], &good].concat(),
        [&good[..], &evil].concat(),
        [&good[..], EVIL].concat(),
    ] {
        let report = scan("m.pt", &bytes);
        assert_eq!(report.verdict, Verdict::Malicious, "{:?}", codes(&report));
    }
    assert_eq!(scan("m.pt", &[&good[..], GOOD].concat()).verdict, Verdict::Suspicious);
    assert_eq!(scan("m.pt", &evil[..evil.len() - 30]).verdict, Verdict::Malicious);
    assert!(scan("m.pt", &good[..good.len() - 30]).verdict > Verdict::Clean);
}

#[test]
fn names_that_leave_and_names_that_stand_twice() {
    let escaping = scan("m.zip", &zip(&[member("../x", b"x")]));
    assert_eq!(codes(&escaping), ["archive-path-escapes"]);
    let twice = scan("m.zip", &zip(&[member("a", b"x"), member("a", b"y")]));
    assert_eq!(codes(&twice), ["archive-member-twice"]);
}

#[test]
fn members_of_tar_archives_and_links() {
    let archive = |members: &[(&str, u8, &str, &[u8])]| scan("m.nemo", &tar(members));
    let config = b"preprocessor:\n  _target_: nemo.collections.asr.modules.X\n";
    assert!(codes(&archive(&[("model_config.yaml", b'0', "", config)])).is_empty());
    let config = b"preprocessor:\n  _target_: os.system\n  command: id\n";
    let evil = archive(&[("model_config.yaml", b'0', "", config)]);
    assert_eq!(codes(&evil), ["config-target-dangerous"]);
    assert_eq!(codes(&archive(&[("a.pkl", b'0', "", EVIL)])), ["pickle-import-dangerous"]);
    assert_eq!(codes(&archive(&[("../a", b'0', "", b"x")])), ["archive-path-escapes"]);
    assert_eq!(codes(&archive(&[("a", b'2', "/etc/passwd", b"")])), ["archive-path-escapes"]);
    assert_eq!(codes(&archive(&[("a/b", b'2', "../c", b"")])), ["archive-link"]);
    assert_eq!(codes(&archive(&[("a", b'3', "", b"")])), ["archive-device"]);
}

#[test]
fn compressed_pickles_are_followed_and_bombs_stopped() {
    let packed = |data: &[u8]| {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(data).unwrap();
        out.finish().unwrap()
    };
    assert_eq!(scan("m.pkl.gz", &packed(GOOD)).verdict, Verdict::Clean);
    assert_eq!(scan("m.pkl.gz", &packed(EVIL)).verdict, Verdict::Malicious);
    assert_eq!(scan("m.zip", &zip(&[member("a.gz", &packed(EVIL))])).verdict, Verdict::Malicious);
    let whole = packed(GOOD);
    assert_eq!(scan("m.pkl.gz", &whole[..whole.len() - 4]).verdict, Verdict::Unreadable);
    let small = Limits { inflated_bytes_max: 1 << 20, ..Limits::default() };
    let zeros = packed(&vec![0; 4 << 20]);
    assert_eq!(codes(&scan_bytes("m.bin.gz", &zeros, &small)), ["over-limit"]);
    let bomb = Limits { inflated_free_bytes: 1 << 20, inflated_times_max: 10, ..Limits::default() };
    assert_eq!(codes(&scan_bytes("m.bin.gz", &zeros, &bomb)), ["decompression-bomb"]);
    let mut deep = EVIL.to_vec();
    for _ in 0..10 {
        deep = packed(&deep);
    }
    assert_eq!(codes(&scan("m.gz", &deep)), ["over-limit"]);
}

#[test]
fn a_part_larger_than_what_is_held_is_read_in_its_order() {
    let mut pickle = vec![0x80, 4, b']', b'('];
    for _ in 0..40_000 {
        pickle.extend([b'B', 200, 0, 0, 0]);
        pickle.extend([7; 200]);
    }
    pickle.push(b'e');
    pickle.extend(&EVIL[2..]);
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(&pickle).unwrap();
    let limits = Limits { held_bytes_max: 1 << 20, ..Limits::default() };
    let report = scan_bytes("m.pkl.gz", &out.finish().unwrap(), &limits);
    assert_eq!(codes(&report), ["pickle-import-dangerous"]);
    assert_eq!(report.findings[0].offset, Some(pickle.len() as u64 - EVIL.len() as u64 + 2));
}

#[test]
fn an_archive_that_a_pickle_loads_from_bytes_is_read() {
    let within = |inner: &[u8]| {
        let mut out = b"\x80\x02ctorch.storage\n_load_from_bytes\nB".to_vec();
        out.extend(u32::try_from(inner.len()).unwrap().to_le_bytes());
        out.extend(inner);
        out.extend(b"\x85R.");
        scan("m.pkl", &out)
    };
    assert_eq!(within(&zip(&torch(GOOD))).verdict, Verdict::Clean);
    assert_eq!(codes(&within(&zip(&torch(EVIL)))), ["pickle-import-dangerous"]);
    assert!(within(&zip(&torch(GOOD))[..100]).verdict > Verdict::Clean);
    assert_eq!(
        codes(&scan("m.pkl", b"\x80\x02ccollections\nOrderedDict\n}b.")),
        ["pickle-build-on-import"]
    );
}

#[test]
fn names_that_promise_another_content_are_said() {
    for name in ["m.safetensors", "m.txt", "m.json", "m.gguf", "m.npy"] {
        let report = scan(name, GOOD);
        assert_eq!(codes(&report), ["name-misleads"], "{name}");
        assert_eq!(scan(name, EVIL).verdict, Verdict::Malicious, "{name}");
    }
    assert_eq!(codes(&scan("m.bin", &[0xf7; 100])), ["format-unknown"]);
    assert_eq!(codes(&scan("m.bin", b"")), ["empty"]);
}

#[test]
fn a_folder_lists_models_and_counts_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("a.pkl", EVIL);
    write("b.txt", b"cos\nsystem\n(S'id'\ntR.");
    write("notes.md", b"# Notes\nimport os\nos.system('id')\n");
    write("import.txt", b"import os\nos.system('id')\n");
    write("config.json", br#"{"auto_map":{"AutoModel":"modeling_x.Model"}}"#);
    write("modeling_x.py", b"import os\nos.system('id')\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path().join("a.pkl"), folder.path().join("l.pkl")).unwrap();
    let mut steps = 0;
    let tree = scan_tree(folder.path(), &Limits::default(), &mut |_| steps += 1).unwrap();
    let found: Vec<_> = tree
        .files
        .iter()
        .map(|file| (file.path.file_name().unwrap().to_str().unwrap(), codes(file)))
        .collect();
    assert_eq!(
        found,
        [
            ("a.pkl", vec!["pickle-import-dangerous"]),
            ("b.txt", vec!["name-misleads", "pickle-import-dangerous"]),
            ("config.json", vec!["remote-code"]),
            ("modeling_x.py", vec!["python-dangerous", "python-code"]),
        ]
    );
    assert_eq!(tree.ignored, 2);
    assert_eq!(tree.skipped.len(), usize::from(cfg!(unix)));
    assert_eq!(steps, 7);
    let missing = scan_tree(&folder.path().join("none"), &Limits::default(), &mut |_| {});
    assert!(missing.unwrap_err().to_string().contains("none"));
    assert_eq!(
        scan_file(&folder.path().join("none"), &Limits::default()).verdict,
        Verdict::Unreadable
    );
}

#[test]
fn what_lies_in_a_storage_a_comment_or_a_stored_archive_is_read() {
    let parts = |storage: &[u8]| {
        zip(&[member("a/data.pkl", GOOD), member("a/data/0", storage), member("a/version", b"3\n")])
    };
    assert_eq!(scan("m.pt", &parts(&[0; 64])).verdict, Verdict::Clean);
    assert_eq!(scan("m.pt", &parts(EVIL)).verdict, Verdict::Malicious);

    let mut commented = parts(&[0; 64]);
    let end = commented.len();
    commented[end - 2..].copy_from_slice(&u16::try_from(EVIL.len()).unwrap().to_le_bytes());
    commented.extend_from_slice(EVIL);
    assert_eq!(scan("m.pt", &commented).verdict, Verdict::Malicious);

    let outer = zip(&[member("model.pt", &parts(&[0; 64])), member("labels.json", b"{}")]);
    assert_eq!(scan("m.zip", &outer).verdict, Verdict::Clean, "{:?}", scan("m.zip", &outer));
    let outer = zip(&[member("model.pt", &parts(EVIL)), member("labels.json", b"{}")]);
    assert_eq!(scan("m.zip", &outer).verdict, Verdict::Malicious);
}

/// The cache of a hub: what lies under a digest has its name by a link.
#[cfg(unix)]
#[test]
fn files_of_a_cache_are_scanned_under_the_names_of_their_links() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["blobs", "snapshots/1"] {
        std::fs::create_dir_all(path(name)).unwrap();
    }
    std::fs::write(path("blobs/aa"), EVIL).unwrap();
    std::fs::write(path("blobs/bb"), b"what is this").unwrap();
    for (target, name) in [
        ("../../blobs/aa", "weights.bin"),
        ("../../blobs/bb", "other.pt"),
        ("../../../outside", "away.pt"),
    ] {
        std::os::unix::fs::symlink(target, path("snapshots/1").join(name)).unwrap();
    }
    let tree = scan_tree(folder.path(), &Limits::default(), &mut |_| ()).unwrap();
    let found: Vec<_> = tree
        .files
        .iter()
        .map(|file| {
            (file.path.strip_prefix(folder.path()).unwrap().to_str().unwrap(), file.verdict)
        })
        .collect();
    assert_eq!(
        found,
        [
            ("snapshots/1/other.pt", Verdict::Suspicious),
            ("snapshots/1/weights.bin", Verdict::Malicious)
        ]
    );
    let skipped: Vec<_> = tree.skipped.iter().map(|skipped| skipped.path.clone()).collect();
    assert_eq!(skipped, [path("snapshots/1/away.pt")]);
}
