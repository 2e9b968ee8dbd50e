"""Signs a small model with `model_signing`, for the tests that need no Python.

    fixtures.py DATA

DATA is `crates/seal/tests/data`: reads `model`, writes `keys` (with `authority.py` and `openssl`) and
`bundles`. Every run makes new keys, so all of them change together. Private keys are kept where a test signs.
"""

import pathlib
import shutil
import subprocess
import sys

import model_signing

SHARD_BYTES = 16
FORMS = {
    "sec1": "ec -in {key}",
    "encrypted": "pkcs8 -topk8 -in {key} -v2 aes-256-cbc -iter 2048 -passout pass:annex",
    "encrypted-old": "ec -in {key} -aes256 -passout pass:annex",
    "with-parameters": "ecparam -name prime256v1 -genkey",
    "explicit": "ecparam -name prime256v1 -param_enc explicit -genkey -noout",
    "other-curve": "ecparam -name secp256k1 -genkey -noout",
    "rsa": "genrsa 1024",
    "ed25519": "genpkey -algorithm ED25519",
}
KEPT = ["p256.pem", "p256.pub", "p384.pem", "p384.pub", "p521.pem", "p521.pub"] + [
    f"{title}{suffix}"
    for title in ("usual", "rsa-root")
    for suffix in (".pem", ".crt", "-chain.crt")
]


def main():
    data = pathlib.Path(sys.argv[1])
    keys, bundles, model = data / "keys", data / "bundles", data / "model"
    here = pathlib.Path(__file__).parent
    shutil.rmtree(keys, ignore_errors=True)
    subprocess.run([sys.executable, here / "authority.py", keys], check=True)

    forms = keys / "forms"
    forms.mkdir()
    for name, command in FORMS.items():
        command = ["openssl", *command.format(key=keys / "p256.pem").split()]
        made = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        (forms / f"{name}.pem").write_bytes(made.stdout)

    def sign(name, configure, hashing=lambda config: config, ignored=()):
        config = hashing(model_signing.hashing.Config().set_ignored_paths(paths=ignored))
        signing = configure(model_signing.signing.Config()).set_hashing_config(config)
        bundle = bundles / f"{name}.sig"
        signing.sign(model, bundle)
        # Files of this project end with a line break.
        bundle.write_text(bundle.read_text() + "\n")

    def key(curve):
        return lambda config: config.use_elliptic_key_signer(private_key=keys / f"{curve}.pem")

    for curve in ("p256", "p384", "p521"):
        sign(curve, key(curve))
    sign("blake2b", key("p256"), lambda c: c.use_file_serialization(hashing_algorithm="blake2"))
    sign("blake3", key("p256"), lambda c: c.use_file_serialization(hashing_algorithm="blake3"))
    sign("shards", key("p256"), lambda c: c.use_shard_serialization(shard_size=SHARD_BYTES))
    sign("ignored", key("p256"), ignored=["tokenizer"])
    for file in sorted(keys.glob("*-roots.crt")):
        title = file.name.removesuffix("-roots.crt")
        sign(
            f"certificate-{title}",
            lambda config: config.use_certificate_signer(
                private_key=keys / f"{title}.pem",
                signing_certificate=keys / f"{title}.crt",
                certificate_chain=[keys / f"{title}-chain.crt"],
            ),
        )
    for file in keys.iterdir():
        if file.is_file() and file.name not in KEPT and not file.name.endswith("-roots.crt"):
            file.unlink()


if __name__ == "__main__":
    main()
