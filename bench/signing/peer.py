"""Runs `model_signing` for the tests.

    peer.py JOBS

JOBS is a JSON array of `{operation, model, signature, key, certificates}`; `key` is a path without
its suffix, as `authority.py` writes it. Prints a JSON array: of each job an empty text, or why it
failed; of `digest` the digest.
"""

import json
import pathlib
import sys

import model_signing
from click.testing import CliRunner
from model_signing._cli import main as command_line

SHARD_BYTES = 16


def default_hashing():
    return model_signing.hashing.Config()


def sign(job, hashing):
    config = model_signing.signing.Config()
    if job["certificates"]:
        config.use_certificate_signer(
            private_key=job["key"] + ".pem",
            signing_certificate=job["key"] + ".crt",
            certificate_chain=[job["key"] + "-chain.crt"],
        )
    else:
        config.use_elliptic_key_signer(private_key=job["key"] + ".pem")
    config.set_hashing_config(hashing).sign(job["model"], job["signature"])


def verify(job, hashing):
    config = model_signing.verifying.Config()
    if job["certificates"]:
        config.use_certificate_verifier(certificate_chain=[job["key"] + "-roots.crt"])
    else:
        config.use_elliptic_key_verifier(public_key=job["key"] + ".pub")
    if hashing:
        config.set_hashing_config(hashing)
    config.verify(job["model"], job["signature"])


def verify_by_command(job):
    if job["certificates"]:
        method = ["certificate", "--certificate_chain", job["key"] + "-roots.crt"]
    else:
        method = ["key", "--public_key", job["key"] + ".pub"]
    arguments = ["verify", *method, job["model"], "--signature", job["signature"]]
    result = CliRunner().invoke(command_line, arguments)
    if result.exit_code:
        raise ValueError(result.output or repr(result.exception))


def digest(job):
    manifest = model_signing.hashing.hash(job["model"])
    payload = model_signing._signing.signing.Payload(manifest)
    return payload.statement.pb.subject[0].digest["sha256"]


OPERATIONS = {
    "sign": lambda job: sign(job, default_hashing()),
    "sign-shards": lambda job: sign(
        job, default_hashing().use_shard_serialization(shard_size=SHARD_BYTES)
    ),
    "verify": lambda job: verify(job, default_hashing()),
    "verify-guessing": lambda job: verify(job, None),
    "verify-by-command": verify_by_command,
    "digest": digest,
}


def answer(job):
    try:
        return OPERATIONS[job["operation"]](job) or ""
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def main():
    jobs = json.loads(pathlib.Path(sys.argv[1]).read_text())
    print(json.dumps([answer(job) for job in jobs]))


if __name__ == "__main__":
    main()
