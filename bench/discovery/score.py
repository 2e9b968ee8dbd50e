#!/usr/bin/env python3
"""Scores what a scan found against labels made by hand.

    score.py BATCH.json LABELS.toml [--verbose]

BATCH.json is an observation batch, or any document that holds one or has a list `assets` with
`kind`, `key`, `name` and `locations`. A label is found when an asset of its kind has its name
(or, for prompts and agents, any name) and was seen at one of its places, give or take three lines;
a label without places is found by its name alone. Recall is the share of labels found, precision
the share of reported assets that belong to a label. Standard library only.
"""

import json
import re
import sys
import tomllib

LINES_NEAR = 3
# People and code name these differently; the place decides.
NAMED_BY_PLACE = {"prompt", "agent"}


def assets_of(document):
    """The first list of assets anywhere in the document."""
    queue = [document]
    while queue:
        node = queue.pop(0)
        if isinstance(node, dict):
            found = node.get("assets")
            if isinstance(found, list) and all(isinstance(a, dict) and "kind" in a for a in found):
                return found
            queue.extend(node.values())
        elif isinstance(node, list):
            queue.extend(node)
    raise SystemExit("no list of assets in this document")


def place(text):
    path, _, line = text.rpartition(":")
    return (path, int(line)) if line.isdigit() and path else (text, None)


def near(label, seen):
    for wanted in map(place, label):
        for got in map(place, seen):
            if wanted[0] == got[0] and (
                None in (wanted[1], got[1]) or abs(wanted[1] - got[1]) <= LINES_NEAR
            ):
                return True
    return False


def same_name(label, asset):
    names = {asset["name"].lower(), asset["key"].lower()}
    tails = {name.split("/", 1)[-1] for name in names} | {name.rsplit("/", 1)[-1] for name in names}
    if asset["kind"] == "vector_store":  # A store is also known by its product alone.
        tails |= {name.split("/", 1)[0] for name in names}
    return any(one.lower() in names | tails or one.lower().rsplit("/", 1)[-1] in names for one in re.split(r" or ", label))


def matches(label, asset):
    if label["kind"] != asset["kind"]:
        return False
    named = label["kind"] in NAMED_BY_PLACE or same_name(label["name"], asset)
    return named and (not label["at"] or near(label["at"], asset["locations"]))


def main():
    paths = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    if len(paths) != 2:
        raise SystemExit(__doc__)
    with open(paths[0], encoding="utf-8") as file:
        assets = assets_of(json.load(file))
    with open(paths[1], "rb") as file:
        labels = tomllib.load(file)
    for asset in assets:
        asset.setdefault("locations", [])
    wanted = labels["asset"]
    # Who labelled no applications says nothing of them.
    if not any(label["kind"] == "application" for label in wanted):
        assets = [asset for asset in assets if asset["kind"] != "application"]
    missed = [label for label in wanted if not any(matches(label, asset) for asset in assets)]
    false = [asset for asset in assets if not any(matches(label, asset) for label in wanted)]
    found, right = len(wanted) - len(missed), len(assets) - len(false)
    print(f"{labels['repository']}: recall {found}/{len(wanted)} = {found / max(1, len(wanted)):.3f}, "
          f"precision {right}/{len(assets)} = {right / max(1, len(assets)):.3f}")
    kinds = sorted({label["kind"] for label in wanted} | {asset["kind"] for asset in assets})
    for kind in kinds:
        of = [label for label in wanted if label["kind"] == kind]
        lost = [label for label in missed if label["kind"] == kind]
        got = [asset for asset in assets if asset["kind"] == kind]
        bad = [asset for asset in false if asset["kind"] == kind]
        print(f"  {kind}: found {len(of) - len(lost)} of {len(of)}; right {len(got) - len(bad)} of {len(got)}")
    for label in missed:
        print(f"  missed {label['kind']} {label['name']} {' '.join(label['at'])}")
    for asset in false:
        print(f"  false  {asset['kind']} {asset['key']} {' '.join(asset['locations'][:3])}")


if __name__ == "__main__":
    main()
