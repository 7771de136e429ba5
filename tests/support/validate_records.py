#!/usr/bin/python3
"""Validates records with python3-jsonschema, independently of tocsin's own parser.

usage: validate_records.py SCHEMA_DIR < records.ndjson

Prints for each line "ok", or "refused" and the first complaint, by the schema that the record's
`type` asks for. A schema that is itself wrong ends the program with an error.
"""
import json
import pathlib
import sys

import jsonschema

validators = {}
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.schema.json")):
    schema = json.loads(path.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    checker = jsonschema.FormatChecker(formats=["date"])
    kind = schema["properties"]["type"]["const"]
    validators[kind] = jsonschema.Draft202012Validator(schema, format_checker=checker)

for line in sys.stdin:
    record = json.loads(line)
    kind = record.get("type") if isinstance(record, dict) else None
    validator = validators.get(kind) if isinstance(kind, str) else None
    if validator is None:
        print("refused no schema for this type")
        continue
    error = next(validator.iter_errors(record), None)
    print("ok" if error is None else "refused " + error.message.replace("\n", " ")[:200])
