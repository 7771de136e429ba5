"""A sync that fails under the real daemon (support/failing_sync.cc): what the disk holds is then not known.

Not one frame is acknowledged after it, the daemon ends with 1 and says which file it was, and the next start goes
on with all that was acknowledged. The same when the tables or the MANIFEST of a start can't be synced.
"""
import pathlib
import sys
import tempfile

import zmq

from daemon_rig import Feed, Producer, Rig, RigError, arguments, attempt, check_records, tell, wait_for
from load import fates_of, frames_of, mixed, scenario_lines


class Test:
    def __init__(self, options, directory):
        self.trigger = pathlib.Path(directory) / "sync-fails"
        self.rig = Rig(options.binaries, directory, LD_PRELOAD=options.shim, TOCSIN_SYNC_FAILS=str(self.trigger),
                       ASAN_OPTIONS="verify_asan_link_order=0")
        self.rig.write_config(self.rig.start_mail())
        self.context = zmq.Context()
        self.lines = mixed(scenario_lines(directory), options.records, 7)
        self.frames = frames_of(self.lines, 20)
        self.feed = Feed(self.rig, self.context, "sync-test", self.frames)
        self.rounds = options.rounds

    def ended(self, part):
        """The daemon ends with 1; its last words name the file."""
        if self.rig.process.wait(60) != 1:
            raise RigError(f"the daemon ended with {self.rig.process.returncode}")
        if part not in self.rig.log_tail() or "Input/output error" not in self.rig.log_tail():
            raise RigError(f"the log does not name a file {part}")

    def amid_commits(self, number):
        wanted = len(self.frames) * (number + 1) // (self.rounds + 1)
        self.feed.limit = wanted
        self.feed.until(f"the ACK of frame {wanted}", lambda: self.feed.acked >= wanted)
        self.feed.end()
        producer = Producer(self.context, self.rig.ports["ingest"], "sync-test", wanted)
        wait_for("WELCOME", lambda: producer.hear(100) or producer.session is not None)
        self.trigger.write_text(".log")
        for frame in self.frames[wanted:wanted + 5]:
            producer.offer(frame)
        self.ended(".log")
        producer.hear(500)
        producer.close()
        if producer.durable != wanted:
            raise RigError(f"frames up to {producer.durable} were acknowledged; {wanted} were synced")

    def at_the_start(self, part):
        self.trigger.write_text(part)
        self.rig.begin()
        self.ended(part)
        self.trigger.unlink()

    def run(self):
        return attempt(self.rig, self.held)

    def held(self):
        self.rig.start()
        for number in range(self.rounds):
            self.amid_commits(number)
            for part in (".sst", "MANIFEST"):
                self.at_the_start(part)
            self.rig.start()
        self.feed.limit = len(self.frames)
        self.feed.until("the ACK of all", lambda: self.feed.acked >= len(self.frames))
        self.feed.end()
        check_records(self.rig, self.context, self.frames, fates_of(self.lines))
        self.rig.stop()
        self.rig.run("verify", self.rig.store)
        return {"failed syncs of the log": self.rounds, "failed syncs at a start": 2 * self.rounds,
                "records": len(self.lines), "acknowledged after a failed sync": 0, "lost": 0}


def main():
    parser = arguments()
    parser.add_argument("--shim", required=True, help="the library of support/failing_sync.cc")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--records", type=int, default=3000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-sync-") as directory:
        summary = Test(options, directory).run()
    return tell(summary, options)


if __name__ == "__main__":
    sys.exit(main())
