"""deploy/sbom lists what this build is made of: valid by the fields that CycloneDX 1.4 requires, true by dpkg, complete
by what the programs load, and the same bytes each time."""
import argparse
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[1]
TEXT = {"type": "string", "minLength": 1}
COMPONENT = {
    "type": "object",
    "required": ["type", "bom-ref", "name", "version"],
    "additionalProperties": False,
    "properties": {
        "type": {"enum": ["application", "framework", "library", "container", "operating-system", "device", "firmware",
                          "file"]},
        "bom-ref": TEXT, "name": TEXT, "version": TEXT, "purl": {"type": "string", "pattern": "^pkg:(deb/debian|npm)/"},
        "hashes": {"type": "array", "items": {
            "type": "object", "required": ["alg", "content"], "additionalProperties": False,
            "properties": {"alg": {"const": "SHA-256"}, "content": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}}},
        "licenses": {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["license"], "properties": {"license": {
                "type": "object", "minProperties": 1, "maxProperties": 1,
                "properties": {"id": TEXT, "name": TEXT}, "additionalProperties": False}}}},
        "properties": {"type": "array", "items": {
            "type": "object", "required": ["name", "value"], "properties": {"name": TEXT, "value": TEXT}}},
    },
}
SCHEMA = {
    "type": "object",
    "required": ["bomFormat", "specVersion", "serialNumber", "version", "metadata", "components", "dependencies"],
    "additionalProperties": False,
    "properties": {
        "bomFormat": {"const": "CycloneDX"}, "specVersion": {"const": "1.4"}, "version": {"const": 1},
        "serialNumber": {"type": "string", "pattern": "^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
        "metadata": {"type": "object", "required": ["component"], "properties": {"component": COMPONENT}},
        "components": {"type": "array", "minItems": 10, "uniqueItems": True, "items": COMPONENT},
        "dependencies": {"type": "array", "items": {
            "type": "object", "required": ["ref", "dependsOn"],
            "properties": {"ref": TEXT, "dependsOn": {"type": "array", "items": TEXT}}}},
    },
}
# Each for another way in: loaded, and present as headers alone.
LOADED = ("librocksdb7.8", "libzmq5", "libsodium23", "libsimdjson14", "libcurl4", "libc6")
HEADERS_ONLY = ("libexpected-dev", "libcli11-dev", "cppzmq-dev")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True, type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-sbom-") as directory:
        texts = []
        for number in (1, 2):
            out = pathlib.Path(directory) / f"{number}.json"
            subprocess.run([str(ROOT / "deploy/sbom"), "--build", str(options.build), "--out", str(out)], check=True)
            texts.append(out.read_text())
    assert texts[0] == texts[1], "two runs differ"
    document = json.loads(texts[0])
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.validate(document, SCHEMA)
    components = {component["name"]: component for component in document["components"]}
    references = [component["bom-ref"] for component in document["components"]]
    assert len(set(references)) == len(references), "a bom-ref stands twice"
    assert document["dependencies"] == [{"ref": "tocsin", "dependsOn": sorted(references)}]

    def use_of(name):
        return [p["value"] for p in components[name]["properties"] if p["name"] == "tocsin:use"]

    for name in LOADED:
        assert "loaded" in use_of(name), f"{name} is loaded"
    for name in HEADERS_ONLY:
        assert use_of(name) == ["compiled in"], f"{name} is compiled in"
    for name, component in components.items():
        if component["bom-ref"].startswith("deb:"):
            version = subprocess.run(["dpkg-query", "-W", "-f=${Version}", name], check=True, capture_output=True,
                                     text=True).stdout
            assert component["version"] == version, f"{name}: {component['version']}, installed is {version}"
            licence_file = any(p["name"] == "tocsin:licence-in" for p in component["properties"])
            assert licence_file != ("licenses" in component), f"{name}: a licence, or where it is said"
    assert components["librocksdb7.8"]["licenses"] == [{"license": {"name": "GPL-2 or Apache-2.0"}}]
    polygons = components["@superset-ui/legacy-plugin-chart-country-map"]
    assert polygons["hashes"][0]["content"] in (ROOT / "deploy/regions/make-regions").read_text()
    assert re.fullmatch(r"pkg:npm/%40superset-ui/[a-z-]+@[0-9.]+", polygons["purl"]), polygons["purl"]
    program = options.build / "bin/tocsind"
    assert components["tocsind"]["hashes"][0]["content"] == hashlib.sha256(program.read_bytes()).hexdigest()
    print(f"{len(components)} components")
    return 0


if __name__ == "__main__":
    sys.exit(main())
