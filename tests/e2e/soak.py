"""The real daemon at half load for a long time: does it stay as it is?

What it takes at full speed is measured first; then it gets half of that, the same identities revised again and again.
Every ten seconds /proc and the store are looked at: resident memory, file descriptors, threads, the size of the store. After
a warm-up (a third of the time) the slopes must be flat: of memory, descriptors, threads, and of every column family but
those that grow by what they are: the ledger, and the journal until retention lets go of its beginning. It keeps one
whole day, so the first cut comes on the third; a run that sees more than that has the journal judged as well.
"""
import json
import pathlib
import sys
import tempfile
import time

import zmq

from daemon_rig import Producer, Refused, Rig, RigError, arguments, attempt, send_all, tell, wait_for
from load import Filler, frames_of, scenario_lines

MEBI = 1 << 20
FRAME_RECORDS = 20
NAMES = 2_000  # of frames; each next round revises their identities
READ_BY_RULES = 4  # records of each frame
GROWING = ("journal", "ledger")
FIRST_CUT_HOURS = 48  # at most, after the start


class Load:
    """Frames without end, paced."""

    def __init__(self, lines):
        records = [json.loads(line) for line in lines]
        told = [r for r in records if ".observation." in r["type"] and r.get("revision", 1) == 1]
        self.read = told[-400:]  # the newest months, said again under higher revisions: the rules look anew
        filler = Filler(lines, 11)
        self.filler = [dict(filler.fresh(f"@NAME@-{i}"), revision=1000001) for i in range(FRAME_RECORDS - READ_BY_RULES)]
        self.templates = []
        for first in range(0, len(self.read), READ_BY_RULES):
            some = [dict(r, revision=1000001) for r in self.read[first:first + READ_BY_RULES]]
            self.templates.append(("\n".join(map(json.dumps, some + self.filler)) + "\n").encode())

    def frame(self, number):
        # Rises for the filler, which comes round after NAMES frames, as for the templates.
        revision = 10 + number // len(self.templates)
        template = self.templates[number % len(self.templates)]
        return template.replace(b"@NAME@", b"soak-%d" % (number % NAMES)).replace(b"1000001", b"%d" % revision)


class Test:
    def __init__(self, options, directory):
        self.options = options
        self.rig = Rig(options.binaries, directory)
        self.rig.write_config(self.rig.start_mail(), [
            (r"^horizons: \{(.*)\}", r"horizons: {\1, journal_days: 1, quarantine_days: 1}"),
            (r"^(\s*block_cache_bytes:) .*", rf"\1 {64 * MEBI}"),
            (r"^(\s*credit:) .*", r"\1 {records: 20_000, bytes: 16_777_216}")])
        self.context = zmq.Context()
        self.lines = scenario_lines(directory)
        self.load = Load(self.lines)
        self.samples = []
        # From then on retention holds the journal at one length, too.
        self.growing = ("ledger",) if options.minutes / 60 > 2 * FIRST_CUT_HOURS else GROWING

    def drive(self, producer, seconds, rate, sample):
        """Sends `rate` records a second, or all that goes; returns the records made durable."""
        begun, first = time.monotonic(), producer.durable
        while (elapsed := time.monotonic() - begun) < seconds:
            allowed = first + int(elapsed * rate / FRAME_RECORDS) if rate else producer.durable + 2_000
            while producer.sent is not None and producer.sent < allowed and producer.offer(
                    self.load.frame(producer.sent)):
                pass
            try:
                producer.hear(10)
            except Refused as refused:
                if not refused.may_retry:
                    raise
                producer.hello()
            producer.beat()
            if sample and elapsed > 10 * len(self.samples):
                self.samples.append(self.look(elapsed))
        return (producer.durable - first) * FRAME_RECORDS

    def look(self, elapsed):
        process = pathlib.Path(f"/proc/{self.rig.process.pid}")
        columns = {}
        for line in self.rig.get("/metrics").splitlines():
            for name in ("tocsin_store_file_bytes", "tocsin_store_memtable_bytes"):
                if line.startswith(name + "{"):
                    column = line.split('"')[1]
                    columns[column] = columns.get(column, 0) + float(line.rsplit(" ", 1)[1])
        return {"seconds": elapsed, "resident": self.rig.status("VmRSS"),
                "descriptors": len(list((process / "fd").iterdir())),
                "threads": len(list((process / "task").iterdir())),
                "store": sum(path.stat().st_size for path in self.rig.store.iterdir()),
                "store without journal and ledger": sum(size for column, size in columns.items() if column not in self.growing)}

    def slopes(self):
        """Of each figure, by least squares over the samples after the warm-up: change an hour, mean."""
        after = [s for s in self.samples if s["seconds"] > self.samples[-1]["seconds"] / 3]
        hours = [s["seconds"] / 3600 for s in after]
        middle = sum(hours) / len(hours)
        spread = sum((hour - middle) ** 2 for hour in hours)
        out = {}
        for name in after[0]:
            if name == "seconds":
                continue
            values = [s[name] for s in after]
            mean = sum(values) / len(values)
            rise = sum((hour - middle) * (value - mean) for hour, value in zip(hours, values)) / spread
            out[name] = {"mean": mean, "an hour": rise, "least": min(values), "most": max(values)}
        return out, hours[-1] - hours[0]

    def judge(self, slopes, hours):
        """Flat: over the time that was watched no more than a tenth, or what RocksDB's tables and memory come and go by."""
        room = {"resident": 48 * MEBI, "descriptors": 24, "threads": 1, "store without journal and ledger": 96 * MEBI}
        for name, allowed in room.items():
            rise = slopes[name]["an hour"] * hours
            if rise > max(allowed, slopes[name]["mean"] / 10):
                raise RigError(f"{name} is not flat: {rise:.0f} more in {60 * hours:.0f} minutes")

    def run(self):
        return attempt(self.rig, self.held)

    def held(self):
        self.rig.start()
        send_all(self.context, self.rig.ports["ingest"], "scenario", frames_of(self.lines, 100))
        producer = Producer(self.context, self.rig.ports["ingest"], "soak", 0)
        wait_for("WELCOME", lambda: producer.hear(100) or producer.session is not None)
        seconds = self.options.full_seconds
        full = self.drive(producer, seconds, None, False) / seconds
        print(f"at full speed {full:.0f} records/s", flush=True)
        taken = self.drive(producer, 60 * self.options.minutes, full / 2, True)
        slopes, hours = self.slopes()
        if self.rig.metric("tocsin_records_unaccounted") != 0:
            raise RigError("records have no fate")
        for name, figures in slopes.items():
            print(f"{name}: " + ", ".join(f"{key} {value:,.0f}" for key, value in figures.items()))
        self.judge(slopes, hours)
        producer.close()
        self.rig.stop()
        self.rig.run("verify", self.rig.store)
        return {"minutes": self.options.minutes, "records/s at full speed": round(full),
                "records/s": round(taken / 60 / self.options.minutes), "records": taken, "samples": len(self.samples),
                **{name: {key: round(value) for key, value in figures.items()} for name, figures in slopes.items()}}


def main():
    parser = arguments()
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--full-seconds", type=float, default=20, help="at full speed, to know what half of it is")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-soak-") as directory:
        summary = Test(options, directory).run()
    return tell(summary, options)


if __name__ == "__main__":
    sys.exit(main())
