//! Import from every sort of source, with what is broken in it.

use std::fs;
use std::io::Write as _;

use super::*;

fn record(id: &str, more: &str) -> String {
    format!(
        r#"{{"id":"{id}","modified":"2024-01-01T00:00:00Z","affected":[{{"package":{{"ecosystem":"PyPI","name":"a"}},"ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}}]}}]}}]{more}}}"#
    )
}

fn imported(paths: &[&Path], limits: Limits) -> Database {
    let mut importer = Importer::new(limits);
    for path in paths {
        importer.add(path).expect("a source");
    }
    importer.finish()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).expect("gz");
    out.finish().expect("gz")
}

/// Two records and one that is broken, in each form.
#[test]
fn every_form_gives_the_same_records_and_names_the_broken_one() {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name);
    let (one, two) = (record("A-1", ""), record("A-2", ""));
    let lines = format!("{one}\n\n{{broken\n{two}");
    fs::write(at("a.jsonl"), &lines).expect("write");
    fs::write(at("a.jsonl.gz"), gz(lines.as_bytes())).expect("write");
    fs::create_dir_all(at("d/2024")).expect("folder");
    fs::write(at("d/one.json"), &one).expect("write");
    fs::write(at("d/2024/two.json"), &two).expect("write");
    fs::write(at("d/2024/x.json"), "{broken").expect("write");
    fs::write(at("d/README.md"), "no record").expect("write");
    let mut zip = zip::ZipWriter::new(fs::File::create(at("all.zip")).expect("file"));
    let mut tar = tar::Builder::new(Vec::new());
    for (name, text) in [("one.json", one.as_str()), ("x.json", "{broken"), ("two.json", &two)] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("member");
        zip.write_all(text.as_bytes()).expect("member");
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_cksum();
        tar.append_data(&mut header, name, text.as_bytes()).expect("member");
    }
    zip.finish().expect("zip");
    fs::write(at("all.tar.gz"), gz(&tar.into_inner().expect("tar"))).expect("write");
    for (name, place) in [
        ("a.jsonl", "a.jsonl:3"),
        ("a.jsonl.gz", "a.jsonl.gz:3"),
        ("d", "2024/x.json"),
        ("all.zip", "all.zip!x.json"),
        ("all.tar.gz", "all.tar.gz!x.json"),
    ] {
        let coverage = imported(&[&at(name)], Limits::default()).coverage;
        assert_eq!(coverage.ecosystems[&Ecosystem::Pypi].records, 2, "{name}");
        assert_eq!((coverage.unreadable, coverage.sources[0].unreadable), (1, 1), "{name}");
        assert_eq!(coverage.unreadable_named[0].place, place);
        assert!(coverage.unreadable_named[0].why.contains("line 1"), "{coverage:?}");
    }
}

#[test]
fn broken_archives_and_limits_are_said_and_what_was_read_counts() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.jsonl.gz");
    let lines: String = (0..1000).map(|n| record(&format!("A-{n}"), "") + "\n").collect();
    let whole = gz(lines.as_bytes());
    fs::write(&path, &whole[..whole.len() / 2]).expect("write");
    let coverage = imported(&[&path], Limits::default()).coverage;
    assert!(coverage.unreadable_named[0].why.contains("nothing after it"), "{coverage:?}");
    assert!((1..1000).contains(&coverage.ecosystems[&Ecosystem::Pypi].records));

    fs::write(&path, &whole).expect("write");
    let limits = Limits { unpacked_bytes_max: 1000, ..Limits::default() };
    let coverage = imported(&[&path], limits).coverage;
    assert!(coverage.unreadable_named.iter().any(|row| row.why.contains("unpacked_bytes_max")));

    let long = folder.path().join("b.jsonl");
    fs::write(&long, format!("{}\n{}\n", record("A-1", &" ".repeat(5000)), record("A-2", "")))
        .expect("write");
    let limits = Limits { record_bytes_max: 1000, ..Limits::default() };
    let coverage = imported(&[&long], limits).coverage;
    assert_eq!(coverage.unreadable_named[0].place, "b.jsonl:1");
    assert_eq!(coverage.ecosystems[&Ecosystem::Pypi].records, 1);

    let mut importer = Importer::new(Limits { records_max: 10, ..Limits::default() });
    assert!(matches!(importer.add(&path), Err(SourceError::Full { records_max: 10, .. })));
    assert!(matches!(
        importer.add(folder.path().join("no").as_path()),
        Err(SourceError::Io { .. })
    ));
    fs::write(folder.path().join("a.csv"), "").expect("write");
    assert!(matches!(importer.add(&folder.path().join("a.csv")), Err(SourceError::Kind { .. })));
}

#[test]
fn a_newer_record_replaces_an_older_and_withdrawn_ones_go() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.jsonl");
    let newer =
        record("A-1", r#","withdrawn":"2025-01-01T00:00:00Z""#).replace("2024-01", "2025-01");
    let foreign = r#"{"id":"D-1","affected":[{"package":{"ecosystem":"Debian:11","name":"a"}}]}"#;
    let commits = r#"{"id":"C-1","affected":[{"ranges":[]}]}"#;
    fs::write(&path, format!("{newer}\n{}\n{foreign}\n{commits}\n", record("A-1", "")))
        .expect("write");
    let database = imported(&[&path], Limits::default());
    let coverage = database.coverage();
    assert_eq!((coverage.withdrawn, coverage.repeated, coverage.without_package), (1, 1, 1));
    assert_eq!(coverage.foreign["Debian:11"], 1);
    assert_eq!(
        coverage.newest.map(|at| at.to_string()),
        Some("2025-01-01T00:00:00.000000Z".to_owned())
    );
    assert!(database.about(Ecosystem::Pypi, "a").is_empty());
}

#[test]
fn aliases_join_over_several_steps() {
    let advisory = |id: &str, aliases: &str| {
        osv::parse(record(id, &format!(r#","aliases":[{aliases}]"#)).as_bytes()).expect("record")
    };
    let advisories = [
        advisory("PYSEC-1", r#""CVE-1""#),
        advisory("OTHER", ""),
        advisory("GHSA-2", r#""CVE-2""#),
        advisory("CVE-2", r#""CVE-1""#),
    ];
    assert_eq!(groups(&advisories), [0, 1, 0, 0]);
}
