"""Upgrade and rescue with the real programs.

  upgrade   the store that the release of schema 1 wrote (tests/fixtures/store-1): today's daemon opens it, migrates it
            if it must, goes on, and the ledger is the old one and what came since; the checkpoint beside it, moved
            back, is the old store again
  backup    made while the daemon takes records, restored elsewhere: the same ledger as of the backup, proved from the
            journal; a daemon on it starts, takes the rest, and ends with the ledger of the one that never stopped
"""
import argparse
import datetime
import json
import pathlib
import sys
import tarfile
import tempfile

import zmq

from daemon_rig import ROOT, Producer, Rig, RigError, send_all, wait_for
from small_world import configure, frames_of, history

FIXTURE = ROOT / "tests/fixtures/store-1"


def ledger(rig, store, chain="alerts"):
    return rig.run("ledger", store, "--chain", chain).stdout.splitlines()


def expect(what, found, wanted):
    if found != wanted:
        raise RigError(f"{what}: {str(found)[:600]} instead of {str(wanted)[:600]}")


def delivered(rig):
    wait_for("the delivery", lambda: rig.metric("tocsin_outbox_dispatches") == 0)


def upgrade(rig, context):
    with tarfile.open(FIXTURE / "store.tar.gz") as archive:
        archive.extractall(rig.directory)
    configure(rig, FIXTURE)
    was = json.loads((FIXTURE / "ledger.json").read_text())
    rig.start()
    again = send_all(context, rig.ports["ingest"], "again",
                     frames_of(history(datetime.date(2020, 9, 1), datetime.date(2020, 12, 31))))
    if again.fates.get("applied", 0) != 0:
        raise RigError(f"records of the old store are not known: {again.fates}")
    send_all(context, rig.ports["ingest"], "more",
             frames_of(history(datetime.date(2021, 1, 1), datetime.date(2021, 9, 1))))
    delivered(rig)
    rig.stop()
    lines = ledger(rig, rig.store)
    expect("the alert chain of the old store", json.loads(lines[was["alerts"] - 1])["hash"], was["hash"])
    if len(lines) <= was["alerts"]:
        raise RigError("nothing was said after the upgrade: this test shows nothing")
    print(rig.run("verify", rig.store).stdout, end="")
    beside = list(rig.directory.glob("store.schema-1-at-*"))
    for checkpoint in beside:
        rig.store.rename(rig.directory / "newer")
        checkpoint.rename(rig.store)
        rig.run("migrate", rig.store)
        expect("the alert chain of the checkpoint", json.loads(ledger(rig, rig.store)[-1])["hash"], was["hash"])
    print(f"upgrade: {was['alerts']} entries were there, {len(lines)} are now; {len(beside)} checkpoint(s) beside it")


def feed(producer, frames, until):
    """Keeps the producer busy until `until` frames are acknowledged."""
    while producer.durable < until:
        while producer.session is not None and producer.sent < len(frames) and producer.offer(frames[producer.sent]):
            pass
        producer.hear(100)


def backup(rig, context, binaries, directory):
    configure(rig, FIXTURE)
    frames = frames_of(history(datetime.date(2019, 1, 1), datetime.date(2021, 1, 1)), 2)
    rig.start()
    producer = Producer(context, rig.ports["ingest"], "load", 0)
    feed(producer, frames, len(frames) // 4)
    at = directory / "backup"
    said = []
    for share in (0.3, 0.5):  # the second one shares files with the first
        feed(producer, frames, int(share * len(frames)))
        said.append(rig.run("backup", at, "--admin", rig.ports["admin"]).stdout)
    feed(producer, frames, len(frames))
    producer.close()
    delivered(rig)
    rig.stop()
    whole = ledger(rig, rig.store)

    other = Rig(binaries, directory / "elsewhere")
    other.directory.mkdir()
    try:
        other.run("restore", at, other.store)
        restored = ledger(other, other.store)
        expect("the ledger of the backup", restored, whole[:len(restored)])
        if not 0 < len(restored) < len(whole):
            raise RigError(f"{len(restored)} of {len(whole)} entries are in the backup: this test shows nothing")
        sequence = int(said[-1].split("journal up to ")[1].split(",")[0])
        replayed = other.run("replay", other.store).stdout
        if int(replayed.split()[1]) < sequence:
            raise RigError(f"the backup promised the journal up to {sequence}: {replayed}")
        print(other.run("verify", other.store).stdout, end="")
        configure(other, FIXTURE)
        other.start()
        late = Producer(context, other.ports["ingest"], "load", 0)
        feed(late, frames, len(frames))
        late.close()
        delivered(other)
        other.stop()
        # Mail servers' answers and the starts differ; what was said of the world doesn't.
        expect("the ledger in the end", ledger(other, other.store), whole)
        other.run("verify", other.store)
    finally:
        other.close()
    print(f"backup: {len(restored)} of {len(whole)} entries were in it, the restored daemon came to the same")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", required=True)
    options = parser.parse_args()
    context = zmq.Context()
    failed = 0
    for case in (upgrade, lambda rig, *rest: backup(rig, *rest, options.binaries, rig.directory)):
        with tempfile.TemporaryDirectory(prefix="tocsin-rescue-") as directory:
            rig = Rig(options.binaries, pathlib.Path(directory))
            try:
                case(rig, context)
            except RigError as error:
                log = rig.directory / "tocsind.log"
                print(f"FAILED: {error}\n{rig.log_tail() if log.exists() else ''}", file=sys.stderr)
                failed += 1
            finally:
                rig.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
