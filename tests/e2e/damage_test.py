"""Damages the files of a real store, one way after the other, and starts the real daemon on it.

It ends with 65, which the unit does not restart, names the store, says what was found and which commands restore it;
and it leaves every file as it was: no store is begun anew over the remains. What it can't see at the start
(a block in the middle of a table) is found by `tocsin verify`, or by reading. Afterwards the backup is restored, as
the message says, and the daemon goes on with it.
"""
import hashlib
import random
import re
import shutil
import signal
import sys
import tempfile

import zmq

from daemon_rig import Rig, RigError, arguments, attempt, send_all, tell, wait_for
from load import PHASES, frames_of, mixed, scenario_lines

REFUSED = 65


def contents(store):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in store.iterdir() if path.name != "LOCK"}


def files(store, kind):
    return sorted((path for path in store.iterdir() if re.match(kind, path.name)), key=lambda path: path.stat().st_size)


def flip(path, share):
    data = bytearray(path.read_bytes())
    data[int(share * (len(data) - 1))] ^= 0xFF
    path.write_bytes(data)


def cut(path, share):
    with open(path, "r+b") as file:
        file.truncate(int(share * path.stat().st_size))


# What is done to the largest file of a kind; whether the daemon must refuse to start. False: it may start
# as well, but then must have lost nothing.
KINDS = {"table": r"\d+\.sst$", "log": r"\d+\.log$", "MANIFEST": r"MANIFEST-", "CURRENT": r"CURRENT$",
         "OPTIONS": r"OPTIONS-"}
DAMAGES = [
    ("table", "deleted", lambda path, _: path.unlink(), True),
    ("table", "cut to half", lambda path, _: cut(path, 0.5), True),
    ("table", "emptied", lambda path, _: cut(path, 0), True),
    ("table", "flipped in its footer", lambda path, _: flip(path, 1), True),
    ("table", "flipped anywhere", lambda path, chance: flip(path, chance.random()), False),
    ("log", "flipped in its middle", lambda path, _: flip(path, 0.4), True),
    ("MANIFEST", "deleted", lambda path, _: path.unlink(), True),
    ("MANIFEST", "flipped", lambda path, chance: flip(path, chance.uniform(0.1, 0.9)), True),
    ("MANIFEST", "emptied", lambda path, _: cut(path, 0), True),
    ("CURRENT", "deleted", lambda path, _: path.unlink(), True),
    ("CURRENT", "emptied", lambda path, _: cut(path, 0), True),
    ("CURRENT", "overwritten", lambda path, _: path.write_text("MANIFEST-999999\n"), True),
    ("OPTIONS", "deleted", lambda path, _: path.unlink(), False),
    ("OPTIONS", "flipped", lambda path, _: flip(path, 0.5), False),
    ("all but the logs", "deleted", None, True),
    ("all but the tables", "deleted", None, True),
    ("all but the MANIFEST", "deleted", None, True),
]


class Test:
    def __init__(self, options, directory):
        self.chance = random.Random(options.seed)
        self.rounds = options.rounds
        self.rig = Rig(options.binaries, directory)
        self.sound = self.rig.directory / "sound"
        self.backup = self.rig.directory / "backup"
        self.context = zmq.Context()
        self.rig.write_config(self.rig.start_mail())
        self.lines = mixed(scenario_lines(directory, PHASES[:2]), 3000, options.seed)
        self.frames = frames_of(self.lines, 50)

    def make(self):
        """A store whose first half is in tables, the second in the log; and a backup of it."""
        half = len(self.frames) // 2
        self.rig.start()
        send_all(self.context, self.rig.ports["ingest"], "first", self.frames[:half])
        self.rig.kill()
        self.rig.start()
        send_all(self.context, self.rig.ports["ingest"], "second", self.frames[half:])
        wait_for("the delivery", lambda: self.rig.metric("tocsin_outbox_dispatches") == 0)
        self.rig.run("backup", "--admin", self.rig.ports["admin"], self.backup)
        self.rig.kill()
        shutil.copytree(self.rig.store, self.sound)

    def renew(self, source):
        shutil.rmtree(self.rig.store, ignore_errors=True)
        shutil.copytree(source, self.rig.store)

    def damage(self, kind, what, act):
        self.renew(self.sound)
        if act is None:
            keep = next(pattern for name, pattern in KINDS.items() if name in kind)
            for path in self.rig.store.iterdir():
                if not re.match(keep, path.name):
                    path.unlink()
            return f"{kind} {what}"
        path = files(self.rig.store, KINDS[kind])[-1]
        act(path, self.chance)
        return f"{kind} {path.name} {what}"

    def start(self):
        """What the start comes to: the exit code, or None when it runs."""
        self.rig.begin()
        wait_for("the start", lambda: self.rig.process.poll() is not None or self.rig.read_ports())
        return self.rig.process.poll()

    def refused(self, name, before):
        said = self.rig.log_tail().splitlines()[-1]
        for word in (str(self.rig.store), "is damaged", "Nothing was changed", "tocsin restore"):
            if word not in said:
                raise RigError(f"{name}: the last words lack '{word}': {said}")
        if contents(self.rig.store) != before:
            raise RigError(f"{name}: files of the damaged store were changed")
        if not any(word in said for word in (".sst", ".log", "MANIFEST", "CURRENT")):
            raise RigError(f"{name}: no file is named: {said}")
        return said.split("is damaged: ")[1].split(". Nothing was changed")[0]

    def check_nothing_lost(self, name):
        """The daemon runs on a store whose damage did not matter to it, or will when it is read."""
        again = send_all(self.context, self.rig.ports["ingest"], "again", self.frames, 60)
        self.rig.process.send_signal(signal.SIGTERM)
        self.rig.process.wait(60)
        if again.fates.get("applied", 0):
            raise RigError(f"{name}: it runs, and has lost {again.fates['applied']} records")

    def once(self, kind, what, act, must_refuse):
        name = self.damage(kind, what, act)
        before = contents(self.rig.store)
        verified = self.rig.run("verify", self.rig.store, check=False)
        if contents(self.rig.store) != before:
            raise RigError(f"{name}: verify changed files of the store")
        code = self.start()
        if code == REFUSED:
            found = self.refused(name, before)
            if verified.returncode == 0 and must_refuse:
                raise RigError(f"{name}: tocsin verify finds nothing wrong")
            return f"refused: {found}"
        if code is not None or must_refuse:
            raise RigError(f"{name}: the start ends with {code}")
        try:
            self.check_nothing_lost(name)
            return "runs, nothing is lost"
        except RigError as error:
            if self.rig.process.poll() is None:
                raise
            said = self.rig.log_tail()
            if self.rig.process.returncode != REFUSED or "is damaged" not in said:
                raise RigError(f"{name}: it ended with {self.rig.process.returncode}: {error}") from error
            return "runs until the place is read, then ends with 65"

    def restored(self):
        """The way out that the message names."""
        shutil.rmtree(self.rig.store)
        self.rig.run("restore", self.backup, self.rig.store)
        self.rig.run("verify", self.rig.store)
        self.rig.start()
        again = send_all(self.context, self.rig.ports["ingest"], "after", self.frames)
        if again.fates.get("applied", 0):
            raise RigError(f"the backup lacked records: {again.fates}")
        self.rig.stop()

    def run(self):
        return attempt(self.rig, self.held)

    def held(self):
        self.make()
        outcomes = {}
        for number in range(self.rounds):
            for kind, what, act, must_refuse in DAMAGES:
                if number > 0 and "anywhere" not in what and kind != "MANIFEST":
                    continue
                outcomes[f"{kind} {what}" + (f", {number + 1}" if number else "")] = self.once(
                    kind, what, act, must_refuse)
        self.restored()
        return outcomes


def main():
    parser = arguments()
    parser.add_argument("--rounds", type=int, default=1, help="of the damages that are random")
    parser.add_argument("--seed", type=int, default=20260103)
    options = parser.parse_args()
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory(prefix="tocsin-damage-") as directory:
        outcomes = Test(options, directory).run()
    return tell(outcomes, options)


if __name__ == "__main__":
    sys.exit(main())
