//! How digests, signatures and findings are shown.

use std::path::Path;

use annex_isms::{Digest, Instant};
use annex_report::{Cell, Table, Tone};
use annex_seal::{
    Because, Comparison, Credentials, FileDigests, Finding, Identity, LeftOut, Manifest, Measured,
    Method, Opened, PublicKey, Signed, Signer, Untrusted, is_incomplete,
};
use serde_json::{Value, json};

use crate::registers::plain_table;

/// The same for machines and for people.
pub(crate) struct Shown {
    pub(crate) document: Value,
    pub(crate) table: Table,
}

pub(crate) fn digests(measured: &Measured, method: Method) -> Shown {
    let columns = [("path", "File"), ("bytes", "Bytes"), ("digests", "Digest")];
    let mut table = plain_table("digests of a model", "there is no file", &columns);
    let mut row = |path: &str, bytes: Option<u64>, digests| {
        table.rows.push(vec![
            Cell::text(path),
            bytes.map_or_else(|| Cell::text(""), Cell::number),
            digests,
        ]);
    };
    for (name, file) in &measured.files {
        row(name.as_str(), file.bytes, Cell::list(digest_texts(file, method)));
    }
    for finding in &measured.findings {
        let words = format!("{}: {}", finding.kind.as_str(), finding.detail);
        row(&finding.path, None, Cell::text(words).toned(Tone::Open));
    }
    let digest =
        (measured.findings.is_empty() && !measured.files.is_empty()).then(|| measured.root());
    if let Some(digest) = digest {
        row("(the model)", Some(measured.bytes), Cell::text(digest.to_string()));
    }
    for left_out in &measured.left_out {
        row(left_out.name.as_str(), None, Cell::text(format!("left out: {}", because(left_out))));
    }
    let files = measured.files.iter().map(|(name, file)| {
        let digests = digest_texts(file, method);
        json!({ "path": name.as_str(), "bytes": file.bytes, "digests": digests })
    });
    let document = json!({
        "digest": digest,
        "method": method_document(method),
        "files": files.collect::<Vec<_>>(),
        "bytes": measured.bytes,
        "left_out": left_out_documents(&measured.left_out),
        "findings": finding_documents(&measured.findings),
    });
    Shown { document, table }
}

pub(crate) fn signed(
    signed: &Signed,
    credentials: &Credentials,
    output: &Path,
    at: Instant,
) -> Shown {
    let (key, subject) = (credentials.public_key(), credentials.subject());
    let (files, output) = (signed.manifest.files.len(), output.display().to_string());
    let mut facts = Facts::new("a signed model");
    facts.add("verdict", &format!("signed: {}", counts(files, signed.bytes)), Tone::Good);
    facts.add("signature", &output, Tone::Plain);
    facts.key(&key);
    if let Some(subject) = &subject {
        facts.add("signer", subject, Tone::Plain);
    }
    facts.model(&signed.manifest);
    facts.left_out(&signed.left_out);
    let document = json!({
        "verdict": "signed",
        "at": at,
        "signature": { "file": output, "digest": Digest::of(&signed.bundle) },
        "signer": { "key": key.digest(), "curve": key.curve().as_str(), "subject": subject },
        "model": model_document(&signed.manifest),
        "files": files,
        "bytes": signed.bytes,
        "left_out": left_out_documents(&signed.left_out),
    });
    Shown { document, table: facts.0 }
}

pub(crate) fn unsignable(findings: &[Finding]) -> Shown {
    let mut facts = Facts::new("a model that cannot be signed");
    let words = "not signed: a signature cannot hold what follows; nothing was written";
    facts.add("verdict", words, Tone::Bad);
    facts.findings(findings);
    let document = json!({ "verdict": "not-signed", "findings": finding_documents(findings) });
    Shown { document, table: facts.0 }
}

/// The signature does not hold: nothing that it says is worth comparing.
pub(crate) fn untrusted(fault: &Untrusted, bundle: Digest, at: Instant) -> Shown {
    let mut facts = Facts::new("a signature");
    let words = format!("refused: the signature does not hold: {fault}");
    facts.add("verdict", &words, Tone::Bad);
    facts.add("note", "the files were not compared", Tone::Plain);
    let document = json!({
        "verdict": "refused",
        "at": at,
        "signature": { "digest": bundle, "holds": false, "reason": fault.to_string() },
    });
    Shown { document, table: facts.0 }
}

pub(crate) fn verified(
    opened: &Opened,
    compared: &Comparison,
    bundle: Digest,
    at: Instant,
) -> Shown {
    let findings = &compared.findings;
    let (verdict, words, tone) = if is_incomplete(findings) {
        ("incomplete", "not all could be read", Tone::Open)
    } else if findings.is_empty() {
        ("verified", "every file is as it was signed", Tone::Good)
    } else {
        ("refused", "the signature holds, and the files are not those that were signed", Tone::Bad)
    };
    let seen = counts(compared.files, compared.bytes);
    let mut facts = Facts::new("a signed model");
    facts.add("verdict", &format!("{verdict}: {words}; {seen}"), tone);
    let signer = match &opened.signer {
        Signer::Key(key) => facts.key(key),
        Signer::Certificate(identity) => facts.identity(identity),
    };
    facts.add("signed", "at an unknown time: nothing in the signature proves one", Tone::Plain);
    facts.model(&opened.manifest);
    facts.findings(findings);
    facts.left_out(&compared.left_out);
    for note in &opened.notes {
        facts.add("note", note, Tone::Plain);
    }
    let document = json!({
        "verdict": verdict,
        "at": at,
        "signature": { "digest": bundle, "holds": true },
        "signer": signer,
        "signed_at": null,
        "model": model_document(&opened.manifest),
        "files": compared.files,
        "bytes": compared.bytes,
        "findings": finding_documents(findings),
        "left_out": left_out_documents(&compared.left_out),
        "notes": opened.notes,
    });
    Shown { document, table: facts.0 }
}

/// A table of facts, one a row.
struct Facts(Table);

impl Facts {
    fn new(title: &str) -> Self {
        Self(plain_table(title, "", &[("what", "What"), ("value", "Value")]))
    }

    fn add(&mut self, what: &str, value: &str, tone: Tone) {
        self.0.rows.push(vec![Cell::text(what).toned(tone), Cell::text(value)]);
    }

    fn key(&mut self, key: &PublicKey) -> Value {
        let (digest, curve) = (key.digest(), key.curve().as_str());
        self.add("key", &format!("{digest}, {curve}"), Tone::Plain);
        json!({ "method": "key", "key": digest, "curve": curve })
    }

    fn identity(&mut self, identity: &Identity) -> Value {
        let names = [std::slice::from_ref(&identity.subject), identity.names.as_slice()].concat();
        self.add("signer", &names.join(", "), Tone::Plain);
        self.add("issuer", &format!("{}, below {}", identity.issuer, identity.root), Tone::Plain);
        self.add("certificate", &identity.certificate.to_string(), Tone::Plain);
        let period = format!("{} to {}", identity.not_before, identity.not_after);
        self.add("valid", &period, Tone::Plain);
        self.add("key", &identity.key.to_string(), Tone::Plain);
        json!({
            "method": "certificate",
            "key": identity.key,
            "subject": identity.subject,
            "names": identity.names,
            "issuer": identity.issuer,
            "root": identity.root,
            "serial": identity.serial,
            "certificate": identity.certificate,
            "not_before": identity.not_before,
            "not_after": identity.not_after,
        })
    }

    fn model(&mut self, manifest: &Manifest) {
        let (root, algorithm) = (manifest.root(), manifest.method.algorithm);
        let of = match manifest.method.shard_bytes {
            None => "whole files".to_owned(),
            Some(bytes) => format!("shards of {bytes} bytes"),
        };
        self.add("model", &manifest.model, Tone::Plain);
        self.add("digest", &format!("{root}, over the {algorithm} of {of}"), Tone::Plain);
    }

    fn findings(&mut self, findings: &[Finding]) {
        for finding in findings {
            let words = format!("{}: {}", finding.path, finding.detail);
            self.add(finding.kind.as_str(), &words, Tone::Bad);
        }
    }

    fn left_out(&mut self, left_out: &[LeftOut]) {
        for left_out in left_out {
            let words = format!("{}: {}", left_out.name, because(left_out));
            self.add("left out", &words, Tone::Open);
        }
    }
}

fn counts(files: usize, bytes: u64) -> String {
    format!("{files} files, {bytes} bytes")
}

fn digest_texts(file: &FileDigests, method: Method) -> Vec<String> {
    file.digests.iter().map(|digest| format!("{}:{}", method.algorithm, digest.hex())).collect()
}

fn because(left_out: &LeftOut) -> String {
    let why = match left_out.because {
        Because::Git => "it belongs to git",
        Because::Signature => "it is the signature",
        Because::Manifest => "the signature says so",
        Because::Argument => "as asked",
    };
    let all = if left_out.folder { ", with all in it" } else { "" };
    format!("{why}{all}")
}

fn method_document(method: Method) -> Value {
    json!({
        "serialization": method.as_str(),
        "hash": method.algorithm.as_str(),
        "shard_bytes": method.shard_bytes,
    })
}

fn model_document(manifest: &Manifest) -> Value {
    let digest: Digest = manifest.root();
    json!({
        "name": manifest.model,
        "digest": digest,
        "method": method_document(manifest.method),
        "files": manifest.files.len(),
    })
}

fn left_out_documents(left_out: &[LeftOut]) -> Vec<Value> {
    let document = |left_out: &LeftOut| {
        json!({
            "path": left_out.name.as_str(),
            "because": left_out.because.as_str(),
            "folder": left_out.folder,
        })
    };
    left_out.iter().map(document).collect()
}

fn finding_documents(findings: &[Finding]) -> Vec<Value> {
    let document = |finding: &Finding| json!({ "path": finding.path, "kind": finding.kind.as_str(), "detail": finding.detail });
    findings.iter().map(document).collect()
}
