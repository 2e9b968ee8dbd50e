//! Private and public keys in the forms in which `openssl` writes them.

use annex_seal::{Certificate, Credentials, KeyFault, Limits, PrivateKey, PublicKey, Secret};

use crate::support::{data, key, private, text};

fn form(name: &str, password: Option<&str>) -> Result<PrivateKey, KeyFault> {
    let password = password.map(|password| Secret::new(password.to_owned()));
    PrivateKey::parse(&Secret::new(text(&format!("keys/forms/{name}.pem"))), password.as_ref())
}

#[test]
fn every_form_of_a_private_key_is_the_same_key() {
    for name in ["p256", "p384", "p521"] {
        assert_eq!(private(name).public_key(), key(name));
    }
    let own = key("p256");
    assert_eq!(form("sec1", None).expect("SEC 1").public_key(), own);
    assert_eq!(form("encrypted", Some("annex")).expect("encrypted").public_key(), own);
    form("with-parameters", None).expect("behind a block of parameters");
}

#[test]
fn what_is_no_usable_key_is_refused_by_name() {
    for (name, password, fault) in [
        ("encrypted", None, KeyFault::NoPassword),
        ("encrypted", Some("wrong"), KeyFault::Password),
        ("encrypted-old", Some("annex"), KeyFault::OldEncryption),
        ("other-curve", None, KeyFault::Curve),
        ("explicit", None, KeyFault::Damaged),
        ("rsa", None, KeyFault::Kind),
        ("ed25519", None, KeyFault::Kind),
    ] {
        assert_eq!(form(name, password).err(), Some(fault), "{name}");
    }
    let parse = |text: &str| PrivateKey::parse(&Secret::new(text.to_owned()), None).err();
    assert_eq!(parse(""), Some(KeyFault::NoBlock("PRIVATE KEY")));
    assert_eq!(parse(&text("keys/p256.pub")), Some(KeyFault::NoBlock("PRIVATE KEY")));
    assert_eq!(parse(&text("keys/p256.pem").replace('M', "N")), Some(KeyFault::Damaged));
    assert_eq!(PublicKey::parse(&text("keys/p256.pem")), Err(KeyFault::Private));
    assert_eq!(PublicKey::parse("x"), Err(KeyFault::NoBlock("PUBLIC KEY")));
    let certificate = PublicKey::parse(&text("keys/usual.crt"));
    assert_eq!(certificate, Err(KeyFault::NoBlock("PUBLIC KEY")));
}

/// The name of a key is what `sha256sum` says of its file.
#[test]
fn a_key_is_named_by_the_digest_of_its_file() {
    for name in ["p256", "p384", "p521"] {
        let bytes = std::fs::read(data(&format!("keys/{name}.pub"))).expect("a key");
        assert_eq!(key(name).digest(), annex_isms::Digest::of(&bytes));
        assert_eq!(key(name).to_pem().as_bytes(), bytes);
    }
}

#[test]
fn a_private_key_cannot_be_printed() {
    let key = private("p256");
    let printed = format!("{key:?} {:?}", Credentials::key(private("p256")));
    let secret = text("keys/p256.pem");
    let line = secret.lines().nth(1).expect("base64");
    assert!(printed.contains("of sha256:") && !printed.contains(&line[..20]), "{printed}");
}

#[test]
fn a_certificate_must_be_of_the_key_and_may_sign() {
    let certificates = |name: &str| Certificate::parse(&text(&format!("keys/{name}"))).expect(name);
    let own = certificates("usual.crt").remove(0);
    let limits = Limits::default();
    let with = |key, certificate| Credentials::certificate(key, certificate, Vec::new(), &limits);
    assert!(with(private("usual"), own.clone()).is_ok());
    let other = with(private("p256"), own).expect_err("another key").to_string();
    assert!(other.contains("the certificate is of the key sha256:"), "{other}");
    assert!(
        Certificate::parse("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----").is_err()
    );
    assert!(Certificate::parse("none").is_err());
}
