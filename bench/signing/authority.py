"""Makes keys and certificates for the tests of signatures. None of them protects anything.

    authority.py FOLDER

Writes into FOLDER, for each curve, `CURVE.pem` and `CURVE.pub`; and for each signer of the table
below, `SIGNER.pem`, `SIGNER.crt`, `SIGNER-chain.crt` (what a bundle carries besides) and
`SIGNER-roots.crt` (what it is verified with).
"""

import datetime
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CURVES = {"p256": ec.SECP256R1, "p384": ec.SECP384R1, "p521": ec.SECP521R1}
HASHES = {"p256": hashes.SHA256, "p384": hashes.SHA384, "p521": hashes.SHA512}
BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
YEAR = datetime.timedelta(days=365)

# Name: (key of the root, key of the certificate between or None, key of the signer, usage).
SIGNERS = {
    "usual": ("p384", "p256", "p256", "signature"),
    "rsa-root": ("rsa", None, "p384", "code"),
    "rsa-between": ("rsa", "rsa", "p256", "both"),
    "ed25519-root": ("ed25519", "p521", "p521", "signature"),
    "no-usage": ("p256", None, "p256", "none"),
    "wrong-usage": ("p256", None, "p256", "encipherment"),
    "not-an-authority": ("p256", "leaf", "p256", "signature"),
    "no-certificate-signing": ("p256", "no-sign", "p256", "signature"),
    "path-too-long": ("p256-path-0", "p256", "p256", "signature"),
    "unknown-critical": ("p256", None, "p256", "critical"),
    "root-too-young": ("p256-late", None, "p256", "signature"),
}


def key_of(kind):
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(CURVES.get(kind.split("-")[0], ec.SECP256R1)())


def hash_of(key):
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return None
    if isinstance(key, rsa.RSAPrivateKey):
        return hashes.SHA256()
    return {256: hashes.SHA256, 384: hashes.SHA384, 521: hashes.SHA512}[key.curve.key_size]()


def name(text):
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Annex tests"),
            x509.NameAttribute(NameOID.COMMON_NAME, text),
        ]
    )


def usage(**bits):
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
        "key_cert_sign crl_sign encipher_only decipher_only"
    ).split()
    return x509.KeyUsage(**{bit: bits.get(bit, False) for bit in names})


def certificate(subject, key, issuer, issuer_key, begin, extensions):
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + 10 * YEAR)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hash_of(issuer_key))


def authority(path_length=None, signs=True):
    return [
        (x509.BasicConstraints(True, path_length), True),
        (usage(key_cert_sign=signs, crl_sign=True), True),
    ]


def leaf(kind):
    code = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False)
    alternative = x509.SubjectAlternativeName([x509.RFC822Name("release@tests.annex.invalid")])
    extensions = {
        "signature": [(usage(digital_signature=True), True)],
        "code": [code],
        "both": [(usage(digital_signature=True), True), code],
        "none": [],
        "encipherment": [(usage(key_encipherment=True), True)],
        "critical": [
            (usage(digital_signature=True), True),
            (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00"), True),
        ],
    }[kind]
    return [(x509.BasicConstraints(False, None), True), (alternative, False), *extensions]


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def public(key):
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def der_chain(certificates):
    return b"".join(c.public_bytes(serialization.Encoding.PEM) for c in certificates)


def signer(folder, title, root_kind, between_kind, kind, use):
    root_key, key = key_of(root_kind), key_of(kind)
    late = YEAR if root_kind.endswith("-late") else datetime.timedelta(0)
    length = 0 if root_kind.endswith("-path-0") else None
    root_name, between_name = f"{title} root", f"{title} between"
    root = certificate(root_name, root_key, root_name, root_key, BEGIN + late, authority(length))
    chain, issuer, issuer_key = [], root_name, root_key
    if between_kind:
        issuer, issuer_key = between_name, key_of(between_kind)
        between = {
            "leaf": leaf("none"),
            "no-sign": authority(signs=False),
        }.get(between_kind, authority())
        chain = [certificate(issuer, issuer_key, root_name, root_key, BEGIN, between)]
    own = certificate(f"{title} signer", key, issuer, issuer_key, BEGIN + YEAR / 12, leaf(use))
    (folder / f"{title}.pem").write_bytes(pem(key))
    (folder / f"{title}.crt").write_bytes(der_chain([own]))
    (folder / f"{title}-chain.crt").write_bytes(der_chain(chain or [root]))
    (folder / f"{title}-roots.crt").write_bytes(der_chain([root]))


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for curve in CURVES:
        key = key_of(curve)
        (folder / f"{curve}.pem").write_bytes(pem(key))
        (folder / f"{curve}.pub").write_bytes(public(key))
    for title, kinds in SIGNERS.items():
        signer(folder, title, *kinds)
    # A certificate that is its own root.
    key = key_of("p256")
    own = certificate("self", key, "self", key, BEGIN, leaf("signature"))
    (folder / "self.pem").write_bytes(pem(key))
    for suffix in ("", "-chain", "-roots"):
        (folder / f"self{suffix}.crt").write_bytes(der_chain([own]))


if __name__ == "__main__":
    main()
