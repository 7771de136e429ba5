"""`cmake --install` into a temporary prefix, and the programs run from there, as an operator would."""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]
OPTIONS = None
GED = """id,where_prec,country,adm_1,latitude,longitude,date_start,date_end,type_of_violence,best,low,high,side_a,side_b
1,1,Nigeria,Borno state,11.8,13.1,2019-03-07,2019-03-07,1,4,4,4,A,B
"""


def install(prefix, destination=None):
    environment = dict(os.environ)
    environment.pop("DESTDIR", None)
    if destination:
        environment["DESTDIR"] = str(destination)
    subprocess.run([OPTIONS.cmake, "--install", OPTIONS.build, "--prefix", str(prefix)], check=True,
                   env=environment, stdout=subprocess.DEVNULL)


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.prefix = pathlib.Path(cls.directory.name) / "prefix"
        cls.elsewhere = pathlib.Path(cls.directory.name) / "elsewhere"  # no source tree
        cls.elsewhere.mkdir()
        (cls.elsewhere / "ged.csv").write_text(GED)
        install(cls.prefix)

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def tocsin(self, *arguments, at=None, **environment):
        known = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
        return subprocess.run([str((at or self.prefix) / "bin/tocsin"), *map(str, arguments)],
                              cwd=self.elsewhere, env={**known, **environment}, text=True, capture_output=True)

    def test_import_finds_the_installed_mappings(self):
        done = self.tocsin("import", "ucdp-ged", "ged.csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 rows read = 1 used", done.stderr)
        self.assertIn('"source":"ucdp-ged"', done.stdout)

    def test_every_mapping_pack_and_schema_of_the_source_tree_is_installed(self):
        for source, target in (("ingest/mappings", "mappings"), ("rules/packs", "packs"),
                               ("deploy/schemas", "schemas"), ("deploy/config", "config")):
            for path in (ROOT / source).rglob("*"):
                if path.is_file() and path.suffix in (".yaml", ".json", ".geojson"):
                    self.assertTrue((self.prefix / "share/tocsin" / target / path.relative_to(ROOT / source)).is_file(),
                                    path)

    def test_mappings_may_be_elsewhere(self):
        done = self.tocsin("import", "ucdp-ged", "ged.csv", TOCSIN_MAPPINGS="/nowhere")
        self.assertEqual(done.returncode, 2)
        self.assertIn("/nowhere/ucdp-ged.yaml", done.stderr)
        done = self.tocsin("import", "ucdp-ged", "ged.csv", "--mappings", ROOT / "ingest/mappings",
                           TOCSIN_MAPPINGS="/nowhere")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_check_takes_the_example_configuration_and_its_pack(self):
        example = str(self.prefix / "share/tocsin/config/lake-chad")
        for done in (self.tocsin("check", "--config", example), self.tocsin("check", TOCSIN_CONFIG=example)):
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("lake-chad", done.stdout)

    def test_without_a_source_tree_the_configuration_is_that_of_etc(self):
        self.assertRegex(self.tocsin("check", "--help").stdout, r"--config TEXT\W*/etc/tocsin\b")

    def test_the_daemon_starts(self):
        done = subprocess.run([str(self.prefix / "bin/tocsind"), "--version"], text=True, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_package_names_the_paths_that_it_will_have(self):
        stage = pathlib.Path(self.directory.name) / "stage"
        install("/usr", stage)
        unit = (stage / "usr/lib/systemd/system/tocsind.service").read_text()
        self.assertEqual(unit, (ROOT / "systemd/tocsind.service").read_text())
        settings = (stage / "usr/share/tocsin/config/lake-chad/tocsind.yaml").read_text()
        self.assertIn("packs: [/usr/share/tocsin/packs/lake-chad.yaml]", settings)
        self.assertIn("path: /var/lib/tocsin/store", settings)
        self.assertNotIn("../", settings)
        done = self.tocsin("import", "ucdp-ged", "ged.csv", at=stage / "usr")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_unit_names_the_prefix(self):
        unit = (self.prefix / "lib/systemd/system/tocsind.service").read_text()
        self.assertIn(f"ExecStart={self.prefix}/bin/tocsind --config /etc/tocsin\n", unit)
        documentation = re.search(r"^Documentation=file:(.*)$", unit, re.M).group(1)
        self.assertTrue(pathlib.Path(documentation).is_file(), documentation)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cmake", default="cmake")
    parser.add_argument("--build", default=str(ROOT / "build/dev"))
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
