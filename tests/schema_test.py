#!/usr/bin/python3
"""The JSON Schemas that `tocsin schema` prints, against an independent validator: they take every pack and every file
of scenarios of the tree, refuse what `tocsin check` refuses for its form, and know the keys that the program knows."""
import argparse
import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[1]
PACK = """\
pack: one
regions: [{region}]
parameters:
  floor: {{value: 3, why: a test}}
signals:
  dry:
    dimension: {dimension}
    when: last({indicator}) < floor
patterns:
  drought:
    watch: on(dry)
    advise: [{{function: oversee, horizon: short, text: Ask.}}]
"""
TOCSIN = ""


def schema(of):
    return json.loads(subprocess.run([TOCSIN, "schema", of], check=True, capture_output=True, text=True).stdout)


def validator(of):
    jsonschema.Draft7Validator.check_schema(schema(of))
    return jsonschema.Draft7Validator(schema(of))


def texts(document):
    """As editors' servers read YAML, but for dates and truth values: rules take every scalar for a text."""
    return yaml.load(document, Loader=yaml.BaseLoader)


def config():
    return ROOT / "tests/config/published"


def names():
    """A region, dimension and indicator of the configuration, with a source."""
    indicators = texts((config() / "indicators.yaml").read_text())
    name, item = next((n, i) for n, i in indicators["indicators"].items() if "scale" not in i)
    regions = texts((config() / "regions.yaml").read_text())["regions"]
    region = next(c for c, r in regions.items() if r.get("kind") == "admin-1")
    return {"region": region, "dimension": item["dimension"], "indicator": name}


class Schemas(unittest.TestCase):
    def test_every_pack_and_file_of_scenarios_is_valid(self):
        files = sorted((ROOT / "rules/packs").rglob("*.yaml"))
        self.assertGreater(len(files), 10)
        for file in files:
            of = "scenarios" if file.name.endswith(".scenarios.yaml") else "pack"
            errors = [f"{file}: {list(e.path)}: {e.message}" for e in validator(of).iter_errors(texts(file.read_text()))]
            self.assertEqual(errors, [])

    def test_what_has_not_the_form_of_a_pack_is_refused(self):
        good = texts(PACK.format(**names()))
        check = validator("pack")
        self.assertTrue(check.is_valid(good))
        wrong = {
            "an unknown key": lambda p: p["signals"]["dry"].update(whan="x"),
            "an unknown section": lambda p: p.update(signal={}),
            "no dimension": lambda p: p["signals"]["dry"].pop("dimension"),
            "neither when nor bands": lambda p: p["signals"]["dry"].pop("when"),
            "when and bands": lambda p: p["signals"]["dry"].update(bands={"watch": "> 1"}),
            "no regions": lambda p: p.update(regions=[]),
            "a function that no parliament has": lambda p: p["patterns"]["drought"]["advise"][0].update(function="pray"),
            "a level that is none": lambda p: p["patterns"]["drought"].update(alarm="on(dry)"),
            "a parameter without a reason": lambda p: p["parameters"]["floor"].pop("why"),
        }
        for name, change in wrong.items():
            with self.subTest(name):
                pack = copy.deepcopy(good)
                change(pack)
                self.assertFalse(check.is_valid(pack))

    def test_knows_the_keys_that_the_program_knows(self):
        pack = schema("pack")["properties"]
        advice = pack["patterns"]["additionalProperties"]["properties"]["advise"]["items"]
        sections = {
            "": schema("pack"),
            "parameters.floor": pack["parameters"]["additionalProperties"],
            "signals.dry": pack["signals"]["additionalProperties"],
            "patterns.drought": pack["patterns"]["additionalProperties"],
            "patterns.drought.advise.0": advice,
        }
        for path, part in sections.items():
            with self.subTest(path):
                tree = texts(PACK.format(**names()))
                at = tree
                for key in filter(None, path.split(".")):
                    at = at[int(key)] if key.isdigit() else at[key]
                at["zzzzzzzzzzzz"] = "x"
                with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                    yaml.safe_dump(tree, file, sort_keys=False)
                    file.flush()
                    answer = subprocess.run([TOCSIN, "check", file.name, "--config", config()], capture_output=True,
                                            text=True)
                self.assertEqual(answer.returncode, 1, answer.stderr)
                allowed = re.search(r"zzzzzzzzzzzz.*?allowed: ([^\n]*)", answer.stderr, flags=re.S)
                self.assertIsNotNone(allowed, answer.stderr)
                self.assertEqual(sorted(re.findall(r"'([a-z_0-9]+)'", allowed.group(1))),
                                 sorted(part["properties"]), path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tocsin", required=True)
    options, rest = parser.parse_known_args()
    TOCSIN = options.tocsin
    unittest.main(argv=[sys.argv[0], *rest])
