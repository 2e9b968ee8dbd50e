"""Signs a small model with `model_signing` 0.2.0, whose bundles are still read.

    before_1.py DATA

In an environment of its own: model-signing==0.2.0 sigstore-protobuf-specs==0.3.2 pyOpenSSL==26.4.0.
Run it after `fixtures.py`: it uses the same keys.
"""

import pathlib
import sys

from model_signing.hashing import file, memory
from model_signing.serialization import serialize_by_file
from model_signing.signature import key, pki
from model_signing.signing import in_toto, in_toto_signature


def main():
    data = pathlib.Path(sys.argv[1])
    keys, bundles = data / "keys", data / "bundles"
    serializer = serialize_by_file.ManifestSerializer(
        lambda path: file.SimpleFileHasher(path, memory.SHA256())
    )
    payload = in_toto.DigestsIntotoPayload.from_manifest(serializer.serialize(data / "model"))
    chain = pki.PKISigner.from_path(
        str(keys / "rsa-root.pem"), str(keys / "rsa-root.crt"), [str(keys / "rsa-root-chain.crt")]
    )
    for name, signer in {
        "before-1-key": key.ECKeySigner.from_path(str(keys / "p256.pem")),
        "before-1-certificate": chain,
    }.items():
        signature = in_toto_signature.IntotoSigner(signer).sign(payload)
        bundle = bundles / f"{name}.sig"
        signature.write(bundle)
        bundle.write_text(bundle.read_text() + "\n")


if __name__ == "__main__":
    main()
