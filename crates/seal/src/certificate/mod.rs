//! Certificates: who a signer is, and what a certificate may be used for.
//!
//! [`chain`] follows a signer's certificate to a root.

pub(crate) mod chain;

mod algorithms;

use std::fmt;

use annex_isms::{Digest, Instant};
use x509_cert::Certificate as X509;
use x509_cert::der::oid::{AssociatedOid, ObjectIdentifier};
use x509_cert::der::{Decode, Document, Encode as _};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    BasicConstraints, CertificatePolicies, ExtendedKeyUsage, KeyUsage, NameConstraints,
    SubjectAltName,
};
use x509_cert::time::Time;

use crate::key::blocks;
use crate::{KeyFault, Limits, PublicKey};

/// Extended key usage: signing of code.
const CODE_SIGNING: &str = "1.3.6.1.5.5.7.3.3";

/// The critical extensions that a root may have: each is heeded, here or by `webpki`, or says how a
/// certificate came to be.
const KNOWN_IN_ROOTS: [ObjectIdentifier; 6] = [
    BasicConstraints::OID,
    KeyUsage::OID,
    ExtendedKeyUsage::OID,
    SubjectAltName::OID,
    NameConstraints::OID,
    CertificatePolicies::OID,
];

/// A certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    x509: Box<X509>,
}

/// Who a certificate speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its subject, as RFC 4514 writes names.
    pub subject: String,
    /// Its issuer.
    pub issuer: String,
    /// Other names of the subject: mail, host, address on the web.
    pub names: Vec<String>,
    /// Its serial number, in hexadecimal digits.
    pub serial: String,
    /// When it begins to hold.
    pub not_before: Instant,
    /// When it ends.
    pub not_after: Instant,
    /// The SHA-256 of the certificate.
    pub certificate: Digest,
    /// The digest of its key, as keys are named.
    pub key: Digest,
    /// The subject of the root that it leads to.
    pub root: String,
}

/// The certificates that someone trusts, given by who verifies.
#[derive(Debug, Clone, Default)]
pub struct Roots {
    certificates: Vec<Certificate>,
}

/// Why a certificate, or a chain of them, cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// There is no PEM of a certificate.
    #[error("there is no PEM block `CERTIFICATE`")]
    None,
    /// There are more than are read.
    #[error("there are more than {0} certificates (roots_max)")]
    Many(usize),
    /// It is damaged.
    #[error("a certificate is damaged: {0}")]
    Damaged(String),
    /// Its key is of a kind that nobody signs models with.
    #[error("the key of the signer's certificate cannot be used: {0}")]
    Key(#[from] KeyFault),
    /// The private key is not the one of the certificate.
    #[error("the certificate is of the key {certificate}, the private key is {key}")]
    OtherKey {
        /// The key of the certificate.
        certificate: Digest,
        /// The public half of the private key.
        key: Digest,
    },
    /// It must not sign.
    #[error(
        "the signer's certificate must allow digital signatures (key usage) or code signing \
         (extended key usage)"
    )]
    Usage,
    /// It does not lead to a root.
    #[error("{fault}{unfit}")]
    Chain {
        /// What is wrong.
        fault: String,
        /// Which certificates were left aside, and why.
        unfit: String,
    },
}

impl Certificate {
    /// Reads every certificate of a PEM file. Text around them is passed over.
    ///
    /// # Errors
    ///
    /// When there is none, or one is damaged.
    pub fn parse(pem: &str) -> Result<Vec<Self>, CertificateFault> {
        let all: Result<Vec<_>, _> = blocks(pem, "CERTIFICATE")
            .map(|block| {
                let (_, der) = Document::from_pem(block).map_err(damaged)?;
                Self::from_der(der.as_bytes())
            })
            .collect();
        match all {
            Ok(all) if all.is_empty() => Err(CertificateFault::None),
            all => all,
        }
    }

    pub(crate) fn from_der(der: &[u8]) -> Result<Self, CertificateFault> {
        X509::from_der(der)
            .map(|x509| Self { der: der.to_vec(), x509: Box::new(x509) })
            .map_err(damaged)
    }

    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }

    pub(crate) fn subject(&self) -> String {
        self.x509.tbs_certificate.subject.to_string()
    }

    pub(crate) fn public_key(&self) -> Result<PublicKey, CertificateFault> {
        let der = self.x509.tbs_certificate.subject_public_key_info.to_der().map_err(damaged)?;
        Ok(PublicKey::from_der(&der)?)
    }

    /// Whether subject and issuer are the same, as in every root.
    pub(crate) fn is_self_issued(&self) -> bool {
        self.x509.tbs_certificate.subject == self.x509.tbs_certificate.issuer
    }

    pub(crate) fn not_before(&self) -> u64 {
        seconds(self.x509.tbs_certificate.validity.not_before)
    }

    pub(crate) fn not_after(&self) -> u64 {
        seconds(self.x509.tbs_certificate.validity.not_after)
    }

    /// Why it cannot be a root at an instant (seconds since 1970).
    pub(crate) fn unfit_as_root(&self, at: u64) -> Option<&'static str> {
        if !self.basic().is_some_and(|basic| basic.ca) {
            return Some("is no certificate of an authority");
        }
        if at < self.not_before() {
            return Some("was not valid yet when the signer's certificate began");
        }
        if at > self.not_after() {
            return Some("had ended when the signer's certificate began");
        }
        let extensions = self.x509.tbs_certificate.extensions.iter().flatten();
        if extensions.filter(|e| e.critical).any(|e| !KNOWN_IN_ROOTS.contains(&e.extn_id)) {
            return Some("has a critical extension that is not known here");
        }
        self.unfit_as_issuer()
    }

    /// How many certificates may lie between it and a signer's.
    pub(crate) fn path_length(&self) -> Option<usize> {
        self.basic().and_then(|basic| basic.path_len_constraint).map(usize::from)
    }

    fn basic(&self) -> Option<BasicConstraints> {
        self.extension().ok().flatten()
    }

    /// Why it must not issue others, whatever else it is.
    pub(crate) fn unfit_as_issuer(&self) -> Option<&'static str> {
        match self.extension::<KeyUsage>() {
            Ok(usage) if usage.is_none_or(|usage| usage.key_cert_sign()) => None,
            _ => Some("must not sign certificates (key usage)"),
        }
    }

    /// Whether it may sign models, as `model_signing` judges: by either usage.
    pub(crate) fn may_sign(&self) -> bool {
        let usage = self.extension::<KeyUsage>().ok().flatten();
        let extended = self.extension::<ExtendedKeyUsage>().ok().flatten();
        usage.is_some_and(|usage| usage.digital_signature())
            || extended
                .is_some_and(|usage| usage.0.iter().any(|oid| oid.to_string() == CODE_SIGNING))
    }

    /// Who it speaks of, with the root that it leads to.
    pub(crate) fn identity(&self, root: String) -> Result<Identity, CertificateFault> {
        let content = &self.x509.tbs_certificate;
        let names = self.extension::<SubjectAltName>().map_err(damaged)?;
        let instant = |seconds: u64| {
            let microseconds = seconds.saturating_mul(1_000_000);
            Instant::from_microseconds(i64::try_from(microseconds).unwrap_or(i64::MAX))
        };
        Ok(Identity {
            subject: self.subject(),
            issuer: content.issuer.to_string(),
            names: names.iter().flat_map(|names| &names.0).filter_map(name).collect(),
            serial: content.serial_number.to_string().replace(':', "").to_lowercase(),
            not_before: instant(self.not_before()),
            not_after: instant(self.not_after()),
            certificate: Digest::of(&self.der),
            key: self.public_key()?.digest(),
            root,
        })
    }

    fn extension<'a, T: Decode<'a> + AssociatedOid>(
        &'a self,
    ) -> Result<Option<T>, x509_cert::der::Error> {
        Ok(self.x509.tbs_certificate.get::<T>()?.map(|(_, extension)| extension))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({:?})", self.subject())
    }
}

impl Roots {
    /// Adds the certificates of a PEM file.
    ///
    /// # Errors
    ///
    /// When there is none, one is damaged, or there are too many.
    pub fn add(&mut self, pem: &str, limits: &Limits) -> Result<(), CertificateFault> {
        self.certificates.extend(Certificate::parse(pem)?);
        if self.certificates.len() > limits.roots_max {
            return Err(CertificateFault::Many(limits.roots_max));
        }
        Ok(())
    }
}

fn seconds(time: Time) -> u64 {
    time.to_unix_duration().as_secs()
}

fn name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::Rfc822Name(text) => Some(format!("email:{text}")),
        GeneralName::DnsName(text) => Some(format!("dns:{text}")),
        GeneralName::UniformResourceIdentifier(text) => Some(format!("uri:{text}")),
        GeneralName::DirectoryName(text) => Some(format!("name:{text}")),
        _ => None,
    }
}

fn damaged(error: impl fmt::Display) -> CertificateFault {
    CertificateFault::Damaged(error.to_string())
}
