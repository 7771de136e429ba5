"""Records to load the real daemon with: the demonstration's scenario, and as many more as a test wants."""
import collections
import json
import pathlib
import random
import subprocess

from daemon_rig import ROOT

PHASES = ("01-history", "02-watch", "03-warning", "04-emergency", "05-correction", "06-retraction")


def scenario_lines(directory, phases=PHASES):
    """The demonstration's records, made below `directory`, as lines of NDJSON."""
    scenario = pathlib.Path(directory) / "scenario"
    if not scenario.exists():
        subprocess.run(["/usr/bin/python3", str(ROOT / "deploy/demo/make-scenario"), "--out", str(scenario)],
                       check=True, stdout=subprocess.DEVNULL)
    return [line for phase in phases for line in (scenario / f"{phase}.ndjson").read_text().splitlines() if line]


def frames_of(lines, size):
    return [("\n".join(lines[i:i + size]) + "\n").encode() for i in range(0, len(lines), size)]


class Filler:
    """Records that go between the scenario's without a part in its alerts: figures of a part of the population that no
    rule reads, and events in regions that none judges. One in eight revises an earlier one, one repeats one, one is
    broken; deterministic in `seed`."""

    def __init__(self, lines, seed):
        self.chance = random.Random(seed)
        records = [json.loads(line) for line in lines]
        self.observation = next(r for r in records if ".observation." in r["type"])
        self.event = next(r for r in records if ".event." in r["type"])
        self.made = []
        self.revisions = collections.Counter()

    def next(self):
        turn = self.chance.randrange(8)
        number = len(self.made)
        if turn == 0 and self.made:
            return json.dumps(self.revised(self.chance.choice(self.made)))
        if turn == 1 and self.made:
            record = self.chance.choice(self.made)
            if self.revisions[record["id"]] == 0:
                return json.dumps(record)
        if turn == 2:
            return json.dumps(dict(self.fresh(f"broken-{number}-{self.chance.random()}"), subject="NOWHERE"))
        record = self.fresh(f"filler-{number}")
        self.made.append(record)
        return json.dumps(record)

    def fresh(self, name):
        if self.chance.random() < 0.5:
            year, month = self.chance.randrange(2010, 2025), self.chance.randrange(1, 12)
            period = {"start": f"{year}-{month:02}-01", "end": f"{year}-{month + 1:02}-01"}
            data = dict(self.observation["data"], value=round(self.chance.uniform(1, 9), 2), group="women",
                        period=period)
            return dict(self.observation, id=name, data=data, time=period["start"] + "T00:00:00Z")
        return dict(self.event, id=name, subject="NG-LA",
                    data=dict(self.event["data"], deaths=self.chance.randrange(9), note=name))

    def revised(self, record):
        self.revisions[record["id"]] += 1
        body = dict(record["data"])
        body["value" if "value" in body else "deaths"] = self.chance.randrange(1, 9)
        return dict(record, revision=1 + self.revisions[record["id"]], data=body)


def mixed(lines, count, seed):
    """The lines with filler among them, `count` in all; in the order in which they are to be sent."""
    filler = Filler(lines, seed)
    out = []
    for number, line in enumerate(lines):
        out.append(line)
        while len(out) < count * (number + 1) / len(lines):
            out.append(filler.next())
    return out


def fates_of(lines):
    """What becomes of lines that are sent once, in this order, by docs/SEMANTICS.md 1: the broken ones of
    Filler are quarantined, what was there before is a duplicate, all else is applied."""
    fates = collections.Counter()
    seen = set()
    for line in lines:
        record = json.loads(line)
        key = (record["source"], record["id"], record.get("revision", 1))
        if record.get("subject") == "NOWHERE":
            fates["quarantined"] += 1
        elif key in seen:
            fates["duplicate"] += 1
        else:
            fates["applied"] += 1
        seen.add(key)
    return fates
