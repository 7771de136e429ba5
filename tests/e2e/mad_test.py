"""A producer gone mad beside an honest one, at the real daemon: it sends as fast as it can, one value over and over. It
is slowed down to its rate, it and its source are shown, and the honest one's frames are acknowledged as if it weren't there."""
import json
import sys
import threading
import time

import zmq

from daemon_rig import CURVE, Link, RigError, expect, give_keys, play, records, wait_for

RATE, BURST, FRAME = 1_000, 2_000, 100


class Mad(threading.Thread):
    """Sends all that it may until it is told to stop."""

    def __init__(self, rig, keys, server_key, sample):
        super().__init__()
        self.rig, self.keys, self.server_key, self.sample = rig, keys, server_key, sample
        self.enough = threading.Event()
        self.acknowledged = 0
        self.error = None

    def frame(self, sequence):
        value = self.sample["data"]["value"]
        lines = [json.dumps(dict(self.sample, id=f"mad-{sequence}-{i}",
                                 data=dict(self.sample["data"], value=value))) for i in range(FRAME)]
        return ("\n".join(lines) + "\n").encode()

    def run(self):
        try:
            link = Link(self.rig, zmq.Context(), "mad", self.keys, self.server_key)
            self.began = time.monotonic()
            while not self.enough.is_set():
                while link.producer.offer(self.frame(link.producer.sent + 1)):
                    pass
                link.beat()
            self.ended = time.monotonic()
            self.acknowledged = link.producer.durable * FRAME
        except Exception as error:  # told by the main thread
            self.error = error


def run(rig):
    server, demo, history = (rig.keygen(name) for name in ("server", "demo", "history"))
    rig.write_config(rig.start_mail(), extra=[
        CURVE,
        (r"^  heartbeat_ms: .*", f"  heartbeat_ms: 2_000\n  rates: {{demo: {{records_per_second: {RATE}, burst: {BURST}}}}}"),
        (r"^    frame_records: .*", "    frame_records: 1_000")])
    give_keys(rig.config / "sources.yaml", history=history, demo=demo)
    rig.start()
    sample = next(json.loads(line) for line in records(rig.directory, "01-history")[0].splitlines()
                  if b'"demo-market"' in line and b'"subject":"NG' in line.replace(b" ", b""))
    mad = Mad(rig, demo, server[0], sample)
    mad.start()
    wait_for("the mad one to be slowed down",
             lambda: mad.error or rig.metric("tocsin_producer_throttles_total", producer="demo") > 0)
    honest = Link(rig, zmq.Context(), "honest", history, server[0])
    price = dict(sample, source="wb-rtfp")
    longest = 0
    for number in range(100):
        begun = time.monotonic()
        line = dict(price, id=f"honest-{number}", data=dict(price["data"], value=100 + number))
        nacks = honest.send((json.dumps(line) + "\n").encode())
        expect(nacks == [], f"an honest record was refused: {nacks}")
        longest = max(longest, time.monotonic() - begun)
    wait_for("the suspicion", lambda: rig.metric("tocsin_source_suspect", source="demo-market", reason="same") == 1)
    expect(rig.metric("tocsin_source_suspect", source="wb-rtfp") == 0, "the honest source is suspected")
    expect(rig.metric("tocsin_producer_throttles_total", producer="history") == 0, "the honest one was slowed down")
    rig.get("/readyz")
    mad.enough.set()
    mad.join()
    if mad.error:
        raise RigError(f"the mad one: {mad.error}")
    allowed = BURST + RATE * (mad.ended - mad.began)
    expect(mad.acknowledged <= allowed, f"{mad.acknowledged} records, {allowed:.0f} were allowed")
    wait_for("both in the log", lambda: rig.logged("producer='demo' sends faster than its rate") and rig.logged(
        "source demo-market: has one and the same value"))
    rig.stop()
    print(f"mad: {mad.acknowledged} records in {mad.ended - mad.began:.1f} s; "
          f"honest: 100 frames, the slowest acknowledged after {longest * 1000:.0f} ms")


if __name__ == "__main__":
    sys.exit(play("mad", run))
