//! `annex models digest`, `sign` and `verify`.

use std::fs;
use std::path::Path;

use crate::desk::{Desk, Run, files_below, rows};

/// A desk with the model, keys and bundles that `model_signing` made, in `data`.
fn desk() -> Desk {
    let desk = Desk::new();
    let data = Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"))
        .join("../seal/tests/data");
    for (name, bytes) in files_below(&data) {
        desk.write(Path::new("data").join(name), bytes);
    }
    desk
}

const SIGN: [&str; 7] =
    ["models", "sign", "data/model", "--key", "data/keys/p256.pem", "-o", "data/model/model.sig"];
const VERIFY: [&str; 7] = [
    "models",
    "verify",
    "data/model",
    "--signature",
    "data/model/model.sig",
    "--key",
    "data/keys/p256.pub",
];

#[test]
fn what_model_signing_signed_is_verified_with_what_is_known_of_the_signer() {
    let desk = desk();
    let verify = |bundle: &str, more: &[&str]| {
        let signature = format!("data/bundles/{bundle}.sig");
        let verify = ["models", "verify", "data/model", "--signature", &signature];
        desk.json(&[&verify, more].concat())
    };
    let key = verify("p384", &["--key", "data/keys/p384.pub"]);
    assert_eq!((&key["verdict"], &key["files"]), (&"verified".into(), &4.into()), "{key}");
    assert_eq!(key["signer"]["curve"], "P-384");
    assert!(key["signed_at"].is_null() && key["at"].is_string(), "{key}");
    let roots = ["--roots", "data/keys/usual-roots.crt"];
    let certificate = verify("certificate-usual", &roots);
    assert_eq!(certificate["signer"]["subject"], "CN=usual signer,O=Annex tests");
    assert_eq!(certificate["signer"]["names"][0], "email:release@tests.annex.invalid");

    let digest = desk.json(&["models", "digest", "data/model"]);
    assert_eq!(digest["digest"], key["model"]["digest"]);
    assert_eq!(rows(&digest, "files").len(), 4);
}

#[test]
fn a_model_that_was_signed_is_verified_until_something_changes() {
    let desk = desk();
    desk.write("data/model/.git/HEAD", "ref: refs/heads/main\n");
    let out = desk.annex(&SIGN).done().out;
    assert!(out.contains("signed: 4 files, 97 bytes"), "{out}");
    assert!(out.contains(".git: it belongs to git, with all in it"), "{out}");
    let out = desk.annex(&VERIFY).done().out;
    assert!(out.contains("verified: every file is as it was signed; 4 files, 97 bytes"), "{out}");
    assert!(out.contains("model.sig: it is the signature"), "{out}");
    assert!(out.contains("at an unknown time"), "{out}");

    desk.write("data/model/config.json", "{}");
    desk.write("data/model/extra.py", "");
    fs::remove_file(desk.path("data/model/weights.bin")).expect("removed");
    let run = desk.annex(&[&VERIFY[..], &["--format", "json"]].concat()).code(1);
    let document: serde_json::Value = serde_json::from_slice(&run.bytes).expect("JSON");
    let kinds: Vec<_> = rows(&document, "findings")
        .iter()
        .map(|finding| format!("{} {}", finding["kind"], finding["path"]).replace('"', ""))
        .collect();
    assert_eq!(kinds, ["changed config.json", "extra extra.py", "missing weights.bin"]);
    assert_eq!(document["verdict"], "refused");
    assert_eq!(document["signature"]["holds"], true);

    // Left out by whoever verifies, and told.
    let left_out = [&VERIFY[..], &["--ignore", "extra.py"]].concat();
    assert!(desk.annex(&left_out).code(1).out.contains("extra.py: as asked"));
}

#[test]
fn a_signature_that_does_not_hold_and_input_that_is_none_are_told_apart() {
    let desk = desk();
    let verify = |bundle: &str, more: &[&str]| {
        let signature = format!("data/{bundle}");
        let verify = ["models", "verify", "data/model", "--signature", &signature];
        desk.annex(&[&verify, more].concat())
    };
    let key = ["--key", "data/keys/p256.pub"];
    let run = verify("bundles/p384.sig", &key).code(1);
    assert!(run.out.contains("refused: the signature does not hold: it was made with the key"));
    assert!(run.out.contains("the files were not compared"), "{}", run.out);
    let roots = ["--roots", "data/keys/rsa-root-roots.crt"];
    let run = verify("bundles/certificate-usual.sig", &roots).code(1);
    assert!(run.out.contains("lead to none of the given roots"), "{}", run.out);

    desk.write(
        "data/keyless.sig",
        r#"{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": null,
            "verificationMaterial": {"certificate": {"rawBytes": ""}}}"#,
    );
    for (bundle, more, words) in [
        ("keyless.sig", key, "(keyless)"),
        ("model/config.json", key, "not the JSON of a Sigstore bundle"),
        ("nothing.sig", key, "cannot read data/nothing.sig"),
        ("bundles/certificate-usual.sig", key, "give the roots"),
        ("bundles/p256.sig", roots, "give the public key"),
        ("bundles/p256.sig", ["--key", "data/keys/p256.pem"], "it is a private key"),
        ("bundles/p256.sig", ["--roots", "data/keys/p256.pub"], "no PEM block `CERTIFICATE`"),
    ] {
        let run = verify(bundle, &more).code(2);
        assert!(run.err.contains(words), "{bundle}: {}", run.err);
    }
    verify("bundles/p256.sig", &[]).code(2);
}

#[test]
fn a_private_key_comes_from_a_file_or_the_environment_and_is_never_shown() {
    let desk = desk();
    let sign = ["models", "sign", "data/model", "-o", "a.sig"];
    let missing = desk.refused(&sign);
    assert!(missing.contains("--key FILE") && missing.contains("ANNEX_MODEL_KEY"), "{missing}");
    let pem = fs::read_to_string(desk.path("data/keys/p256.pem")).expect("a key");
    let encrypted = fs::read_to_string(desk.path("data/keys/forms/encrypted.pem")).expect("a key");
    let from_environment = Run::of(desk.prepared(&sign).env("ANNEX_MODEL_KEY", &pem)).done();
    let with_password = Run::of(
        desk.prepared(&sign)
            .env("ANNEX_MODEL_KEY", &encrypted)
            .env("ANNEX_MODEL_KEY_PASSWORD", "annex"),
    )
    .done();
    let secret = desk.write("secret", "annex\n");
    let form = |name: &str| desk.path(format!("data/keys/forms/{name}.pem")).display().to_string();
    let with =
        |key: &str, more: &[&str]| desk.annex(&[&sign[..], &["--key", &form(key)], more].concat());
    let password = ["--password-file", &secret.display().to_string()];
    let with_file = with("encrypted", &password).done();
    let refused = [
        with("encrypted", &[]).code(2),
        with("encrypted-old", &password).code(2),
        with("rsa", &[]).code(2),
        with("other-curve", &[]).code(2),
        Run::of(desk.prepared(&sign).env("ANNEX_MODEL_KEY", pem.replace('M', "N"))).code(2),
    ];
    let lines: Vec<&str> =
        pem.lines().chain(encrypted.lines()).filter(|line| line.len() > 40).collect();
    for run in [from_environment, with_password, with_file].iter().chain(&refused) {
        for line in &lines {
            assert!(!run.out.contains(line) && !run.err.contains(line), "{}", run.err);
        }
    }
    assert!(refused[0].err.contains("no password was given"), "{}", refused[0].err);
}

#[test]
fn nothing_is_signed_or_written_that_must_not_be() {
    let desk = desk();
    desk.write("data/model/release.pem", fs::read(desk.path("data/keys/p256.pem")).expect("a key"));
    let mut inside = SIGN;
    inside[4] = "data/model/release.pem";
    let refused = desk.refused(&inside);
    assert!(refused.contains("lies in the model"), "{refused}");
    fs::remove_file(desk.path("data/model/release.pem")).expect("removed");

    let mut over = SIGN;
    over[6] = "data/model/weights.bin";
    let refused = desk.refused(&over);
    assert!(refused.contains("exists and is no signature"), "{refused}");
    desk.annex(&SIGN).done();
    desk.annex(&SIGN).done();

    let mut other = SIGN.to_vec();
    other.extend(["--certificate", "data/keys/usual.crt"]);
    let refused = desk.refused(&other);
    assert!(refused.contains("the certificate is of the key sha256:"), "{refused}");
    let refused = desk.refused(&["models", "digest", "data/nothing"]);
    assert!(refused.contains("there is nothing at data/nothing"), "{refused}");

    #[cfg(unix)]
    {
        let link = desk.path("data/model/link");
        std::os::unix::fs::symlink("config.json", link).expect("a link");
        fs::remove_file(desk.path("data/model/model.sig")).expect("removed");
        let run = desk.annex(&SIGN).code(2);
        assert!(run.out.contains("link: links are not followed"), "{}", run.out);
        assert!(!desk.path("data/model/model.sig").exists());
        assert_eq!(desk.annex(&["models", "digest", "data/model"]).code, Some(3));
        desk.annex(&[&SIGN[..], &["--follow-links"]].concat()).done();
        desk.annex(&[&VERIFY[..], &["--follow-links"]].concat()).done();
        assert!(desk.annex(&VERIFY).code(1).out.contains("link: links are not followed"));
    }
}

#[test]
fn the_examples_of_signing_are_understood() {
    let desk = Desk::new();
    for command in ["digest", "sign", "verify"] {
        let help = desk.annex(&["models", command, "--help"]).done().out;
        let examples =
            help.split_once("Examples:").map(|(_, examples)| examples).expect("examples");
        let mut shown = 0;
        for line in examples.replace("\\\n", " ").lines() {
            let Some(line) = line.trim().strip_prefix("annex ") else { continue };
            let line = line.split(" | ").next().unwrap_or(line);
            let run = desk.shell(&format!("annex --color=never {line} --no-such-argument"));
            let complaint = run.err.lines().next().unwrap_or_default();
            assert_eq!(
                complaint, "error: unexpected argument '--no-such-argument' found",
                "{line}"
            );
            shown += 1;
        }
        assert!(shown > 1, "{help}");
    }
}
