"""tocsin on the same workload: the real daemon, CURVE, everything synced, alerts as CAP files."""
import json
import multiprocessing
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import zmq

import workload

ROOT = pathlib.Path(__file__).resolve().parents[2]
FRAME = 100
FILE_CLOCK_S = time.clock_getres(5)  # CLOCK_REALTIME_COARSE: a file's time lies at most so long before what it stands for
INTAKE_RECORDS = 1_000_000  # at most, of the history: what is timed


class Producer:
    """One session: frames in, and when each was acknowledged."""

    def __init__(self, endpoint, work, epoch):
        keys = dict(line.split() for line in open(work / "bench.key", encoding="ascii"))
        server = dict(line.split() for line in open(work / "server.pub", encoding="ascii"))
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.linger = 1000
        self.socket.curve_serverkey = server["public-key"].encode()
        self.socket.curve_publickey = keys["public-key"].encode()
        self.socket.curve_secretkey = keys["secret-key"].encode()
        self.socket.connect(endpoint)
        self.sent = self.durable = 0
        self.used, self.session, self.fates = [0, 0], None, {}
        self.acked = {}  # sequence -> when
        self._say(b"HELLO", {"epoch": epoch, "last_ack": 0})
        while self.session is None:
            self.hear(1000)
        self.spoken = time.monotonic()

    def _say(self, verb, header, *payload):
        self.socket.send_multipart([b"tocsin/1", verb, json.dumps(header).encode(), *payload])

    def offer(self, lines):
        """Sends one frame if the credit allows it; its sequence, or None."""
        payload = b"".join(lines)
        after = [self.used[0] + len(lines), self.used[1] + len(payload)]
        if after[0] > self.credit["records"] or after[1] > self.credit["bytes"]:
            return None
        self.used = after
        self.sent += 1
        self._say(b"BATCH", {"session": self.session, "sequence": self.sent, "records": len(lines)}, payload)
        return self.sent

    def hear(self, milliseconds):
        if self.session is not None and time.monotonic() - self.spoken > 1:
            self.spoken = time.monotonic()
            self._say(b"HEARTBEAT", {"session": self.session, "acked": self.durable})
        while self.socket.poll(milliseconds):
            _, verb, header = self.socket.recv_multipart()
            now, header = time.time(), json.loads(header)
            if verb == b"ERROR":
                raise RuntimeError(header["message"])
            if verb == b"WELCOME":
                self.session = header["session"]
            self.credit = header["credit"]
            for sequence in range(self.durable + 1, header["durable"] + 1):
                self.acked[sequence] = now
            self.durable = header["durable"]
            for frame in header.get("frames", []):
                self.fates[frame["sequence"]] = frame["fates"]
            milliseconds = 0

    def finish(self):
        while self.durable < self.sent:
            self.hear(10)

    def deliver(self, lines):
        """Sends frames and waits until they are durable."""
        for i in range(0, len(lines), FRAME):
            while self.offer(lines[i:i + FRAME]) is None:
                self.hear(1)
            if i // FRAME % 16 == 0:
                self.hear(0)
        self.finish()


def configure(work, regions, binaries):
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    for name in ("server", "bench"):
        subprocess.run([binaries / "tocsin", "keygen", name, "--directory", work], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([sys.executable, ROOT / "bench/make_config.py", "--regions", str(regions), "--public-key",
                    work / "bench.pub", "--server-key", work / "server.key", "--out", work / "config"], check=True)
    # The monthly indicators that the load has, each a z-score; four dimensions at once are an alert.
    text = (work / "config/indicators.yaml").read_text().split("\nindicators:\n")[1].split("\nevent_kinds:")[0]
    signals = ["pack: peers", "regions: [\"basin:lake-chad\"]", "signals:"]
    loaded = {workload.indicator_name(i) for i in range(workload.INDICATORS)}
    for name, keys in re.findall(r"^  ([a-z0-9_]+):\n((?:    .*\n)+)", text + "\n", flags=re.M):
        if name in loaded and "cadence: month" in keys:
            dimension = re.search(r"dimension: (\w+)", keys).group(1)
            signals += [f"  far_{name}:", f"    dimension: {dimension}",
                        f"    when: zscore(mean({name}, 1 month), 2y) > 3 sd"]
    signals += ["patterns:", "  convergence: {window: 31d, watch: dimensions() >= 4}", ""]
    (work / "pack.yaml").write_text("\n".join(signals))
    return sum(line.startswith("  far_") for line in signals)


def take_in(endpoint, work, regions, first_month):
    """The history of all regions; gives records a second, synced, of its last part, which was written out before."""
    producer = Producer(endpoint, work, "history")

    def lines(begin, end):
        for at in range(begin, end):
            place, month = at % (regions * workload.INDICATORS), at // (regions * workload.INDICATORS)
            yield workload.record(f"h-{at}", place % regions, place // regions, first_month + month, workload.value(at))

    records = regions * workload.INDICATORS * workload.HISTORY_MONTHS
    timed = min(INTAKE_RECORDS, records // 2)
    for begin in range(0, records - timed, FRAME):
        frame = list(lines(begin, min(begin + FRAME, records - timed)))
        while producer.offer(frame) is None:
            producer.hear(1)
    producer.finish()
    prepared = list(lines(records - timed, records))
    begun = time.monotonic()
    producer.deliver(prepared)
    return timed / (time.monotonic() - begun)


def feed(endpoint, work, regions, rate, first_month, stop, late):
    """`rate` records a second, month after month of all regions but the shocked ones."""
    apart = set(workload.shocked_regions(regions))
    producer = Producer(endpoint, work, "feed")
    places = [(r, i) for i in range(workload.INDICATORS) for r in range(regions) if r not in apart]
    begun, number = time.monotonic(), 0
    while not stop.is_set():
        if number / rate > time.monotonic() - begun:
            producer.hear(1)
            continue
        lines = []
        for at in range(number, number + FRAME):
            region, indicator = places[at % len(places)]
            month = min(59, first_month + at // len(places))
            lines.append(workload.record(f"live-{at}", region, indicator, month, workload.value(at)))
        while producer.offer(lines) is None and not stop.is_set():
            producer.hear(1)
        number += FRAME
        producer.hear(0)
        late.value = max(late.value, time.monotonic() - begun - number / rate)


def dispatched(directory):
    """By region: when the first CAP file of its alert was complete."""
    found = {}
    for file in directory.glob("**/*.xml"):
        region = re.search(r"XX-\d{5}", file.read_text())
        if region:
            at = file.stat().st_ctime + FILE_CLOCK_S
            found[region.group(0)] = min(at, found.get(region.group(0), at))
    return found


def run(work, regions, rate, binaries, patience):
    signals = configure(work, regions, binaries)
    with open(work / "log", "a") as log:
        daemon = subprocess.Popen([binaries / "tocsind", "--config", work / "config", "--ports-file", work / "ports"],
                                  stderr=log)
    try:
        deadline = time.monotonic() + 60
        while not (work / "ports").exists():
            if daemon.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the daemon didn't start; see {work}/log")
            time.sleep(0.05)
        endpoint = dict(l.split("=", 1) for l in (work / "ports").read_text().splitlines())["ingest"]
        seconds = workload.SHOCK_EVERY * (workload.SHOCKS + 2)
        first_live = 59 - int(seconds * rate / (regions * workload.INDICATORS)) - 1
        first = first_live - workload.HISTORY_MONTHS
        if first < 0:
            raise RuntimeError(f"{rate} records a second are more than 59 months of {regions} regions")
        durable = take_in(endpoint, work, regions, first)
        apart = workload.shocked_regions(regions)
        shocks = Producer(endpoint, work, "shocks")
        shocks.deliver([workload.record(f"before-{r}-{i}-{m}", r, i, m, workload.value(r * 7919 + i * 31 + m))
                        for m in range(first, 59) for r in apart for i in range(workload.INDICATORS)])
        before = dispatched(work / "cap")
        stop, late = multiprocessing.Event(), multiprocessing.Value("d", 0)
        feeder = multiprocessing.Process(target=feed, args=(endpoint, work, regions, rate, first_live, stop, late),
                                         daemon=True)
        feeder.start()
        begun, sent = time.monotonic(), {}
        for number, region in enumerate(apart):
            lines = [workload.record(f"shock-{region}-{i}", region, i, 59, workload.SHOCK_VALUE)
                     for i in range(workload.INDICATORS)]
            while time.monotonic() - begun < workload.SHOCK_EVERY * (number + 1):
                shocks.hear(1)
            at = time.time()
            while (sequence := shocks.offer(lines)) is None:
                shocks.hear(1)
            sent[region] = (at, sequence)
        deadline = time.monotonic() + patience
        names = {workload.region_name(r) for r in apart}
        while time.monotonic() < deadline:
            shocks.hear(50)
            if shocks.durable == shocks.sent and names <= set(dispatched(work / "cap")):
                break
        stop.set()
        feeder.join(30)
        after = dispatched(work / "cap")
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(120)
    in_time = {r: at for r, (at, _) in sent.items()
               if workload.region_name(r) in after and workload.region_name(r) not in before}
    return {"regions": regions, "signals": signals, "records_per_second": durable, "feed": rate,
            "feed_late_s": late.value,
            "ack_s": sorted(shocks.acked[sequence] - sent[r][0] for r, (_, sequence) in sent.items()
                            if r in in_time and sequence in shocks.acked),
            "shock_s": sorted(after[workload.region_name(r)] - at for r, at in in_time.items()),
            "other_alerts": len(set(after) - {workload.region_name(r) for r in apart})}
