//! Signing: every file of a folder into a manifest, the manifest into a statement, one signature
//! over its bytes, and all of it into a bundle that `model_signing` verifies.
//!
//! Whatever in the folder cannot stand in a manifest stops it: a signature that passes over a
//! file in silence would be read as one over the whole model.

use std::path::Path;

use crate::bundle::{Material, signed_bytes};
use crate::finding::{Finding, FindingKind};
use crate::{
    Bundle, Certificate, CertificateFault, LeftOut, Limits, Manifest, Method, PrivateKey, Progress,
    PublicKey, Scope, SealError, measure,
};

/// What a model is signed with.
#[derive(Debug)]
pub struct Credentials {
    key: PrivateKey,
    /// That of the signer first; empty when there is only a key.
    chain: Vec<Certificate>,
}

/// A signed model.
#[derive(Debug)]
pub struct Signed {
    /// The bytes of the bundle.
    pub bundle: Vec<u8>,
    /// What was signed.
    pub manifest: Manifest,
    /// What was left out.
    pub left_out: Vec<LeftOut>,
    /// The sizes of all files together.
    pub bytes: u64,
}

impl Credentials {
    /// A key alone.
    pub const fn key(key: PrivateKey) -> Self {
        Self { key, chain: Vec::new() }
    }

    /// A key with its certificate, and the certificates between that and a root.
    ///
    /// # Errors
    ///
    /// When the certificate is of another key, or must not sign.
    pub fn certificate(
        key: PrivateKey,
        certificate: Certificate,
        others: Vec<Certificate>,
        limits: &Limits,
    ) -> Result<Self, CertificateFault> {
        let (of_certificate, of_key) = (certificate.public_key()?, key.public_key());
        if of_certificate != of_key {
            let (certificate, key) = (of_certificate.digest(), of_key.digest());
            return Err(CertificateFault::OtherKey { certificate, key });
        }
        if !certificate.may_sign() {
            return Err(CertificateFault::Usage);
        }
        if others.len() >= limits.chain_certificates_max {
            return Err(CertificateFault::Many(limits.chain_certificates_max));
        }
        Ok(Self { key, chain: std::iter::once(certificate).chain(others).collect() })
    }

    /// The public half of the key.
    pub fn public_key(&self) -> PublicKey {
        self.key.public_key()
    }

    /// The subject of the certificate.
    pub fn subject(&self) -> Option<String> {
        self.chain.first().map(Certificate::subject)
    }
}

/// Signs a folder, or one file. `random` gives 32 secret random bytes at a time.
///
/// # Errors
///
/// When something in the folder cannot be signed; then all of that is told.
pub fn sign(
    root: &Path,
    method: Method,
    scope: &Scope,
    credentials: &Credentials,
    random: &dyn Fn() -> [u8; 32],
    limits: &Limits,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Signed, SealError> {
    let mut measured = measure(root, method, scope, limits, progress)?;
    if method.shard_bytes.is_some() {
        let bad = measured.files.keys().filter(|name| name.as_str().contains(':'));
        measured.findings.extend(bad.map(|name| {
            let detail = "a manifest of shards cannot hold a name with a colon";
            Finding::new(name.to_string(), FindingKind::Name, detail)
        }));
    }
    if !measured.findings.is_empty() {
        return Err(SealError::Unsignable { findings: measured.findings });
    }
    if measured.files.is_empty() {
        return Err(SealError::NoFiles { path: root.to_owned() });
    }
    let manifest = Manifest {
        model: model_name(root),
        method,
        follows_links: scope.follows_links,
        ignored: scope.left_out().cloned().collect(),
        files: measured.files,
    };
    let payload = manifest.to_payload();
    let signature = credentials.key.sign(&signed_bytes(&payload), random);
    let bundle = Bundle {
        material: if credentials.chain.is_empty() {
            Material::Key { hint: Some(credentials.public_key().digest().hex()) }
        } else {
            let der = |certificate: &Certificate| certificate.der().to_vec();
            Material::Certificates(credentials.chain.iter().map(der).collect())
        },
        payload,
        signature: signature.ok_or(SealError::Signing)?,
        has_log_entries: false,
    };
    let (left_out, bytes) = (measured.left_out, measured.bytes);
    Ok(Signed { bundle: bundle.to_json(), manifest, left_out, bytes })
}

/// The last part of the path, which says nothing about the content.
fn model_name(root: &Path) -> String {
    let real = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    real.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
