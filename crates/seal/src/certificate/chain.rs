//! From the certificate of a signer to a root.
//!
//! The path is found and checked by `webpki`: signatures, validity, authority, path lengths, name
//! constraints, critical extensions that nobody knows. What `webpki` leaves to its caller is
//! done here: certificates that must not issue others, and roots that did not hold, do not take
//! part, and the path that a root allows is measured. `model_signing` judges validity at the instant at which the signer's certificate
//! began, because nothing in such a bundle proves when it was signed; so does this.
//!
//! Stricter than `model_signing`: the signer's certificate must not be one of an authority,
//! unless it is itself given as root, and names of issuers must agree byte by byte.

use std::fmt::Write as _;
use std::time::Duration;

use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter, VerifiedPath};

use super::algorithms::ALGORITHMS;
use super::{Certificate, CertificateFault, Identity, Roots};
use crate::PublicKey;

/// Follows `chain`, that of the signer first, to one of the roots.
pub(crate) fn follow(
    chain: &[Vec<u8>],
    roots: &Roots,
) -> Result<(Identity, PublicKey), CertificateFault> {
    let chain: Result<Vec<Certificate>, _> =
        chain.iter().map(|der| Certificate::from_der(der)).collect();
    let chain = chain?;
    let (signer, others) = chain.split_first().ok_or(CertificateFault::None)?;
    let root = if signer.is_self_issued() && roots.certificates.contains(signer) {
        signer.subject()
    } else {
        root_of(signer, others, roots)?
    };
    if !signer.may_sign() {
        return Err(CertificateFault::Usage);
    }
    Ok((signer.identity(root)?, signer.public_key()?))
}

/// The subject of the root that a path leads to.
fn root_of(
    signer: &Certificate,
    others: &[Certificate],
    roots: &Roots,
) -> Result<String, CertificateFault> {
    let at = signer.not_before();
    let mut unfit = String::new();
    let mut leave_aside = |certificate: &Certificate, why: &str| {
        let _ = write!(unfit, "; {:?} {why}", certificate.subject());
    };
    // A chain ends in a root; what else was given only helps to get there.
    let (ends, helpers): (Vec<_>, Vec<_>) =
        roots.certificates.iter().partition(|root| root.is_self_issued());
    let ders: Vec<_> = ends.iter().map(|root| CertificateDer::from(root.der())).collect();
    let mut anchors: Vec<TrustAnchor<'_>> = Vec::new();
    let mut anchored = Vec::new();
    for (root, der) in ends.into_iter().zip(&ders) {
        let anchor = webpki::anchor_from_trusted_cert(der);
        match (root.unfit_as_root(at), anchor) {
            (Some(why), _) => leave_aside(root, why),
            (None, Err(error)) => leave_aside(root, &format!("cannot be a root: {error}")),
            (None, Ok(anchor)) => {
                anchors.push(anchor);
                anchored.push(root);
            }
        }
    }
    let mut between = Vec::new();
    for certificate in helpers.into_iter().chain(others) {
        match certificate.unfit_as_issuer() {
            Some(why) => leave_aside(certificate, why),
            None => between.push(CertificateDer::from(certificate.der())),
        }
    }
    let root_at = |path: &VerifiedPath<'_>| {
        let found = anchors.iter().position(|anchor| std::ptr::eq(anchor, path.anchor()));
        found.and_then(|at| anchored.get(at)).ok_or(Error::UnknownIssuer)
    };
    let short_enough = |path: &VerifiedPath<'_>| match root_at(path)?.path_length() {
        Some(most) if path.intermediate_certificates().count() > most => {
            Err(Error::PathLenConstraintViolated)
        }
        _ => Ok(()),
    };
    let end = CertificateDer::from(signer.der());
    let time = UnixTime::since_unix_epoch(Duration::from_secs(at));
    EndEntityCert::try_from(&end)
        .and_then(|end| {
            let path = end.verify_for_usage(
                ALGORITHMS,
                &anchors,
                &between,
                time,
                AnyUsage,
                None,
                Some(&short_enough),
            )?;
            Ok(root_at(&path)?.subject())
        })
        .map_err(|error| CertificateFault::Chain { fault: words(&error), unfit })
}

/// The usage of the signer's certificate is judged apart, in the way of `model_signing`.
struct AnyUsage;

impl ExtendedKeyUsageValidator for AnyUsage {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        Ok(())
    }
}

fn words(error: &Error) -> String {
    match error {
        Error::UnknownIssuer => "its certificates lead to none of the given roots".to_owned(),
        Error::CertNotValidYet { .. } => {
            "a certificate was not valid yet when the signer's certificate began".to_owned()
        }
        Error::CertExpired { .. } => {
            "a certificate had ended when the signer's certificate began".to_owned()
        }
        Error::CaUsedAsEndEntity => {
            "the signer's certificate is one of an authority, which must not sign models".to_owned()
        }
        Error::EndEntityUsedAsCa => {
            "a certificate that is not one of an authority issued another".to_owned()
        }
        Error::PathLenConstraintViolated => {
            "there are more certificates in between than an authority allows".to_owned()
        }
        Error::NameConstraintViolation => {
            "a certificate bears a name that its authority must not give".to_owned()
        }
        Error::UnsupportedCriticalExtension => {
            "a certificate has a critical extension that is not known here".to_owned()
        }
        Error::InvalidSignatureForPublicKey => {
            "the signature of a certificate is not one by its issuer".to_owned()
        }
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            "a certificate is signed by an algorithm that is not accepted; accepted are ECDSA on \
             P-256, P-384 and P-521, RSA PKCS #1 from 2048 bits, each with SHA-2, and Ed25519"
                .to_owned()
        }
        other => format!("a certificate is refused: {other}"),
    }
}
