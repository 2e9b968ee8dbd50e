//! Verifying: first who signed, then what was signed, then whether the files are still that.
//!
//! ```text
//!  bundle ─ open ─▶ manifest, signer ─ compare ─▶ findings
//!            ▲                           ▲
//!        key or roots                the folder, measured
//! ```
//!
//! The manifest of a bundle is not even read before its signature holds.

use std::collections::BTreeMap;
use std::path::Path;

use annex_isms::{Digest, Instant};
use sha2::{Digest as _, Sha256};

use crate::bundle::{Material, shortened, signed_bytes, signed_bytes_before_1};
use crate::certificate::chain;
use crate::finding::{Finding, FindingKind};
use crate::folder::unread;
use crate::manifest::{first_in, shards};
use crate::{
    Because, Bundle, CertificateFault, FileDigests, FileName, Identity, LeftOut, Limits, Manifest,
    Method, Progress, PublicKey, Roots, Scope, SealError, measure,
};

/// What a signature is verified with. Nothing of it comes from the bundle.
#[derive(Debug, Clone, Copy)]
pub enum Trust<'a> {
    /// The public key of whoever should have signed.
    Key(&'a PublicKey),
    /// The roots that the signer's certificate must lead to.
    Roots(&'a Roots),
}

/// Who signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    /// Whoever has the private half of this key.
    Key(PublicKey),
    /// Whom a certificate speaks of.
    Certificate(Box<Identity>),
}

/// A bundle whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// What was signed.
    pub manifest: Manifest,
    /// Who signed.
    pub signer: Signer,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// Why a signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// It was made with another key.
    #[error("it was made with the key {made_with:?}, not with {expected}")]
    OtherKey {
        /// The key that the bundle names.
        made_with: String,
        /// The key that was given.
        expected: Digest,
    },
    /// It is not a signature over this payload.
    #[error("it is not one by the key {0} over this payload")]
    Signature(Digest),
    /// Its certificate cannot be trusted.
    #[error(transparent)]
    Certificate(#[from] CertificateFault),
}

/// A folder beside what was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Everything that differs; nothing is a model as it was signed.
    pub findings: Vec<Finding>,
    /// What was left out.
    pub left_out: Vec<LeftOut>,
    /// How many files were digested.
    pub files: usize,
    /// Their sizes together.
    pub bytes: u64,
}

/// Verifies the signature of a bundle, and only then reads what it signs. `now` only serves to
/// say whether a certificate has ended since.
///
/// # Errors
///
/// When the signature does not hold, or holds for something that is no manifest.
pub fn open(
    bundle: &Bundle,
    trust: Trust<'_>,
    now: Instant,
    limits: &Limits,
) -> Result<Opened, SealError> {
    let mut notes = Vec::new();
    let mut note = |text: &str| notes.push(text.to_owned());
    let (signer, key) = match (&bundle.material, trust) {
        (Material::Key { hint }, Trust::Key(key)) => {
            named(hint.as_deref(), key)?;
            if hint.is_none() {
                note("the bundle does not name its key, as those of before 1.0");
            }
            (Signer::Key(key.clone()), key.clone())
        }
        (Material::Certificates(chain), Trust::Roots(roots)) => {
            let (identity, key) = chain::follow(chain, roots).map_err(Untrusted::from)?;
            note(
                "validity was judged at the beginning of the signer's certificate: nothing proves \
                 when it was signed",
            );
            if identity.not_after < now {
                note(&format!("the signer's certificate ended at {}", identity.not_after));
            }
            (Signer::Certificate(Box::new(identity)), key)
        }
        (Material::Certificates(_), Trust::Key(_)) => return Err(SealError::NeedsRoots),
        (Material::Key { .. }, Trust::Roots(_)) => return Err(SealError::NeedsKey),
    };
    if !key.verifies(&signed_bytes(&bundle.payload), &bundle.signature) {
        // Back then the digest was SHA-256 for every curve.
        let digest = Sha256::digest(signed_bytes_before_1(&bundle.payload));
        if !key.verifies_digest(&digest, &bundle.signature) {
            return Err(Untrusted::Signature(key.digest()).into());
        }
        note("it was signed in the form of before 1.0");
    }
    if bundle.has_log_entries {
        note("its log entries and time stamps were not verified");
    }
    Ok(Opened { manifest: Manifest::parse(&bundle.payload, limits)?, signer, notes })
}

/// Whether the bundle names another key.
fn named(hint: Option<&str>, key: &PublicKey) -> Result<(), Untrusted> {
    let expected = key.digest();
    match hint {
        Some(hint) if hint != expected.hex() => {
            let digest = format!("sha256:{hint}").parse::<Digest>();
            let made_with = digest.map_or_else(|_| shortened(hint), |digest| digest.to_string());
            Err(Untrusted::OtherKey { made_with, expected })
        }
        _ => Ok(()),
    }
}

/// Compares a folder with what was signed. All files are digested, and all that differ are told.
///
/// # Errors
///
/// When the folder itself cannot be read. What cannot be read in it is a finding.
pub fn compare(
    root: &Path,
    manifest: &Manifest,
    mut scope: Scope,
    limits: &Limits,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Comparison, SealError> {
    for name in &manifest.ignored {
        scope.leave_out(name.clone(), Because::Manifest);
    }
    // Git's own files are left out because few sign them; here someone did.
    scope.retain(|name, because| {
        because != Because::Git || first_in(&manifest.files, name).is_none()
    });
    let measured = measure(root, manifest.method, &scope, limits, progress)?;
    let mut findings = measured.findings;
    let mut extra = measured.files.clone();
    let mut missing = Vec::new();
    for (name, signed) in &manifest.files {
        match extra.remove(name) {
            Some(found) => findings.extend(changed(name, signed, &found, manifest.method)),
            None => missing.push((name, signed)),
        }
    }
    // What could not be read, or is something else now, is not missing besides.
    let told: BTreeMap<String, FindingKind> =
        findings.iter().map(|finding| (finding.path.clone(), finding.kind)).collect();
    missing.retain(|(name, _)| !told.contains_key(name.as_str()));
    let mut by_content: BTreeMap<Vec<_>, FileName> =
        extra.iter().map(|(name, file)| (file.digests.clone(), name.clone())).collect();
    for (name, signed) in missing {
        if let Some(because) = scope.because(name) {
            let detail = format!("it was signed, and is left out ({})", because.as_str());
            findings.push(Finding::new(name.to_string(), FindingKind::LeftOut, detail));
        } else if below_unreadable(name, &told) {
            findings.push(unread(name.to_string(), "its folder could not be read"));
        } else if let Some(now) = by_content.remove(&signed.digests) {
            extra.remove(&now);
            let detail = format!("it is called {:?} now", now.as_str());
            findings.push(Finding::new(name.to_string(), FindingKind::Renamed, detail));
        } else {
            let detail = "it was signed and is not there";
            findings.push(Finding::new(name.to_string(), FindingKind::Missing, detail));
        }
    }
    findings.extend(
        extra
            .keys()
            .map(|name| Finding::new(name.to_string(), FindingKind::Extra, "it was not signed")),
    );
    findings.sort_by(|a, b| a.path.cmp(&b.path));
    let (left_out, files, bytes) = (measured.left_out, measured.files.len(), measured.bytes);
    Ok(Comparison { findings, left_out, files, bytes })
}

fn below_unreadable(name: &FileName, told: &BTreeMap<String, FindingKind>) -> bool {
    let unreadable = Some(&FindingKind::Unreadable);
    told.get(".") == unreadable || name.with_folders().any(|f| told.get(f.as_str()) == unreadable)
}

fn changed(
    name: &FileName,
    signed: &FileDigests,
    found: &FileDigests,
    method: Method,
) -> Option<Finding> {
    if signed.digests == found.digests {
        return None;
    }
    let detail = match (method.shard_bytes, signed.bytes, found.bytes) {
        (Some(_), Some(signed), Some(found)) if signed != found => {
            format!("it had {signed} bytes when it was signed and has {found} now")
        }
        (Some(size), Some(bytes), _) => {
            let pairs = signed.digests.iter().zip(&found.digests);
            let differ = shards(bytes, size).zip(pairs).filter(|(_, (a, b))| a != b);
            let (mut count, mut first) = (0, (0, 0));
            for (bounds, _) in differ {
                first = if count == 0 { bounds } else { first };
                count += 1;
            }
            format!("{count} shards differ, the first at bytes {} to {}", first.0, first.1)
        }
        _ => match (signed.digests.as_slice(), found.digests.as_slice()) {
            ([signed], [found]) => {
                let algorithm = method.algorithm;
                format!("signed {algorithm}:{}, found {algorithm}:{}", signed.hex(), found.hex())
            }
            _ => "its content differs".to_owned(),
        },
    };
    Some(Finding::new(name.to_string(), FindingKind::Changed, detail))
}
