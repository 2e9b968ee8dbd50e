#!/usr/bin/env python3
"""Writes the harmless model files, each saved by the library that people save it with.

    python3 -m venv VENV && VENV/bin/pip install -r requirements.txt
    VENV/bin/python harmless.py harmless harmless.json [PART...]

The first argument is the folder, the second the manifest: a list of {path, library, version}.
Where parts are named, only those are written again.
Seeds are fixed; archives that carry the time of writing differ in those bytes from run to run,
which is why the files are stored. Nothing here is downloaded: models are built small and, where
it matters, fitted on made-up numbers. The parts: harmless_python.py (pickles of numpy, scipy,
scikit-learn, pandas and the boosters), harmless_torch.py, harmless_formats.py (everything that
is no pickle), harmless_networks.py (Keras, TensorFlow), harmless_text.py (configurations,
tokenizers, chat templates), and of the second round harmless_estimators.py and
harmless_trained.py.
"""

import concurrent.futures
import importlib
import importlib.metadata
import json
import multiprocessing
import pathlib
import shutil
import sys

FILE_BYTES_MAX = 10_000
PARTS = ("harmless_python", "harmless_torch", "harmless_formats", "harmless_networks",
         "harmless_text", "harmless_estimators", "harmless_trained")


class Corpus:
    """The folder that is filled, and the manifest."""

    def __init__(self, folder):
        self.folder = folder
        self.rows = []

    def path(self, library, name):
        """Where a file goes; it is listed with the version of the package that saves it."""
        relative = f"{library}/{name}"
        package = {"python": None, "text": None, "tar": None, "mar": None,
                   "sklearn": "scikit-learn", "xgboost": "xgboost-cpu",
                   "tensorflow": "tensorflow-cpu", "imblearn": "imbalanced-learn",
                   "mlflow": "mlflow-skinny"}.get(library, library)
        version = importlib.metadata.version(package) if package else sys.version.split()[0]
        self.rows.append({"path": relative, "library": library, "version": version})
        path = self.folder / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def rows_of(part, folder):
    """Writes one part; gives its rows of the manifest."""
    corpus = Corpus(folder)
    importlib.import_module(part).write(corpus)
    return corpus.rows


def check(corpus):
    """Every listed file is there and small, every file is listed."""
    listed = {row["path"] for row in corpus.rows}
    assert len(listed) == len(corpus.rows), "a path is listed twice"
    found = {str(path.relative_to(corpus.folder))
             for path in corpus.folder.rglob("*") if path.is_file()}
    assert listed == found, f"listed and not there, or there and not listed: {listed ^ found}"
    for path in sorted(found):
        size = (corpus.folder / path).stat().st_size
        assert 0 < size <= FILE_BYTES_MAX, f"{path}: {size} bytes"


def end_text(folder):
    """Text files end with a line break, as every text of the repository does."""
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            try:
                data.decode()
            except UnicodeDecodeError:
                continue
            if not data.endswith(b"\n"):
                assert path.suffix in (".json", ".jinja", ".txt", ".cfg"), f"{path} must not be changed"
                path.write_bytes(data + b"\n")


def main():
    folder, manifest = map(pathlib.Path, sys.argv[1:3])
    parts, kept = sys.argv[3:], []
    if parts:
        # The other files stay as they are.
        kept = json.loads(manifest.read_text())
    else:
        shutil.rmtree(folder, ignore_errors=True)
    corpus = Corpus(folder)
    for part in parts or PARTS:
        # Each in a process of its own: not all of these libraries bear each other.
        spawn = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawn) as pool:
            corpus.rows += pool.submit(rows_of, part, folder).result()
    written = {row["path"] for row in corpus.rows}
    corpus.rows += [row for row in kept if row["path"] not in written]
    end_text(folder)
    check(corpus)
    rows = sorted(corpus.rows, key=lambda row: row["path"])
    manifest.write_text("[\n" + ",\n".join("  " + json.dumps(row) for row in rows) + "\n]\n")
    print(f"{len(rows)} files")


if __name__ == "__main__":
    main()
