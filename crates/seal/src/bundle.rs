//! The file of a signature: a Sigstore bundle v0.3, JSON, around a DSSE envelope.
//!
//! ```text
//!  bundle ─┬─ verification material: a hint at the public key, or a chain of certificates
//!          └─ envelope: payload, payload type, one signature over both (PAE)
//! ```
//!
//! The envelope signs the payload's bytes, so nothing here is encoded again. Bundles that were
//! made without a key, by Sigstore's own authority and log, are recognised and refused: only
//! that authority's current keys could verify them, and these cannot be had offline.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::Limits;

/// The only media type that `model_signing` reads for keys and certificates.
const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// The only payload that is understood: an in-toto statement.
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// A bundle whose signature has not been verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    pub(crate) material: Material,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    /// It carries entries of a transparency log or time stamps, which nothing here verifies.
    pub(crate) has_log_entries: bool,
}

/// What says who signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Material {
    /// A hint at the public key; bundles of before 1.0 have none.
    Key { hint: Option<String> },
    /// Certificates in DER, that of the signer first.
    Certificates(Vec<Vec<u8>>),
}

/// Why a file is not a bundle that can be verified here.
#[derive(Debug, thiserror::Error)]
pub enum BundleFault {
    /// It is larger than a bundle may be.
    #[error("it has more than {bundle_bytes_max} bytes (bundle_bytes_max)")]
    Large {
        /// The limit.
        bundle_bytes_max: u64,
    },
    /// It is not the JSON of a bundle.
    #[error("it is not the JSON of a Sigstore bundle: {0}")]
    Json(#[from] serde_json::Error),
    /// It is another kind of bundle.
    #[error("its media type is {0:?}; only {MEDIA_TYPE:?} is read")]
    MediaType(String),
    /// It was made by Sigstore without a key.
    #[error(
        "it was signed with Sigstore's short-lived certificates (keyless); verifying that needs \
         Sigstore's current trust root and is not supported offline; have the model signed with \
         a key or a certificate"
    )]
    Keyless,
    /// It signs bytes, not a statement.
    #[error("it signs the digest of a message; a signature of a model is a DSSE envelope")]
    Message,
    /// There is no envelope.
    #[error("it has no DSSE envelope")]
    NoEnvelope,
    /// It does not say how it was signed.
    #[error("it must name exactly one of a public key and a chain of certificates")]
    Material,
    /// The chain has no certificate, or too many.
    #[error(
        "it has {found} certificates; there must be 1 to {chain_certificates_max} (chain_certificates_max)"
    )]
    Certificates {
        /// How many there are.
        found: usize,
        /// The limit.
        chain_certificates_max: usize,
    },
    /// There is no signature, or more than one.
    #[error("it has {0} signatures; there must be exactly one")]
    Signatures(usize),
    /// The payload is of another type.
    #[error("the type of its payload is {0:?}; only {PAYLOAD_TYPE:?} is understood")]
    PayloadType(String),
    /// A field is not base64.
    #[error("its field `{0}` is not base64")]
    Base64(&'static str),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawBundle {
    media_type: String,
    verification_material: RawMaterial,
    message_signature: Option<IgnoredAny>,
    dsse_envelope: Option<RawEnvelope>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawMaterial {
    public_key: Option<RawKey>,
    x509_certificate_chain: Option<RawChain>,
    certificate: Option<IgnoredAny>,
    tlog_entries: Option<Vec<IgnoredAny>>,
    timestamp_verification_data: Option<IgnoredAny>,
}

/// Before 1.0, bundles carried the key itself, which nobody may trust, and no hint.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKey {
    hint: Option<String>,
    #[serde(rename = "rawBytes")]
    _raw_bytes: Option<IgnoredAny>,
    #[serde(rename = "keyDetails")]
    _key_details: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawChain {
    certificates: Vec<RawCertificate>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawCertificate {
    raw_bytes: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawEnvelope {
    payload: String,
    payload_type: String,
    signatures: Vec<RawSignature>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSignature {
    sig: String,
    #[serde(rename = "keyid")]
    _keyid: Option<IgnoredAny>,
}

impl Bundle {
    /// Reads the bytes of a bundle. Nothing in it is verified by that.
    ///
    /// # Errors
    ///
    /// When it is not a bundle, or is one that cannot be verified here.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, BundleFault> {
        if bytes.len() as u64 > limits.bundle_bytes_max {
            return Err(BundleFault::Large { bundle_bytes_max: limits.bundle_bytes_max });
        }
        let raw: RawBundle = serde_json::from_slice(bytes)?;
        let material = raw.verification_material;
        // Before the media type: those of other versions are without a key too.
        if material.certificate.is_some() {
            return Err(BundleFault::Keyless);
        }
        if raw.media_type != MEDIA_TYPE {
            return Err(BundleFault::MediaType(shortened(&raw.media_type)));
        }
        let envelope = match (raw.dsse_envelope, raw.message_signature) {
            (Some(envelope), None) => envelope,
            (_, Some(_)) => return Err(BundleFault::Message),
            (None, None) => return Err(BundleFault::NoEnvelope),
        };
        let [signature] = envelope.signatures.as_slice() else {
            return Err(BundleFault::Signatures(envelope.signatures.len()));
        };
        if envelope.payload_type != PAYLOAD_TYPE {
            return Err(BundleFault::PayloadType(shortened(&envelope.payload_type)));
        }
        let has_log_entries = material.tlog_entries.is_some_and(|entries| !entries.is_empty())
            || material.timestamp_verification_data.is_some();
        Ok(Self {
            material: match (material.public_key, material.x509_certificate_chain) {
                (Some(key), None) => {
                    Material::Key { hint: key.hint.filter(|hint| !hint.is_empty()) }
                }
                (None, Some(chain)) => Material::Certificates(certificates(&chain, limits)?),
                _ => return Err(BundleFault::Material),
            },
            payload: decode("payload", &envelope.payload)?,
            signature: decode("sig", &signature.sig)?,
            has_log_entries,
        })
    }

    /// The bytes of the file.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        let mut material = match &self.material {
            Material::Key { hint } => json!({ "publicKey": { "hint": hint } }),
            Material::Certificates(chain) => {
                let encode = |der| json!({ "rawBytes": BASE64_STANDARD.encode(der) });
                let certificates: Vec<Value> = chain.iter().map(encode).collect();
                json!({ "x509CertificateChain": { "certificates": certificates } })
            }
        };
        // Older readers ask for it even where there is no log.
        material["tlogEntries"] = json!([]);
        let bundle = json!({
            "mediaType": MEDIA_TYPE,
            "verificationMaterial": material,
            "dsseEnvelope": {
                "payload": BASE64_STANDARD.encode(&self.payload),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{ "sig": BASE64_STANDARD.encode(&self.signature), "keyid": "" }],
            },
        });
        bundle.to_string().into_bytes()
    }
}

/// The bytes that are signed (DSSE, pre-authentication encoding).
pub(crate) fn signed_bytes(payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

/// The bytes that `model_signing` signed before 1.0: with another word in front, and with the
/// payload as Python writes bytes down in source code.
pub(crate) fn signed_bytes_before_1(payload: &[u8]) -> Vec<u8> {
    use std::fmt::Write as _;
    let quote = if payload.contains(&b'\'') && !payload.contains(&b'"') { '"' } else { '\'' };
    let mut text =
        format!("DSSEV1 {} {PAYLOAD_TYPE} {} b{quote}", PAYLOAD_TYPE.len(), payload.len());
    for byte in payload {
        match byte {
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b'\\' => text.push_str("\\\\"),
            byte if char::from(*byte) == quote => text.extend(['\\', quote]),
            b' '..=b'~' => text.push(char::from(*byte)),
            byte => {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text.push(quote);
    text.into_bytes()
}

fn certificates(chain: &RawChain, limits: &Limits) -> Result<Vec<Vec<u8>>, BundleFault> {
    let (found, chain_certificates_max) = (chain.certificates.len(), limits.chain_certificates_max);
    if !(1..=chain_certificates_max).contains(&found) {
        return Err(BundleFault::Certificates { found, chain_certificates_max });
    }
    chain.certificates.iter().map(|raw| decode("rawBytes", &raw.raw_bytes)).collect()
}

fn decode(field: &'static str, text: &str) -> Result<Vec<u8>, BundleFault> {
    BASE64_STANDARD.decode(text).map_err(|_| BundleFault::Base64(field))
}

/// Foreign text in a message.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}
