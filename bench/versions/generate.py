#!/usr/bin/env python3
"""Facts about versions from the libraries that define them, as a table for the tests.

Usage: generate.py [--seed N] [--orders N] [--ranges N] NODE_MODULES [MAVEN_CLASSES]
       generate.py NODE_MODULES MAVEN_CLASSES > crates/intel/tests/data/versions.tsv

It needs the Python package `packaging`, a folder that holds the npm package `semver`, and for the
rows of Maven a class path with `org.apache.maven.artifact.versioning.ComparableVersion` of Maven 4.
Versions and ranges are drawn from a seed, so two runs with the same libraries and the same seed
give the same table. The recorded one is that of the default seed; its rows of Maven are of an
earlier run, and stay as long as that library does. `crates/intel/tests/versions.rs`
runs this with another seed every time.

Rows: `order SCHEME LEFT RIGHT -1|0|1`, `range SCHEME VERSION EVENTS true|false`,
`invalid SCHEME TEXT`. The range of Python is decided with comparisons of `packaging.Version`, after
the local part is taken off where the bound has none; that of npm by `semver.satisfies`.
"""

import argparse
import json
import os
import random
import subprocess
import tempfile

import packaging
from packaging.version import InvalidVersion, Version

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=20240101)
parser.add_argument("--orders", type=int, default=700)
parser.add_argument("--ranges", type=int, default=500)
parser.add_argument("modules")
parser.add_argument("classes", nargs="?")
ARGS = parser.parse_args()
ORDERS, RANGES = ARGS.orders, ARGS.ranges
random.seed(ARGS.seed)


def number():
    return str(random.choice([0, 0, 1, 1, 2, 3, 9, 10, 11, 99, 2024]))


def maybe(share, make):
    return make() if random.random() < share else ""


def python():
    text = maybe(0.05, lambda: "v") + maybe(0.08, lambda: random.choice(["0!", "1!", "2!"]))
    text += ".".join(number() for _ in range(random.randint(1, 4)))
    word = lambda: random.choice(["a", "b", "rc", "c", "alpha", "beta", "pre", "preview", "RC"])
    sep = lambda: random.choice(["", "", ".", "-", "_"])
    text += maybe(0.3, lambda: sep() + word() + maybe(0.8, lambda: sep() + number()))
    post = lambda: random.choice([".post", "-post", "post", ".rev", "-r"]) + maybe(0.8, number)
    text += maybe(0.2, lambda: random.choice([post(), "-" + number()]))
    text += maybe(0.2, lambda: sep() + "dev" + maybe(0.8, number))
    part = lambda: random.choice(["cpu", "cu118", "abc", "1", "10", "2", "ubuntu", "A1"])
    text += maybe(0.2, lambda: "+" + random.choice([".", "-", "_"]).join(
        part() for _ in range(random.randint(1, 3))))
    return text


def npm():
    part = lambda: random.choice(["alpha", "beta", "rc", "0", "1", "2", "10", "11", "x-y", "-", "a1",
                                  "RC", "99999999999999999999", "100000000000000000000"])
    text = maybe(0.05, lambda: "v") + ".".join(number() for _ in range(3))
    text += maybe(0.45, lambda: "-" + ".".join(part() for _ in range(random.randint(1, 4))))
    return text + maybe(0.15, lambda: "+" + random.choice(["build.1", "001", "incompatible"]))


def maven():
    word = lambda: random.choice(["alpha", "a", "beta", "b", "m", "milestone", "rc", "cr", "RC", "sp",
                                  "SNAPSHOT", "ga", "Final", "release", "jre", "android", "x", "redhat"])
    text = number()
    for _ in range(random.randint(0, 5)):
        text += random.choice([".", ".", ".", "-", "-", ""]) + random.choice([number, number, word])()
    return text


def near(version, make):
    """Another version that shares a beginning with this one, so that ends are compared too."""
    other = make()
    if random.random() < 0.6:
        cut = random.randint(1, len(version))
        return version[:cut] + other[random.randint(0, len(other) - 1):]
    return other


def pairs(make, valid):
    out = []
    while len(out) < ORDERS:
        left = make()
        right = near(left, make)
        if valid(left) and valid(right):
            out.append((left, right))
    return out


def is_python(text):
    try:
        Version(text)
        return True
    except InvalidVersion:
        return False


def intervals(bounds):
    """Pairs of ascending bounds as intervals; the last may stay open."""
    out, rest = [], list(bounds)
    while rest:
        start = rest.pop(0)
        if not rest:
            out.append((start, None, None))
            break
        out.append((start, random.choice(["fixed", "fixed", "last_affected"]), rest.pop(0)))
    return out


def events(rows):
    out = []
    for start, kind, end in rows:
        out.append("introduced=" + start)
        if kind:
            out.append(kind + "=" + end)
    random.shuffle(out)
    return ";".join(out)


def python_ranges():
    for _ in range(RANGES):
        bounds = {Version(python()) for _ in range(random.randint(1, 5))}
        bounds = [str(bound) for bound in sorted(bounds)]
        if "0" in bounds[1:]:
            continue  # Before every version, and not where it was sorted.
        rows = intervals(bounds)
        text = near(random.choice(bounds), python)
        if not is_python(text):
            continue

        def used(bound):
            version = Version(text)
            return version if Version(bound).local else Version(version.public)

        inside = any(
            # As the schema of OSV says, `0` is before every version, also before `0.dev1`.
            (start == "0" or used(start) >= Version(start))
            and (kind is None
                 or (used(end) < Version(end) if kind == "fixed" else used(end) <= Version(end)))
            for start, kind, end in rows)
        print("range", "pypi", text, events(rows), str(inside).lower(), sep="\t")


NODE = """
const semver = require(process.argv[2] + '/semver');
const asked = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const order = asked.order.map(([a, b]) => semver.compare(a, b));
const valid = asked.valid.map(text => semver.valid(text) !== null);
const sorted = asked.bounds.map(list => semver.sort(list.slice()));
const inside = asked.inside.map(([v, range]) => semver.satisfies(v, range, {includePrerelease: true}));
console.log(JSON.stringify({order, valid, sorted, inside,
  version: require(process.argv[2] + '/semver/package.json').version}));
"""

JAVA = """
import java.io.*;
import org.apache.maven.artifact.versioning.ComparableVersion;
public class Order {
  public static void main(String[] none) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = in.readLine()) != null; ) {
      String[] part = line.split("\\t");
      int order = new ComparableVersion(part[0]).compareTo(new ComparableVersion(part[1]));
      System.out.println(Integer.signum(order));
    }
  }
}
"""


def node(modules, **asked):
    for name in ["order", "valid", "bounds", "inside"]:
        asked.setdefault(name, [])
    done = subprocess.run(["node", "-e", NODE, "-", os.path.abspath(modules)], check=True,
                          input=json.dumps(asked), capture_output=True, text=True)
    return json.loads(done.stdout)


def java(classes, rows):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "Order.java"), "w") as out:
            out.write(JAVA)
        subprocess.run(["javac", "-cp", classes, "-d", folder, out.name], check=True)
        done = subprocess.run(["java", "-cp", folder + ":" + classes, "Order"], check=True,
                              input="".join(f"{a}\t{b}\n" for a, b in rows),
                              capture_output=True, text=True)
    return [int(line) for line in done.stdout.split()]


def main():
    modules, classes = ARGS.modules, ARGS.classes
    texts = [npm() for _ in range(6 * ORDERS)]
    others = [near(text, npm) for text in texts]
    good = node(modules, valid=texts + others)
    rows = [(a, b) for a, b, x, y in zip(texts, others, good["valid"], good["valid"][len(texts):])
            if x and y][:ORDERS]
    print(f"# packaging {packaging.__version__}, semver {good['version']}, ComparableVersion of Maven 4")
    print("# made by bench/versions/generate.py; do not edit")

    for left, right in pairs(python, is_python):
        order = (Version(left) > Version(right)) - (Version(left) < Version(right))
        print("order", "pypi", left, right, order, sep="\t")
    python_ranges()

    # Not a set: its order differs from run to run.
    lists = [list(dict.fromkeys(npm().split("+")[0].lstrip("v") for _ in range(random.randint(1, 5))))
             for _ in range(RANGES)]
    wanted = [near(random.choice(bounds), npm) for bounds in lists]
    answers = node(modules, order=rows, bounds=lists, valid=wanted)
    for (left, right), order in zip(rows, answers["order"]):
        print("order", "npm", left, right, order, sep="\t")
    asked, shown = [], []
    for bounds, text, valid in zip(answers["sorted"], wanted, answers["valid"]):
        if not valid:
            print("invalid", "npm", text, sep="\t")
            continue
        made = intervals(bounds)
        sign = {"fixed": "<", "last_affected": "<="}
        asked.append((text, " || ".join(
            f">={start}" + (f" {sign[kind]}{end}" if kind else "") for start, kind, end in made)))
        shown.append((text, events(made)))
    for (text, made), inside in zip(shown, node(modules, inside=asked)["inside"]):
        print("range", "npm", text, made, str(inside).lower(), sep="\t")

    rows = pairs(maven, lambda text: True) if classes else []
    for (left, right), order in zip(rows, java(classes, rows) if classes else []):
        print("order", "maven", left, right, order, sep="\t")

    refused = 0
    while refused < 150:
        text = near(python(), python)[:12] + random.choice(["", ".x", "!", "=", ".*", "-"])
        if not is_python(text) and text.strip():
            print("invalid", "pypi", text, sep="\t")
            refused += 1


main()
