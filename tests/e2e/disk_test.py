"""The real daemon on a disk that fills: a small tmpfs, with a balloon beside the store.

At each fill: credit stops before the end, nothing acknowledged is lost, the daemon says so in log, metric and
/readyz, and goes on by itself when room returns. When the disk runs full amid commits RocksDB demands a restart:
the daemon ends with 1, is started again as the unit says, and waits until there is room.
"""
import collections
import os
import random
import sys
import tempfile
import time

import zmq

from daemon_rig import Feed, Rig, RigError, arguments, attempt, check_records, tell, wait_for
from load import fates_of, frames_of, mixed, scenario_lines

MEBI = 1 << 20
DISK = 320 * MEBI
FOR_CREDIT = 96 * MEBI
FOR_COMMIT = 20 * MEBI
SKIPPED = 77


class Disk:
    def __init__(self, place):
        self.place = place
        self.balloon = place / "balloon"
        place.mkdir()
        if os.system(f"mount -t tmpfs -o size={DISK} tocsin-test {place}") != 0:
            raise OSError("a tmpfs can't be mounted")

    def free(self):
        space = os.statvfs(self.place)
        return space.f_bavail * space.f_frsize

    def fill(self, percent):
        """Until so much of the disk is in use; what grows meanwhile is seen to."""
        self.leave(DISK * (100 - percent) // 100)

    def leave(self, wanted):
        with open(self.balloon, "ab") as file:
            while (excess := self.free() - wanted) > 0:
                try:
                    os.posix_fallocate(file.fileno(), file.tell(), excess)
                except OSError:  # another writer took it first
                    continue
                file.seek(0, os.SEEK_END)

    def empty(self):
        self.balloon.unlink(missing_ok=True)


class Test:
    def __init__(self, options, directory):
        self.chance = random.Random(options.seed)
        self.rig = Rig(options.binaries, directory)
        self.disk = Disk(self.rig.directory / "disk")
        self.rig.store = self.disk.place / "store"
        self.rig.write_config(self.rig.start_mail(), [
            (r"^(\s*path:) \.\./store", r"\1 ../disk/store"),
            (r"^(\s*free_bytes_for_credit:) .*", rf"\1 {FOR_CREDIT}"),
            (r"^(\s*free_bytes_for_commit:) .*", rf"\1 {FOR_COMMIT}"),
            (r"^(\s*heartbeat_ms:) .*", r"\1 1_000"),
            (r"^(\s*credit:) .*", r"\1 {records: 2_000, bytes: 4_194_304}"),
            (r"^(\s*frame_records:) .*", r"\1 1_000")])
        self.context = zmq.Context()
        self.lines = mixed(scenario_lines(directory), options.records, options.seed)
        self.frames = frames_of(self.lines, 20)
        self.feed = Feed(self.rig, self.context, "disk-test", self.frames)
        self.rounds = options.rounds
        self.said = collections.Counter()

    def more(self, share):
        """Sends until so much of all frames is acknowledged."""
        wanted = int(share * len(self.frames))
        self.feed.until(f"the ACK of frame {wanted}", lambda: self.feed.acked >= wanted)

    def fills(self):
        for percent, mark in ((60, "enough"), (90, "low"), (99, "critical"), (100, "critical")):
            # Nothing is under way meanwhile: the daemon looks at the disk once a second.
            self.feed.limit = 0
            self.feed.until("quiet", lambda: self.rig.metric("tocsin_server_frames_in_flight") +
                            self.rig.metric("tocsin_outbox_dispatches") == 0)
            self.disk.fill(percent)
            self.feed.until(f"the mark {mark}", lambda: self.rig.metric("tocsin_disk_mark", mark=mark) == 1)
            if mark == "enough":
                self.feed.limit = len(self.frames)
                self.more(0.2)
                if reason := self.rig.not_ready():
                    raise RigError(f"at {percent} % it is not ready: {reason}")
                continue
            reason = self.feed.until("a 503 of /readyz", self.rig.not_ready)
            if "bytes are free on the store's disk" not in reason:
                raise RigError(f"at {percent} % /readyz says '{reason}'")
            self.feed.until("the heartbeat that says why", lambda: self.feed.producer.withheld == "disk-full")
            if self.rig.metric("tocsin_server_credit_withheld") != 1:
                raise RigError(f"at {percent} % credit is granted")
            # Credit that was granted before may still be used; below the last mark nothing is committed.
            sequence = self.rig.metric("tocsin_journal_sequence")
            self.feed.limit = len(self.frames)
            for _ in range(20):
                self.feed.turn()
            if mark == "critical" and self.rig.metric("tocsin_journal_sequence") != sequence:
                raise RigError(f"at {percent} % something was committed")
            self.disk.empty()
            self.feed.until("readiness", lambda: not self.rig.not_ready())
            self.more({90: 0.3, 99: 0.4, 100: 0.5}[percent])
        if self.rig.ended:
            raise RigError(f"a slowly filled disk needs no restart, there were {self.rig.ended}")

    def started_full(self):
        """A start on a full disk waits, whatever the daemon died of."""
        self.disk.fill(100)
        self.rig.kill()
        begun = self.rig.log().count("the start goes on when there is room")
        self.rig.begin()
        wait_for("the word that it waits", lambda: self.rig.log().count(
            "the start goes on when there is room") > begun and self.rig.process.poll() is None)
        self.disk.empty()
        self.more(0.55)

    def amid_commits(self):
        """The disk runs full from one moment to the next, while frames come; the marks can't be seen in time."""
        first, begun = self.feed.acked, time.monotonic()
        rate = (len(self.frames) - first) / (12 * self.rounds)  # frames a second, so that they outlast the rounds

        def until(what, condition):
            def step():
                self.feed.limit = min(len(self.frames), first + int((time.monotonic() - begun) * rate))
                return condition()
            self.feed.until(what, step)

        for _ in range(self.rounds):
            moment = time.monotonic() + self.chance.uniform(0.05, 0.6)
            until("the moment", lambda: time.monotonic() > moment)
            before = len(self.rig.ended)
            self.disk.fill(100)
            moment = time.monotonic() + self.chance.uniform(1, 2.5)
            until("the moment", lambda: time.monotonic() > moment)
            self.said["ended" if len(self.rig.ended) > before else "stood still"] += 1
            acked = self.feed.acked
            self.disk.empty()
            until("the next ACK", lambda: self.feed.acked > acked or acked == len(self.frames))
        self.feed.limit = len(self.frames)

    def check(self):
        self.more(1)
        self.feed.until("the listeners", self.rig.tend)
        self.feed.end()
        expected = fates_of(self.lines)
        check_records(self.rig, self.context, self.frames, expected)
        wait_for("the delivery", lambda: self.rig.metric("tocsin_outbox_dispatches") == 0, 120)
        self.rig.stop()
        mails, _, _ = self.rig.check_delivered()
        self.rig.run("verify", self.rig.store)
        self.rig.run("replay", self.rig.store)
        return {"records": len(self.lines), "fates": dict(expected), "lost": 0, "mails": mails,
                "full amid commits": dict(self.said),
                "restarts": dict(collections.Counter(self.rig.ended))}

    def run(self):
        return attempt(self.rig, self.held)

    def held(self):
        self.rig.start()
        self.fills()
        self.started_full()
        self.amid_commits()
        return self.check()


def main():
    parser = arguments()
    parser.add_argument("--rounds", type=int, default=4, help="times that the disk runs full amid commits")
    parser.add_argument("--records", type=int, default=12_000)
    parser.add_argument("--seed", type=int, default=20260102)
    options = parser.parse_args()
    if "TOCSIN_DISK_TEST" not in os.environ:  # a mount of its own, which goes with it
        os.environ["TOCSIN_DISK_TEST"] = "mounting"
        words = ("unshare", "--mount", "--propagation", "private", "/usr/bin/python3", *sys.argv)
        if os.system("unshare --mount true") == 0:
            os.execvp(words[0], words)
        print("skipped: a file system can't be mounted here (not root, or a container without the right)")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="tocsin-disk-") as directory:
        try:
            test = Test(options, directory)
        except OSError as error:
            print(f"skipped: {error}")
            return SKIPPED
        try:
            summary = test.run()
        finally:
            os.system(f"umount {test.disk.place}")
    return tell(summary, options)


if __name__ == "__main__":
    sys.exit(main())
