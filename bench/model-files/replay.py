#!/usr/bin/env python3
"""Replays the pickles of a corpus and says what each would have called.

    cargo xtask model-files DIR && replay.py DIR [--verbose]

The unpicklers import nothing: every global is a recorder, except four functions that only make
strings, which some files build their names with. A file counts as proved when a call, or for two
kinds of files the import, is reached before its end. Both of Python's unpicklers are asked,
because they differ; one of them is enough. Standard library only.
"""

import codecs
import io
import json
import operator
import pathlib
import pickle
import sys

HARMLESS = {"codecs.decode": codecs.decode, "_operator.add": operator.add,
            "builtins.str.join": str.join, "builtins.bytes.decode": bytes.decode}
# These only import, or change a class of the reader's own program.
IMPORT_ONLY = {"imported-not-called", "build-on-class"}
PICKLES_MAX = 100


def recorder(name, calls):
    """A class in place of the global: it can be made, called and filled, and does nothing."""

    class Recorder:
        def __new__(cls, *arguments, **options):
            calls.append(name)
            return object.__new__(cls)

        def __init__(self, *arguments, **options):
            pass

        def __call__(self, *arguments, **options):
            calls.append(name + "()")
            return recorder(name + "()", calls)

        def __setitem__(self, key, value):
            pass

        def __iter__(self):
            return iter(())

        def extend(self, values):
            pass

        append = extend

    return Recorder


def replay(data, kind):
    """The globals that a file names and the calls that it reaches."""
    names, calls = [], []

    class Unpickler(kind):
        def find_class(self, module, name):
            names.append(f"{module}.{name}")
            return HARMLESS.get(names[-1]) or recorder(names[-1], calls)

        def get_extension(self, code):
            names.append(f"extension {code}")
            self.append(recorder(names[-1], calls))

        def persistent_load(self, identity):
            return identity

    file = io.BytesIO(data)
    try:
        for _ in range(PICKLES_MAX):
            if file.tell() == len(data):
                break
            Unpickler(file).load()
    except Exception as error:
        names.append(f"({type(error).__name__})")
    return names, calls


def main():
    root, verbose = pathlib.Path(sys.argv[1]), "--verbose" in sys.argv[2:]
    proved, unproved = 0, []
    for row in json.loads((root / "expected.json").read_text()):
        group, trick = row["technique"].split("/", 1)
        if not group.startswith("pickle-"):
            continue
        data = (root / row["path"]).read_bytes()
        reached = False
        for kind in (pickle._Unpickler, pickle.Unpickler):
            names, calls = replay(data, kind)
            reached |= bool(calls) or (trick in IMPORT_ONLY and bool(names))
            if verbose:
                print(row["path"], names[:4], calls[:4])
        proved += reached
        if not reached:
            unproved.append(row["path"])
    print(f"{proved} pickles reach what is said of them, {len(unproved)} do not")
    print("\n".join(unproved))
    return 1 if unproved else 0


if __name__ == "__main__":
    sys.exit(main())
