"""A lossy feed into the real daemon from a real PUB: numbers that are skipped, a publisher that restarts, a daemon that
was away, and queues that overflow, are told from each other; records go the way of all others."""
import json
import os
import signal
import struct
import subprocess
import sys

import zmq

from daemon_rig import ROOT, RigError, expect, play, wait_for


class Publisher:
    """docs/PROTOCOL.md, "Feeds"."""

    def __init__(self, context, endpoint):
        self.context = context
        self.endpoint = endpoint
        self.begin()

    def begin(self):
        self.socket = self.context.socket(zmq.XPUB)  # as PUB, but it hears who subscribes
        self.socket.linger = 0
        self.socket.sndhwm = 50
        # A daemon that comes back may subscribe before its old connection is gone.
        self.socket.setsockopt(zmq.XPUB_VERBOSE, 1)
        wait_for("the address", self.is_bound)
        self.endpoint = self.socket.last_endpoint.decode()
        self.epoch, self.sequence = int.from_bytes(os.urandom(8), "big"), 0

    def is_bound(self):
        try:
            self.socket.bind(self.endpoint)
            return True
        except zmq.ZMQError:  # the one before is still being closed
            return False

    def wait_for_subscriber(self):
        while self.socket.poll(60_000):
            if self.socket.recv() == b"\x01weather":
                return
        raise RigError("the daemon did not subscribe")

    def restart(self):
        self.socket.close()
        self.begin()
        self.wait_for_subscriber()

    def skip(self, count):
        self.sequence += count

    def send(self, payload):
        self.sequence += 1
        self.socket.send_multipart([b"weather", struct.pack(">QQ", self.epoch, self.sequence), payload])


def run(rig):
    scenario = rig.directory / "scenario"
    subprocess.run(["/usr/bin/python3", str(ROOT / "deploy/demo/make-scenario"), "--out", str(scenario)], check=True,
                   stdout=subprocess.DEVNULL)
    rain = next(json.loads(line) for line in (scenario / "01-history.ndjson").read_text().splitlines()
                if '"rainfall"' in line)
    numbers = iter(range(1_000_000))

    def record(filler=0, **change):
        return (json.dumps(dict(rain, id=f"feed-{next(numbers)}", **change)) + " " * filler + "\n").encode()

    publisher = Publisher(zmq.Context(), "tcp://127.0.0.1:*")
    rig.write_config(rig.start_mail(), extra=[
        (r"^  plain_producer: demo .*",
         "  plain_producer: demo\n"
         f"  feeds: {{rain: {{connect: '{publisher.endpoint}', topic: weather, producer: demo}}}}")])
    rig.start()
    publisher.wait_for_subscriber()

    def count(name):
        return rig.metric(f"tocsin_feed_{name}_total", feed="rain")

    def counted(name, number):
        wait_for(f"{name} of {number} (it is {count(name)})", lambda: count(name) == number)

    # What came before the first message that it hears was not for it.
    publisher.skip(1_000)
    for _ in range(5):
        publisher.send(record())
    counted("messages", 5)
    expect(count("missed_messages") == 0, "a late joiner counted what it had not asked for")
    publisher.skip(3)
    publisher.send(record())
    publisher.skip(4)
    publisher.send(record())
    counted("messages", 7)
    expect((count("gaps"), count("missed_messages")) == (2, 7), "the gaps were counted wrongly")
    wait_for("the gap in the log", lambda: rig.logged("messages 1006 to 1008 of epoch"))
    wait_for("7 records", lambda: rig.metric("tocsin_records_total", source="demo-weather", fate="applied") == 7)

    # A restart is none; records that are refused are counted, and kept.
    publisher.restart()
    publisher.send(record() + record(source="ucdp-ged"))
    counted("restarts", 1)
    counted("quarantined_records", 1)
    expect(count("missed_messages") == 7, "a restart was counted as a gap")
    publisher.socket.send_multipart([b"weather", b"no header", record()])
    counted("refused_messages", 1)

    # The daemon is away for two messages.
    publisher.send(record())
    counted("messages", 9)
    wait_for("the commit", lambda: rig.metric("tocsin_records_total", source="demo-weather", fate="applied") == 9)
    rig.kill()
    publisher.skip(2)
    rig.start()
    publisher.wait_for_subscriber()
    publisher.send(record())
    counted("messages", 1)
    expect(count("missed_messages") == 2, "what the daemon missed while it was away is no gap")

    # It stands still, and queues overflow: ZeroMQ drops, and the gap shows how much.
    before = publisher.sequence
    rig.process.send_signal(signal.SIGSTOP)
    for _ in range(4_000):
        publisher.send(record(filler=8_000))
    rig.process.send_signal(signal.SIGCONT)
    wait_for("the queue to be read", lambda: publisher.send(record()) or count("missed_messages") > 2)

    def all_told():
        if count("messages") - 1 + count("missed_messages") - 2 == publisher.sequence - before:
            return True
        publisher.send(record())
        return False

    wait_for("all to be taken or missed", all_told)
    rig.get("/readyz")
    taken = count("messages")
    wait_for("the records of all", lambda: rig.metric("tocsin_records_total", source="demo-weather",
                                                     fate="applied") == 9 + taken)
    expect(rig.metric("tocsin_server_contract_breaches_total") == 0, "a result was taken for a producer's")
    missed = count("missed_messages")
    rig.stop()
    if "byte for byte" not in rig.run("replay", rig.store).stdout:
        raise RigError("the replay says something else")
    print(f"{taken + 9:.0f} messages taken, {missed + 7:.0f} missed and counted")


if __name__ == "__main__":
    sys.exit(play("feed", run))
