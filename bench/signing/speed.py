"""How long `model_signing` takes for digests of the folder that `cargo bench -p annex-seal` makes.

    ANNEX_BENCH_MODEL=DIR cargo bench -p annex-seal
    speed.py DIR
"""

import pathlib
import sys
import time

import model_signing

METHODS = {
    "8 files, sha256": ("parts", lambda config: config.use_file_serialization()),
    "1 file, sha256": ("whole", lambda config: config.use_file_serialization()),
    "1 file, sha256 by shards": (
        "whole",
        lambda config: config.use_shard_serialization(shard_size=32 << 20),
    ),
    "1 file, blake3": (
        "whole",
        lambda config: config.use_file_serialization(hashing_algorithm="blake3"),
    ),
}


def main():
    folder = pathlib.Path(sys.argv[1])
    for name, (part, configure) in METHODS.items():
        seconds = []
        for _ in range(5):
            begin = time.perf_counter()
            configure(model_signing.hashing.Config()).hash(folder / part)
            seconds.append(time.perf_counter() - begin)
        print(f"{name}: best of 5 {min(seconds):.3f} s")


if __name__ == "__main__":
    main()
