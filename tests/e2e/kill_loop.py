"""Kills the real daemon with SIGKILL at random moments under load, again and again, and holds it to an
outside record of what was sent and acknowledged:

  nothing acknowledged is lost      WELCOME never says less; every record sent again is known, none is applied anew
  nothing is counted twice          the fates are those of the records sent once, exactly
  no dispatch under a second id     one Message-ID for each (alert, revision, committee); every intent delivered
  the state is that of the records  what the daemon says is what an engine made anew from the records says, and what
                                    the naive twin says (--twin)
  the journal tells all             verify holds, replay gives the same alert chain byte for byte
"""
import collections
import contextlib
import datetime
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

import zmq

from daemon_rig import Producer, Rig, RigError, arguments, attempt, check_records, finish, tell, wait_for
from load import fates_of, frames_of, mixed, scenario_lines

FRAME_RECORDS = 4
REGIONS = ("NG-BO", "NG-AD", "NE-2")


class Kills:
    """Chooses the moments, and keeps what the daemon was at when it was killed."""

    def __init__(self, rig, context, frames, chance, count):
        self.rig, self.context, self.frames, self.chance, self.count = rig, context, frames, chance, count
        # So that the load outlasts the kills.
        self.share = len(frames) / count
        self.acked = 0
        self.done = 0
        self.start_seconds = 0.4
        self.phases = collections.Counter()
        self.writing = collections.Counter()

    def once(self):
        turn = self.done % 6
        if turn == 2:  # while it recovers, or makes its first commit
            self.rig.begin()
            time.sleep(self.chance.uniform(0, 1.2 * self.start_seconds))
            ready = (self.rig.directory / "ports").exists()
            self.kill("ready" if ready else "starting")
        elif turn == 3:  # while it writes the tables that its start makes of the log
            self.rig.begin()
            self.await_table(2 * self.start_seconds)
            self.kill("starting")
        else:
            begun = time.monotonic()
            self.rig.start()
            self.start_seconds = time.monotonic() - begun
            stopping = turn == 5
            self.load(self.chance.randint(0, int(2 * self.share) + 1), turn == 4)
            if stopping:
                self.rig.process.send_signal(signal.SIGTERM)
                time.sleep(self.chance.uniform(0, 0.1))
            self.kill("stopping" if stopping else "under load")
        self.done += 1

    def await_table(self, seconds):
        """Until a table is being written, or so long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and "table" not in files_being_written(self.rig.process.pid):
            pass

    def load(self, budget, at_a_table):
        """A few frames; returns at a random moment while they are on their way, or while a table is written."""
        producer = Producer(self.context, self.rig.ports["ingest"], "kill-loop", self.acked)
        wait_for("WELCOME", lambda: producer.hear(100) or producer.session is not None, 20)
        if producer.durable < self.acked:
            raise RigError(f"{self.acked} was acknowledged, the daemon knows {producer.durable}")
        moment = time.monotonic() + self.chance.uniform(0, 0.12)
        while time.monotonic() < moment:
            while budget > 0 and producer.sent < len(self.frames) and producer.offer(self.frames[producer.sent]):
                budget -= 1
            producer.hear(self.chance.randint(0, 3))
        if at_a_table:  # a flush or a compaction
            self.await_table(0.3)
        producer.hear(0)
        producer.close()
        self.acked = max(self.acked, producer.durable)

    def kill(self, phase):
        """Stopped first, so that what it was writing can be seen."""
        process = self.rig.process
        if phase == "stopping" and process.poll() == 0:
            self.phases["stopped before the kill"] += 1
            return
        process.send_signal(signal.SIGSTOP)
        for kind in files_being_written(process.pid):
            self.writing[kind] += 1
        self.rig.kill()
        self.phases[phase] += 1


def files_being_written(pid):
    """The kinds of the store's files beside the log that the process has open for writing."""
    found = set()
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                name = link.readlink().name
                flags = (link.parent.parent / "fdinfo" / link.name).read_text().split("flags:")[1].split()[0]
                if int(flags, 8) & 3:
                    found.add("table" if name.endswith(".sst") else "manifest" if name.startswith("MANIFEST") else "")
    return found - {""}


def told(rig):
    """What the store's derived state comes to, in words."""
    config = ("--config", rig.config)
    day = datetime.datetime.now(datetime.timezone.utc).date()
    text = [rig.run("explain", "--region", region, "--at", day, "--json", *config).stdout for region in REGIONS]
    return text + [rig.run("show", *config).stdout, rig.run("timeline", *config).stdout]


def check_state(rig, twin):
    rig.stop()
    before = told(rig)
    if twin:
        compared = subprocess.run([twin, "compare", rig.config], capture_output=True, text=True)
        if compared.returncode != 0:
            raise RigError(f"the naive twin says otherwise:\n{compared.stdout}{compared.stderr}")
        print(compared.stdout, end="")
    rig.start("--rebuild")
    if "made anew" not in rig.log_tail():
        raise RigError("--rebuild made nothing anew")
    rig.stop()
    after = told(rig)
    for name, one, other in zip((*REGIONS, "show", "timeline"), before, after):
        if one != other:
            raise RigError(f"{name}: the state differs from one made anew:\n{one}\n-- made anew:\n{other}")


def run(options, rig):
    chance = random.Random(options.seed)
    context = zmq.Context()
    begun = time.monotonic()
    lines = mixed(scenario_lines(rig.directory), options.records, options.seed)
    frames = frames_of(lines, FRAME_RECORDS)
    # Checkpoints are begun and recent records go into tables all the time, and are cut off in their middle.
    rig.write_config(rig.start_mail(), [
        (r"^(\s*path: \.\./store)", r"\1\n  checkpoint_records: 20\n  checkpoint_bytes: 20_000"
         r"\n  recent_records: 30"),
        (r"^history_begins: .*", "history_begins: 2025-06-01")])  # the twin goes through every day
    if options.twin:
        rig.add_pack(subprocess.run([options.twin, "pack", rig.config], check=True, capture_output=True,
                                    text=True).stdout)
    kills = Kills(rig, context, frames, chance, options.kills)
    for _ in range(options.kills):
        kills.once()
        if kills.done % 100 == 0:
            print(f"{kills.done} kills, {kills.acked} of {len(frames)} frames acknowledged, "
                  f"{time.monotonic() - begun:.0f} s", flush=True)
    acked = kills.acked
    log = rig.log()
    restored, anew = log.count("from the checkpoint"), log.count("made anew")
    if restored < options.kills / 5:
        raise RigError(f"hardly any start was from a checkpoint: {restored}")
    rig.start()
    finish(Producer(context, rig.ports["ingest"], "kill-loop", acked), frames, 600)
    expected = fates_of(lines)
    check_records(rig, context, frames, expected)
    wait_for("the delivery of the alerts", lambda: rig.metric("tocsin_outbox_dispatches") == 0, 120)
    check_state(rig, options.twin)
    mails, twice, files = rig.check_delivered()
    print(rig.run("verify", rig.store).stdout, end="")
    print(rig.run("replay", rig.store).stdout, end="")
    if "refuses to write" in log or "cannot start" in log:
        raise RigError("the log speaks of trouble that no kill explains")
    return {"kills": options.kills, "seed": options.seed, "seconds": round(time.monotonic() - begun),
            "killed while": dict(kills.phases), "while writing": dict(kills.writing),
            "starts from a checkpoint": restored, "starts from all records": anew,
            "records": len(lines), "frames acknowledged amid the kills": acked,
            "fates": dict(expected), "lost": 0, "counted twice": 0, "mails": mails,
            "mails sent more than once, under one id": twice, "CAP files": files,
            "naive twin": "agrees" if options.twin else "not asked"}


def main():
    parser = arguments()
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--records", type=int, default=2600, help="sent while it is killed")
    parser.add_argument("--seed", type=int, default=20260101)
    parser.add_argument("--twin", help="the program store_twin, to compare with the naive twin")
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.kills} kills")
    with tempfile.TemporaryDirectory(prefix="tocsin-kill-") as directory:
        rig = Rig(options.binaries, directory)
        summary = attempt(rig, lambda: run(options, rig))
    return tell(summary, options)


if __name__ == "__main__":
    sys.exit(main())
