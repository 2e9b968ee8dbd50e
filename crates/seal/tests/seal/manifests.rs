//! Payloads that are signed and still must not be believed.

use annex_seal::{Limits, Manifest};
use serde_json::{Value, json};

const A: &str = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

fn payload(serialization: &Value, resources: &Value) -> Value {
    use sha2::{Digest as _, Sha256};
    let mut hasher = Sha256::new();
    for resource in resources.as_array().expect("resources") {
        let digest = resource["digest"].as_str().unwrap_or_default().as_bytes();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("hex"), 16);
        hasher.update(digest.chunks(2).map(|pair| byte(pair).unwrap_or(0)).collect::<Vec<_>>());
    }
    let root = annex_isms::Digest::from_bytes(hasher.finalize().into()).hex();
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{ "name": "m", "digest": { "sha256": root } }],
        "predicateType": "https://model_signing/signature/v1.0",
        "predicate": { "serialization": serialization, "resources": resources },
    })
}

type Change = Box<dyn Fn(&mut Value)>;

fn files() -> Value {
    json!({ "method": "files", "hash_type": "sha256", "allow_symlinks": false })
}

fn resource(name: &str) -> Value {
    json!({ "name": name, "algorithm": "sha256", "digest": A })
}

fn refused(payload: &Value) -> String {
    let read = Manifest::parse(payload.to_string().as_bytes(), &Limits::default());
    read.expect_err("refused").to_string()
}

#[test]
fn names_that_lead_elsewhere_or_stand_twice_are_refused() {
    for (names, fault) in [
        (&["../a"][..], "it names \"../a\": it leads out of the folder"),
        (&["/etc/passwd"], "it is an absolute path"),
        (&["a/../../b"], "it leads out of the folder"),
        (&["a//b"], "so that one file would have several names"),
        (&["./a"], "so that one file would have several names"),
        (&["a/"], "so that one file would have several names"),
        (&[""], "it is empty"),
        (&["a\u{0}"], "zero byte"),
        (&["a", "b", "a"], "it lists \"a\" twice"),
        (&["a", "."], "it lists the model itself as a file"),
        (&[], "it lists no file"),
    ] {
        let resources = names.iter().map(|name| resource(name)).collect();
        let error = refused(&payload(&files(), &resources));
        assert!(error.contains(fault), "{names:?}: {error}");
    }
}

#[test]
fn what_a_manifest_leaves_out_is_below_the_folder_and_not_listed() {
    for (path, fault) in [
        ("..", "it leads out of the folder"),
        ("/", "it is an absolute path"),
        (".", "it lists \".\" and leaves it out too"),
        ("a", "it lists \"a/b\" and leaves it out too"),
        ("a/b", "it lists \"a/b\" and leaves it out too"),
    ] {
        let mut serialization = files();
        serialization["ignore_paths"] = json!([".git", path]);
        let error = refused(&payload(&serialization, &json!([resource("a/b"), resource("c")])));
        assert!(error.contains(fault), "{path}: {error}");
    }
    let mut serialization = files();
    serialization["ignore_paths"] = json!(["a"]);
    let read = payload(&serialization, &json!([resource("a.b"), resource("ab")])).to_string();
    assert!(Manifest::parse(read.as_bytes(), &Limits::default()).is_ok());
}

#[test]
fn shards_that_do_not_cover_a_file_once_are_refused() {
    let sharded = |size: Value| json!({ "method": "shards", "hash_type": "sha256", "shard_size": size, "allow_symlinks": false });
    let shards = |names: &[&str]| -> Value {
        let shard =
            |name: &&str| json!({ "name": name, "algorithm": "sha256-sharded-4", "digest": A });
        names.iter().map(shard).collect()
    };
    for (names, fault) in [
        (&["a:0:4", "a:5:8"][..], "leave a gap"),
        (&["a:4:8"], "leave a gap"),
        (&["a:0:4", "a:2:6"], "leave a gap"),
        (&["a:0:3", "a:3:6"], "leave a gap"),
        (&["a:0:8"], "leave a gap"),
        (&["a:0:4", "a:0:4"], "it lists \"a:0:4\" twice"),
        (&["a"], "is not `path:start:end`"),
        (&["a:0"], "is not `path:start:end`"),
        (&["a:b:0:4"], "is not `path:start:end`"),
        (&["a:-0:4"], "is not `path:start:end`"),
        (&["a:0:99999999999999999999"], "is not `path:start:end`"),
        (&["../a:0:4"], "it leads out of the folder"),
    ] {
        let error = refused(&payload(&sharded(json!(4)), &shards(names)));
        assert!(error.contains(fault), "{names:?}: {error}");
    }
    for size in [json!(0), json!(-4), json!(4.5), json!("4"), json!(null)] {
        refused(&payload(&sharded(size), &shards(&["a:0:4"])));
    }
    let other = refused(&payload(&sharded(json!(8)), &shards(&["a:0:4"])));
    assert!(other.contains("is not sha256-sharded-8 in hexadecimal digits"), "{other}");
    // Python writes the size as a fraction.
    let read = payload(&sharded(json!(4.0)), &shards(&["a:0:4", "a:4:5"])).to_string();
    let manifest = Manifest::parse(read.as_bytes(), &Limits::default()).expect("a manifest");
    assert_eq!(manifest.files.values().next().expect("a file").bytes, Some(5));
}

#[test]
fn a_statement_of_another_kind_is_refused_by_name() {
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut statement = payload(&files(), &json!([resource("a")]));
        change(&mut statement);
        refused(&statement)
    };
    let cases: Vec<(&str, Change)> = vec![
        ("its payload is of type \"x\"", Box::new(|s| s["_type"] = json!("x"))),
        ("its predicate is of type \"y\"", Box::new(|s| s["predicateType"] = json!("y"))),
        ("it has 0 subjects", Box::new(|s| s["subject"] = json!([]))),
        (
            "it has 2 subjects",
            Box::new(|s| {
                let subject = s["subject"][0].clone();
                s["subject"] = json!([subject, subject]);
            }),
        ),
        (
            "it is inconsistent",
            Box::new(|s| s["subject"][0]["digest"]["sha256"] = json!("00".repeat(32))),
        ),
        (
            "by the method \"tensors\"",
            Box::new(|s| s["predicate"]["serialization"]["method"] = json!("tensors")),
        ),
        (
            "\"md5\" is no digest algorithm",
            Box::new(|s| s["predicate"]["serialization"]["hash_type"] = json!("md5")),
        ),
        (
            "the digest of \"a\" is not sha256",
            Box::new(|s| s["predicate"]["resources"][0]["algorithm"] = json!("blake3")),
        ),
        (
            "the digest of \"a\" is not sha256",
            Box::new(|s| s["predicate"]["resources"][0]["digest"] = json!("00")),
        ),
        ("not the JSON of a statement", Box::new(|s| s["predicate"] = json!(7))),
    ];
    for (fault, change) in cases {
        let error = changed(&*change);
        assert!(error.contains(fault), "{fault}: {error}");
    }
    let twice = r#"{"_type":"https://in-toto.io/Statement/v1","_type":"x","predicateType":"y"}"#;
    let error = Manifest::parse(twice.as_bytes(), &Limits::default()).expect_err("refused");
    assert!(error.to_string().contains("duplicate field `_type`"), "{error}");
}

#[test]
fn the_older_predicate_is_held_to_the_same() {
    let statement = |subjects: Value| {
        json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": subjects,
            "predicateType": "https://model_signing/Digests/v0.1",
            "predicate": { "unused": "Unused" },
        })
    };
    let subject = |name: &str| json!({ "name": name, "digest": { "sha256": A } });
    assert!(refused(&statement(json!([]))).contains("it lists no file"));
    assert!(refused(&statement(json!([subject("../a")]))).contains("leads out of the folder"));
    let twice = refused(&statement(json!([subject("a"), subject("a")])));
    assert!(twice.contains("it lists \"a\" twice"), "{twice}");
}
