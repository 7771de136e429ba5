#!/usr/bin/python3
"""`tocsin new`, the real program: the pack it makes is accepted by `tocsin check`, its scenarios by `tocsin test`, both
are in the form of `tocsin fmt`; what does not do is said, and nothing is written over."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]
LAKE_CHAD = ROOT / "deploy/config/lake-chad"
PUBLISHED = ROOT / "tests/config/published"
ANSWERS = """\
title: Hunger and clashes
regions: [NG-BO, NG-YO]
dimensions: [food, community, economic]
threats: {ipc3_share: 20 %, communal_violence: 3, displaced_people: "50_000 people", food_price_index: 1.5}
met: "2014: after two failed rains, herders and farmers clashed"
missed: Clashes over wells, until weeks later.
warning: 2
wanted: Ask for a "joint" briefing
function: oversee
"""
TOCSIN = ""


def tocsin(*args, config=LAKE_CHAD, given=""):
    return subprocess.run([TOCSIN, *map(str, args)], input=given, capture_output=True, text=True,
                          env={**os.environ, "TOCSIN_CONFIG": str(config)})


class New(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.pack = pathlib.Path(self.directory.name) / "first.yaml"
        self.scenarios = self.pack.with_suffix(".scenarios.yaml")

    def answers(self, text):
        path = pathlib.Path(self.directory.name) / "answers.txt"
        path.write_text(text)
        return path

    def expect_good(self, config=LAKE_CHAD):
        checked = tocsin("check", self.pack, "--json", config=config)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        found = json.loads(checked.stdout)
        self.assertEqual((found["errors"], found["warnings"]), ([], []))
        tested = tocsin("test", self.pack, config=config)
        self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)
        formatted = tocsin("fmt", "--check", self.pack, self.scenarios)
        self.assertEqual(formatted.returncode, 0, formatted.stdout)

    def test_answers_from_a_file(self):
        made = tocsin("new", self.pack, "--answers", self.answers(ANSWERS), "--json")
        self.assertEqual(made.returncode, 0, made.stderr)
        told = json.loads(made.stdout)
        self.assertEqual((told["signals"], told["scenarios_met"]), (4, 3))
        text = self.pack.read_text()
        for part in ("# Which dimensions matter: food, community, economic.", "herders and farmers clashed",
                     "Clashes over wells", "last(ipc3_share) >= 20 %", 'Ask for a "joint" briefing',
                     "count(events(kind: communal_violence), 28d) >= 3"):
            self.assertIn(part, text)
        self.expect_good()

    def test_every_threat_of_a_configuration_can_be_asked_for(self):
        answers = """\
regions: [SS]
dimensions: [food, health, environmental, economic, political, community]
threats:
  crop_hotspot: major
  crisis_outlook: deteriorated
  coup: 1
  basket_price: 1000 local/basket
  ipc3_share: 20.5 %
  vci_3m: 20
  spi: "-1.5 sd"
  meningitis_cases: 5 cases
"""
        made = tocsin("new", self.pack, "--answers", self.answers(answers), config=PUBLISHED)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertIn("last(spi) <= -1.5 sd", self.pack.read_text())
        self.expect_good(PUBLISHED)

    def test_a_threat_by_itself_is_compared_with_its_normal(self):
        answers = "regions: [BF]\ndimensions: [environmental, economic]\nthreats: [biomass, maize_price, flood]\n"
        made = tocsin("new", self.pack, "--answers", self.answers(answers), config=PUBLISHED)
        self.assertEqual(made.returncode, 0, made.stderr)
        text = self.pack.read_text()
        self.assertIn("last(biomass) < 75 % of normal(last(biomass), 5y)", text)
        self.assertIn("last(maize_price) > 125 % of normal(last(maize_price), 5y)", text)
        self.expect_good(PUBLISHED)

    def test_questions_on_the_terminal(self):
        lines = ["Hunger and clashes", "NG-BX", "NG-BO", "foood", "food, community", "ipc3_share, communal_violence",
                 "plenty", "20 %", "", "in 2014", "wells", "2", "Ask for a briefing", "oversee"]
        made = tocsin("new", self.pack, given="\n".join(lines) + "\n")
        self.assertEqual(made.returncode, 0, made.stdout + made.stderr)
        for part in ("1. Which dimensions of security matter here?", "2. Which threats have met here before?",
                     "3. What is being missed?", "4. What is wanted?", "There is no region 'NG-BX'", "Did you mean food?",
                     "'plenty' is no figure of ipc3_share", "all met"):
            self.assertIn(part, made.stdout)
        self.expect_good()

    def test_answers_that_end_too_early_write_nothing(self):
        made = tocsin("new", self.pack, given="A title\nNG-BO\n")
        self.assertEqual(made.returncode, 2)
        self.assertIn("ended too early", made.stderr)
        self.assertFalse(self.pack.exists())

    def test_every_mistake_in_the_answers_is_said_at_once(self):
        answers = ANSWERS.replace("NG-YO", "NG-YU").replace("ipc3_share: 20 %", "ipc3_share: 120 %").replace(
            "communal_violence: 3", "comunal_violence: 3")
        made = tocsin("new", self.pack, "--answers", self.answers(answers))
        self.assertEqual(made.returncode, 1)
        for part in ("regions: 'NG-YU'", "threats: 'ipc3_share: 120 %'", "between 0 and 100",
                     "'comunal_violence'", "did you mean communal_violence?"):
            self.assertIn(part, made.stderr)
        made = tocsin("new", self.pack, "--answers", self.answers("regoins: [NG-BO]\n"))
        self.assertEqual(made.returncode, 1)
        self.assertIn('did you mean "regions"?', made.stderr)
        self.assertFalse(self.pack.exists())

    def test_nothing_is_written_over_without_force(self):
        answers = self.answers(ANSWERS)
        self.scenarios.write_text("mine\n")
        made = tocsin("new", self.pack, "--answers", answers)
        self.assertEqual(made.returncode, 1)
        self.assertIn("--force", made.stderr)
        self.assertEqual(self.scenarios.read_text(), "mine\n")
        self.assertEqual(tocsin("new", self.pack, "--answers", answers, "--force").returncode, 0)
        self.expect_good()

    def test_help_teaches(self):
        said = tocsin("new", "--help").stdout
        for part in ("Answers for scripts", "Exit code", "tocsin new my-pack.yaml --answers"):
            self.assertIn(part, said)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--tocsin", required=True)
    options, rest = parser.parse_known_args()
    TOCSIN = options.tocsin
    unittest.main(argv=[sys.argv[0], *rest])
