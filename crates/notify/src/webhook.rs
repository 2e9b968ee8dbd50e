//! A request to another program, signed.

use annex_egress::{Http, Secret};
use annex_isms::{Instant, WebAddress};
use hmac::{Hmac, Mac as _};
use http::{Request, header};
use sha2::Sha256;

/// The header with the second in which it was signed, since 1970.
pub const TIMESTAMP: &str = "annex-timestamp";
/// The header with the signature: `v1=` and the HMAC-SHA256, in hexadecimal digits, of the
/// timestamp, a full stop and the body.
pub const SIGNATURE: &str = "annex-signature";

/// A program that is told.
pub struct Webhook {
    /// What it is called here.
    pub name: String,
    /// Where it is. The path may be a secret, so it is told to nobody.
    pub url: WebAddress,
    /// What its requests are signed with.
    pub secret: Secret,
}

impl Webhook {
    /// Sends a body; else why it was not taken.
    pub(crate) async fn send(&self, http: &Http, body: String, at: Instant) -> Result<(), String> {
        let timestamp = (at.microseconds() / 1_000_000).to_string();
        let signature = signature(&self.secret, &timestamp, body.as_bytes());
        let request = Request::post(self.url.as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .header(TIMESTAMP, timestamp)
            .header(SIGNATURE, signature)
            .body(body.into_bytes())
            .map_err(|_| "its address cannot be asked".to_owned())?;
        let answer = http.send(request).await.map_err(|error| error.to_string())?;
        let status = answer.status();
        if status.is_success() { Ok(()) } else { Err(format!("it answered {status}")) }
    }
}

/// The signature of a body that was sent at a second.
pub fn signature(secret: &Secret, timestamp: &str, body: &[u8]) -> String {
    // A key of HMAC may have any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else {
        return String::new();
    };
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    let bytes: [u8; 32] = mac.finalize().into_bytes().into();
    format!("v1={}", annex_isms::Digest::from_bytes(bytes).hex())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_others_compute() {
        // printf '1790000000.{}' | openssl dgst -sha256 -hmac "of the tests"
        let secret = Secret::new("of the tests".to_owned());
        let signature = signature(&secret, "1790000000", b"{}");
        assert_eq!(
            signature,
            "v1=ea5f88a4812d1cc3fc4e5b9a51d37a1955dde0b545f0fc6c6ce9e49dc36925c7"
        );
    }
}
