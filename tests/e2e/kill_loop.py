"""Kills the real daemon with SIGKILL at random moments under load, again and again, and holds it to an
outside record of what was acknowledged:

  nothing acknowledged is lost      every record sent again is a duplicate, none is applied anew
  nothing is doubled                applied records == distinct records; the counters balance
  no dispatch under a second id     one Message-ID for each (alert, revision, committee); every intent delivered
  the journal tells all             verify holds, replay gives the same alert chain byte for byte
"""
import argparse
import collections
import email
import email.policy
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import zmq

from daemon_rig import ROOT, Producer, Rig, RigError, send_all, wait_for

FRAME_RECORDS = 4


def frames_of(directory, seed):
    """The demonstration's records, mixed with many more, as frames; deterministic in the seed."""
    scenario = pathlib.Path(directory) / "scenario"
    subprocess.run(["/usr/bin/python3", str(ROOT / "deploy/demo/make-scenario"), "--out", str(scenario)], check=True,
                   stdout=subprocess.DEVNULL)
    lines = []
    for phase in sorted(scenario.glob("*.ndjson")):
        lines += [line for line in phase.read_text().splitlines() if line]
    source = next(json.loads(line) for line in lines if ".observation." in line)
    chance = random.Random(seed)
    mixed = []
    for number, line in enumerate(lines):
        mixed.append(line)
        if number % 3 == 0:  # a neighbour that nobody reads, to make the commits many
            extra = dict(source, id=f"filler-{number}", data=dict(source["data"], group=""))
            del extra["data"]["group"]
            extra["data"]["value"] = round(chance.uniform(1, 9), 2)
            mixed.append(json.dumps(extra))
    return [("\n".join(mixed[i:i + FRAME_RECORDS]) + "\n").encode()
            for i in range(0, len(mixed), FRAME_RECORDS)]


def load(rig, context, frames, acked, chance, budget):
    """One life of the daemon: a few frames, and the kill at a random moment while they are on their way.
    Returns the acknowledged sequence."""
    producer = Producer(context, rig.ports["ingest"], "kill-loop", acked)
    begun = time.monotonic()
    while producer.session is None:
        producer.hear(100)
        if time.monotonic() - begun > 20:
            raise RigError("no WELCOME came")
    if producer.durable < acked:
        raise RigError(f"{acked} was acknowledged, the daemon knows {producer.durable}")
    moment = time.monotonic() + chance.uniform(0, 0.06)
    left = budget
    while time.monotonic() < moment:
        if left > 0 and producer.sent < len(frames) and producer.offer(frames[producer.sent]):
            left -= 1
        producer.hear(chance.randint(0, 3))
    producer.close()
    return max(acked, producer.durable)


def check_mails(rig):
    ids = collections.defaultdict(set)
    for path in rig.mail.glob("*.eml"):
        with open(path, "rb") as file:
            mail = email.message_from_binary_file(file, policy=email.policy.default)
        ids[(mail["X-Tocsin-Alert"], mail["X-Tocsin-Revision"], mail["To"])].add(mail["Message-ID"])
    for key, found in ids.items():
        if len(found) != 1:
            raise RigError(f"one dispatch went out under several ids: {key} {found}")
    intents = set()
    for line in rig.run("ledger", rig.store, "--chain", "dispatches").stdout.splitlines():
        entry = json.loads(line)["entry"]
        if entry["state"] == "intended" and entry["channel"] == "email":
            intents.add(entry["dispatch"])
    sent = {next(iter(found)).strip("<>").split("@")[0] for found in ids.values()}
    if not intents:
        raise RigError("no alert was raised: this test shows nothing")
    if len(sent) != len(intents):
        raise RigError(f"{len(intents)} mails were intended, {len(sent)} arrived")
    return len(intents)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", required=True)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=20260101)
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.kills} kills")
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="tocsin-kill-") as directory:
        rig = Rig(options.binaries, directory)
        context = zmq.Context()
        try:
            frames = frames_of(directory, options.seed)
            share = 1.5 * len(frames) / options.kills  # so that the load outlasts the kills
            # Checkpoints are begun all the time and cut off in their middle.
            rig.write_config(rig.start_mail(), [
                (r"^(\s*path: \.\./store)", r"\1\n  checkpoint_records: 20\n  checkpoint_bytes: 2_000")])
            acked = 0
            for kill in range(options.kills):
                if kill % 3 == 2:  # while it recovers, or makes its first commit
                    rig.begin()
                    time.sleep(chance.uniform(0, 0.4))
                    rig.kill()
                    continue
                rig.start()
                budget = chance.randint(0, int(2 * share) + 1)
                acked = load(rig, context, frames, acked, chance, budget)
                rig.kill()
            log = (rig.directory / "tocsind.log").read_text()
            restored = log.count("from the checkpoint")
            print(f"{restored} starts from a checkpoint, {log.count('made anew')} from all records")
            if restored < options.kills / 5:
                raise RigError("hardly any start was from a checkpoint")
            print(f"{acked} of {len(frames)} frames were acknowledged before the last kill")
            rig.start()
            last = Producer(context, rig.ports["ingest"], "kill-loop", acked)
            deadline = time.monotonic() + 120
            while last.durable < len(frames) and time.monotonic() < deadline:
                while last.session is not None and last.sent < len(frames) and last.offer(frames[last.sent]):
                    pass
                last.hear(100)
            if last.durable < len(frames):
                raise RigError(f"only {last.durable} of {len(frames)} frames were acknowledged")
            last.close()
            records = [json.loads(line) for frame in frames for line in frame.splitlines()]
            distinct = {(r["source"], r["id"], r.get("revision", 1), r["type"]) for r in records}
            applied = rig.metric("tocsin_records_total", fate="applied")
            total = rig.metric("tocsin_records_total")
            print(f"{len(records)} records, {len(distinct)} distinct; counted {total:.0f}, applied {applied:.0f}")
            again = send_all(context, rig.ports["ingest"], "once-more", frames)
            print(f"sent once more: {again.fates}")
            if again.fates.get("applied", 0) != 0:
                raise RigError(f"acknowledged records were lost: {again.fates}")
            if total != len(records):
                raise RigError(f"{len(records)} records were acknowledged, {total:.0f} were counted")
            if applied > len(distinct):
                raise RigError("records were applied twice")
            wait_for("the delivery of the alerts", lambda: rig.metric("tocsin_outbox_dispatches") == 0, 120)
            print(f"{check_mails(rig)} mails intended, each under one id")
            rig.stop()
            print(rig.run("verify", rig.store).stdout, end="")
            print(rig.run("replay", rig.store).stdout, end="")
        except RigError as error:
            print(f"FAILED: {error}\n{rig.log_tail()}", file=sys.stderr)
            return 1
        finally:
            rig.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
