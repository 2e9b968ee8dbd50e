#!/usr/bin/env python3
"""Runs scanners of model files over one corpus and prints what each found as a Markdown table.

    cargo xtask model-files DIR
    compare.py DIR VENVS [--annex BINARY] [--only NAME]... [--large-mb 300] [--json OUT]

DIR is what `cargo xtask model-files` wrote, VENVS a folder for the virtual environments that this
program makes (pip is used, once). A malicious file is found when a scanner's verdict is one of
those that `expected.json` accepts for it; a harmless file that is `malicious` or `suspicious` is
a false alarm. What a scanner merely fails to read counts as found only where `unreadable` is
accepted. Wall time, and in brackets processor time, is of the whole run over the files, without
the installation; the large pickle is scanned alone. Standard library only; not part of CI.
"""

import argparse
import collections
import json
import os
import pathlib
import pickle
import random
import resource
import subprocess
import sys
import tempfile
import time
import venv

# Versions and extras are named, so that a run can be repeated.
PACKAGES = {
    "modelscan": ["modelscan[h5py,tensorflow]==0.8.8"],
    "picklescan": ["picklescan==1.0.5"],
    # It needs typing_extensions on Python 3.11 and does not say so.
    "fickling": ["fickling==0.1.12", "typing_extensions"],
    "modelaudit": ["modelaudit[h5,onnx,safetensors,joblib]==0.2.54"],
}
FOLDER_SECONDS_MAX = 900
LARGE_SECONDS_MAX = 300
MEMORY_BYTES_MAX = 8 << 30
FLAGGED = ("malicious", "suspicious")

# Each program reads paths, one per line, and prints one line of JSON for each.
LOOP = """
import json, logging, sys, warnings
logging.disable(logging.CRITICAL); warnings.simplefilter("ignore")
# Some scanners print what they find.
sys.stdout = sys.stderr
for line in sys.stdin:
    path = line.rstrip("\\n")
    try:
        verdict = scan(path)
    except BaseException as error:
        verdict = "unreadable"
    print(json.dumps([path, verdict]), file=sys.__stdout__, flush=True)
"""
PROGRAMS = {
    "modelscan": """
from modelscan.modelscan import ModelScan
def scan(path):
    report = ModelScan().scan(path)
    if report["issues"]:
        return "malicious"
    return "unreadable" if report["errors"] else "clean"
""",
    "picklescan": """
from picklescan.scanner import scan_file_path
def scan(path):
    result = scan_file_path(path)
    if result.issues_count:
        return "malicious"
    return "unreadable" if result.scan_err else "clean"
""",
    "picklescan --strict": """
from picklescan.scanner import scan_file_path
def scan(path):
    result = scan_file_path(path, strict=True)
    if result.issues_count:
        return "malicious"
    return "unreadable" if result.scan_err else "clean"
""",
    "fickling": """
import zipfile
from fickling.analysis import Severity
from fickling.loader import scan_file, scan_zip_archive
def scan(path):
    if zipfile.is_zipfile(path):
        results = list(scan_zip_archive(path, graceful=True).values())
    else:
        results = [scan_file(path, graceful=True)]
    found = [one for result in results for one in result.results]
    if any(one.severity > Severity.LIKELY_SAFE for one in found):
        return "malicious"
    return "unreadable" if any(result.errors for result in results) else "clean"
""",
}


def environment(folder, package):
    """The Python of a virtual environment that has the package."""
    home = folder / package
    python = home / "bin" / "python"
    if not (home / "ready").is_file():
        venv.create(home, with_pip=True, clear=True)
        command = [python, "-m", "pip", "install", "--quiet", *PACKAGES[package]]
        subprocess.run(command, check=True)
        (home / "ready").write_text("\n")
    return python


def limited():
    """What is set in a scanner's process: it ends before the machine does."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))


def run(command, seconds_max, **options):
    """A scanner in its limits; it reports nothing to its makers."""
    silent = {"PROMPTFOO_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}
    return subprocess.run(command, capture_output=True, text=True, timeout=seconds_max,
                          env=os.environ | silent, preexec_fn=limited, **options)


def by_program(python, program, paths, seconds_max):
    """Verdicts of a scanner that is driven file by file; it is started again after a crash."""
    verdicts, waiting = {}, list(paths)
    end = time.monotonic() + seconds_max
    while waiting and time.monotonic() < end:
        text = "".join(f"{path}\n" for path in waiting)
        try:
            output = run([python, "-c", program + LOOP], end - time.monotonic(), input=text).stdout
        except subprocess.TimeoutExpired as late:
            output = (late.stdout or b"").decode()
        for line in output.splitlines():
            path, verdicts[path] = json.loads(line)
        rest = [path for path in waiting if path not in verdicts]
        if len(rest) == len(waiting) or (rest and time.monotonic() < end):
            # The first of the rest ended the program.
            verdicts[rest[0]] = "unreadable"
            rest = rest[1:]
        waiting = rest
    return verdicts


def by_modelaudit(python, paths, seconds_max):
    """Verdicts of modelaudit, one run for each folder of files."""
    verdicts = {path: "clean" for path in paths}
    folders = collections.defaultdict(list)
    root = os.path.commonpath(paths) if len(paths) > 1 else os.path.dirname(paths[0])
    for path in paths:
        parts = os.path.relpath(path, root).split(os.sep)
        key = os.path.join(root, *parts[:2]) if len(parts) > 2 else path
        folders[key].append(path)
    for folder, inside in folders.items():
        with tempfile.NamedTemporaryFile(suffix=".json") as report:
            command = [pathlib.Path(python).with_name("modelaudit"), "scan", folder, "--no-cache",
                       "--timeout", str(seconds_max), "--format", "json", "--output", report.name]
            try:
                run(command, seconds_max)
                issues = json.load(open(report.name))["issues"]
            except (subprocess.TimeoutExpired, ValueError):
                verdicts |= dict.fromkeys(inside, "unreadable")
                continue
        rank = {"clean": 0, "unreadable": 1, "suspicious": 2, "malicious": 3}
        means = {"critical": "malicious", "warning": "suspicious"}
        # The longest name first, so that none is taken for its own beginning.
        for issue in issues:
            place = issue.get("location") or ""
            names = [path for path in inside if place.startswith(path)]
            if names:
                path, verdict = max(names, key=len), means.get(issue["severity"], "unreadable")
                verdicts[path] = max(verdicts[path], verdict, key=rank.get)
    return verdicts


def by_annex(binary, folder, paths, seconds_max):
    """Verdicts of `annex models scan`: a JSON list of {path, verdict, reasons}."""
    command = [binary, "models", "scan", folder, "--format", "json"]
    done = run(command, seconds_max)
    verdicts = {}
    for row in json.loads(done.stdout):
        path = row["path"]
        if not os.path.isabs(path) and not os.path.exists(path):
            path = os.path.join(folder, path)
        verdicts[os.path.abspath(path)] = row["verdict"]
    return {path: verdicts.get(path, "absent") for path in paths}


def large(path, size_mb):
    """A harmless pickle: half of it blocks of bytes, half of it small values."""
    generator = random.Random(7)
    blocks = [generator.randbytes(1 << 20) for _ in range(size_mb // 2)]
    # About 25 bytes for each of these pairs.
    values = [(number, float(number), str(number)) for number in range(size_mb * 20_000)]
    with open(path, "wb") as file:
        pickle.dump({"blocks": blocks, "values": values}, file, protocol=4)
    return path.stat().st_size


def timed(function, *arguments):
    """The result, the wall time, and the processor time of the scanners that were run."""
    def spent():
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.monotonic(), children.ru_utime + children.ru_stime

    start = spent()
    result = function(*arguments)
    return result, *(after - before for after, before in zip(spent(), start))


def row(name, rows, root, verdicts, time_text, large_text):
    """One line of the table, and the same by group."""
    groups = collections.defaultdict(lambda: [0, 0])
    found = malicious = alarms = unread = harmless = 0
    missed, false = [], []
    for entry in rows:
        verdict = verdicts.get(str(root / entry["path"]), "absent")
        if entry["accept"] == ["clean"]:
            harmless += 1
            if verdict in FLAGGED:
                alarms += 1
                false.append(entry["path"])
            unread += verdict not in (*FLAGGED, "clean")
            continue
        malicious += 1
        group = groups[entry["technique"].split("/")[0]]
        group[1] += 1
        if verdict in entry["accept"]:
            found += 1
            group[0] += 1
        else:
            missed.append(entry["path"])
    text = (f"| {name} | {found} of {malicious} ({100 * found / malicious:.1f} %) "
            f"| {alarms} of {harmless} | {unread} | {time_text} | {large_text} |")
    return text, {"name": name, "groups": groups, "missed": missed, "false": false}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("dir", type=pathlib.Path)
    parser.add_argument("venvs", type=pathlib.Path)
    parser.add_argument("--annex")
    parser.add_argument("--only", action="append")
    parser.add_argument("--large-mb", type=int, default=300)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    root = options.dir.resolve()
    rows = json.loads((root / "expected.json").read_text())
    paths = [str(root / entry["path"]) for entry in rows]
    runs = {}
    for name, program in PROGRAMS.items():
        package = name.split()[0]
        runs[name] = (package, lambda python, where, seconds, program=program:
                      by_program(python, program, where, seconds))
    runs["modelaudit"] = ("modelaudit", by_modelaudit)
    if options.annex:
        runs["annex"] = (None, None)
    chosen = {name: run for name, run in runs.items() if not options.only or name in options.only}
    details, lines, large_texts = [], [], {}
    with tempfile.TemporaryDirectory() as folder:
        big = pathlib.Path(folder) / "large.pkl"
        size = large(big, options.large_mb) if options.large_mb else 0
        for name, (package, scan) in chosen.items():
            if package:
                python = environment(options.venvs.resolve(), package)
                verdicts, wall, cpu = timed(scan, python, paths, FOLDER_SECONDS_MAX)
                late, label = (scan, python, [str(big)], LARGE_SECONDS_MAX), None
                asked = f"import importlib.metadata as m; print(m.version({package!r}))"
                version = subprocess.check_output([python, "-c", asked], text=True).strip()
                label = f"{name} {version}"
            else:
                verdicts, wall, cpu = timed(
                    by_annex, options.annex, str(root), paths, FOLDER_SECONDS_MAX)
                late = (by_annex, options.annex, folder, [str(big)], LARGE_SECONDS_MAX)
                label = "annex"
            large_text = large_texts.get(package, "not run")
            if size and package not in large_texts:
                verdict, *spent = timed(*late)
                over = spent[0] >= LARGE_SECONDS_MAX
                large_text = "not done in " if over else f"{verdict.get(str(big), 'absent')}, "
                large_text += "{:.1f} s ({:.1f} s)".format(*spent)
                large_texts[package] = large_text
            levels = [(label, verdicts)]
            if name == "modelaudit":
                strict = {path: "unreadable" if verdict == "suspicious" else verdict
                          for path, verdict in verdicts.items()}
                levels = [(f"{label}, critical", strict), (f"{label}, with warnings", verdicts)]
            for label, verdicts in levels:
                line, detail = row(label, rows, root, verdicts, f"{wall:.1f} s ({cpu:.1f} s)",
                                   large_text)
                print(line, file=sys.stderr, flush=True)
                lines.append(line)
                details.append(detail)
    print("| scanner | malicious found | false alarms | harmless not read | wall (CPU) time "
          f"| a pickle of {size >> 20} MiB |")
    print("| --- | --- | --- | --- | --- | --- |")
    print("\n".join(lines))
    print("\n| group | " + " | ".join(detail["name"] for detail in details) + " |")
    print("| --- |" + " --- |" * len(details))
    for group in details[0]["groups"]:
        cells = [f"{detail['groups'][group][0]}/{detail['groups'][group][1]}" for detail in details]
        print(f"| {group} | " + " | ".join(cells) + " |")
    if options.json:
        options.json.write_text(json.dumps(details, indent=1) + "\n")


if __name__ == "__main__":
    main()
