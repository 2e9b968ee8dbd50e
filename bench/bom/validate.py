"""Validates bills of materials with validators that others wrote.

    validate.py FILE...

CycloneDX files (JSON, the version that they name): `cyclonedx-python-lib`, strict, against the
schemas of the standard that it carries. SPDX 3.0.1 files: `spdx-python-model`, which is generated
from the SHACL model of the standard and checks classes, fields, cardinalities, patterns and words,
and whether every reference resolves.

Where the variable ANNEX_SPDX_MODEL names a folder with the standard's `spdx-model.ttl`,
`spdx-context.jsonld` and `schema.json`, SPDX files are also checked against that schema and, with
`pyshacl`, against that model. Nothing is fetched.

Exit code 0 when all are valid; 1 with one line per fault.
"""

import json
import os
import pathlib
import sys


def cyclonedx(text, document):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    version = {"1.6": SchemaVersion.V1_6, "1.7": SchemaVersion.V1_7}[document["specVersion"]]
    faults = JsonStrictValidator(version).validate_str(text, all_errors=True) or []
    return [str(fault.data.message if hasattr(fault.data, "message") else fault) for fault in faults]


def spdx(text, document):
    import spdx_python_model

    model, objects = spdx_python_model.load_data(document)
    faults = [f"unresolved: {reference}" for reference in sorted(objects.missing_ids)]
    # Reading checks what is there; writing checks that what is required is there.
    try:
        model.JSONLDSerializer().serialize_data(objects)
    except Exception as error:
        faults.append(f"{type(error).__name__}: {error}")
    folder = os.environ.get("ANNEX_SPDX_MODEL")
    return faults + (against_model(document, pathlib.Path(folder)) if folder else [])


def against_model(document, folder):
    import jsonschema
    import pyshacl
    import rdflib

    schema = json.loads((folder / "schema.json").read_text())
    faults = [
        f"{fault.json_path}: {fault.message[:300]}"
        for fault in jsonschema.Draft202012Validator(schema).iter_errors(document)
    ]
    context = json.loads((folder / "spdx-context.jsonld").read_text())
    local = {**document, "@context": context["@context"]}
    graph = rdflib.Graph().parse(data=json.dumps(local), format="json-ld")
    shapes = rdflib.Graph().parse(folder / "spdx-model.ttl")
    conforms, _, words = pyshacl.validate(graph, shacl_graph=shapes, ont_graph=shapes)
    return faults + ([] if conforms else [words])


def main():
    bad = False
    for name in sys.argv[1:]:
        text = pathlib.Path(name).read_text()
        document = json.loads(text)
        check = cyclonedx if "bomFormat" in document else spdx
        try:
            faults = check(text, document)
        except Exception as error:
            faults = [f"{type(error).__name__}: {error}"]
        kind = "CycloneDX " + document["specVersion"] if check is cyclonedx else "SPDX 3.0.1"
        for fault in faults:
            print(f"{name}: {fault}")
        print(f"{name}: {kind}: {'INVALID' if faults else 'valid'}")
        bad = bad or bool(faults)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
