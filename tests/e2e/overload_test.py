"""More of everything than the real daemon can take, over CURVE: producers that always have more to send than there
is credit, honest ones among them that send one frame and wait, others that never read what they are told, HTTP
clients that never finish their request, and a flood of records that are refused.

Honest producers keep their share; the health page answers; every record has one fate; the quarantine and (in a build
without sanitizers) memory stay below their bounds.
"""
import json
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile

import zmq

from daemon_rig import Producer, Refused, Rig, RigError, arguments, attempt, tell, wait_for
from load import Filler, scenario_lines

MEBI = 1 << 20
FRAME_RECORDS = 10
FRAME_RECORDS_MAX = 20
QUARANTINE = 500
PRODUCERS = 8
CACHE = 32 * MEBI
CREDIT_BYTES = 16 * MEBI
# docs/OPERATIONS.md, "Memory": what the daemon may hold beside what it had when it was ready.
MEMTABLES = 400 * MEBI
NACKS = 100 * MEBI
A_CONNECTION = MEBI // 4


class Keys:
    def __init__(self, rig, directory):
        directory.mkdir()
        for name in ["server"] + [f"producer-{i}" for i in range(PRODUCERS)]:
            rig.run("keygen", name, "--directory", directory)
        self.directory = directory

    def read(self, name):
        lines = (self.directory / name).read_text().splitlines()
        return dict(line.split() for line in lines if " " in line and not line.startswith("#"))

    def of(self, number):
        pair = self.read(f"producer-{number % PRODUCERS}.key")
        return tuple(key.encode() for key in (self.read("server.pub")["public-key"], pair["public-key"],
                                              pair["secret-key"]))


class Sender(Producer):
    """A producer that says which frames it wants under way at most."""

    def __init__(self, name, template, at_once, *arguments):
        super().__init__(*arguments)
        self.name, self.template, self.at_once = name, template, at_once

    def more(self):
        while self.sent is not None and self.sent - self.durable < self.at_once:
            number = self.sent + 1
            if not self.offer(self.template.replace(b"@NAME@", self.name).replace(b"1000001", b"%d" % number)):
                return


def template(lines, records, broken=False):
    """A frame whose identities hang on @NAME@; each next frame of a name revises them."""
    filler = Filler(lines, 11)
    out = []
    for i in range(records):
        record = dict(filler.fresh(f"@NAME@-{i}"), revision=1000001)
        out.append(json.dumps(dict(record, subject="NOWHERE") if broken else record))
    return ("\n".join(out) + "\n").encode()


class Test:
    def __init__(self, options, directory):
        self.options = options
        self.rig = Rig(options.binaries, directory)
        self.keys = Keys(self.rig, self.rig.directory / "keys")
        crowd = options.connections + 50
        self.rig.write_config(self.rig.start_mail(), [
            (r"^(\s*block_cache_bytes:) .*", rf"\1 {CACHE}"),
            (r"^(\s*security:) plain-on-loopback.*", r"\1 curve\n  secret_key_file: ../keys/server.key"),
            (r"^\s*plain_producer:.*\n", ""),
            (r"^(\s*heartbeat_ms:) .*", r"\1 10_000"),
            (r"^(\s*credit:) .*", rf"\1 {{records: {40 * crowd}, bytes: {CREDIT_BYTES}}}"),
            (r"^(\s*frame_bytes:) .*", r"\1 131_072"),
            (r"^(\s*frame_records:) .*", rf"\1 {FRAME_RECORDS_MAX}"),
            (r"^(\s*record_bytes:) .*", r"\1 16_384"),
            (r"^(\s*sessions:) .*", rf"\1 {crowd}"),
            (r"^(\s*quarantine_records:) .*", rf"\1 {QUARANTINE}")])
        self.name_producers()
        self.context = zmq.Context()
        self.context.max_sockets = 4096
        self.lines = scenario_lines(directory)
        self.sound = template(self.lines, FRAME_RECORDS)
        self.slow = []
        self.ended = 0  # sessions whose credit was taken back
        self.sanitized = "libasan" in subprocess.run(["ldd", self.rig.tocsind], capture_output=True, text=True).stdout

    def name_producers(self):
        path = self.rig.config / "sources.yaml"
        text = path.read_text()
        sources = re.search(r"^    sources: (\[demo-.*\])", text, re.M).group(1)
        text = text[:text.index("\nproducers:")] + "\nproducers:\n"
        for i in range(PRODUCERS):
            key = self.keys.read(f"producer-{i}.key")["public-key"]
            text += f"  crowd-{i}:\n    public_keys: [{json.dumps(key)}]\n    sources: {sources}\n"
        path.write_text(text)

    def sender(self, name, frame, at_once, number):
        return Sender(name.encode(), frame, at_once, self.context, self.rig.ports["ingest"], name, 0,
                      self.keys.of(number))

    def connect_slow_clients(self, count):
        """Each sends half a request and then nothing."""
        host, port = self.rig.ports["admin"].removeprefix("http://").split(":")
        for _ in range(count):
            client = socket.create_connection((host, int(port)))
            client.sendall(b"GET /metrics HTTP/1.1\r\nHost: ")
            self.slow.append(client)

    def turn(self, senders, poller, by_socket):
        for found, _ in poller.poll(100):
            sender = by_socket[found]
            try:
                sender.hear(0)
            except Refused as refused:
                if not refused.may_retry:
                    raise
                self.ended += 1
                sender.hello()
        for sender in senders:
            sender.more()
            sender.beat()

    def crowd(self):
        """Greedy and honest producers, until each has had its frames acknowledged."""
        count, wanted = self.options.connections, self.options.frames
        honest = [self.sender(f"honest-{i}", self.sound, 1, i) for i in range(10)]
        stuck = [self.sender(f"stuck-{i}", template(self.lines, FRAME_RECORDS_MAX, broken=True), 1000, i)
                 for i in range(3)]
        greedy = [self.sender(f"greedy-{i}", self.sound, 1000, i) for i in range(count - 13)]
        senders = honest + greedy
        poller, by_socket = zmq.Poller(), {}
        for sender in senders + stuck:
            by_socket[sender.socket] = sender
            poller.register(sender.socket, zmq.POLLIN)
        wait_for("all sessions", lambda: self.turn(senders + stuck, poller, by_socket) or all(
            sender.session is not None for sender in senders + stuck), 240)
        for sender in stuck:  # from now on it is never read
            poller.unregister(sender.socket)
        self.connect_slow_clients(30)
        wait_for("everybody's share", lambda: self.turn(senders, poller, by_socket) or all(
            sender.durable >= wanted for sender in senders), 400)
        if json.loads(self.rig.get("/healthz"))["status"] != "ok":
            raise RigError("/healthz is not ok")
        connections = self.rig.metric("tocsin_server_connections")
        mean = statistics.mean(sender.durable for sender in greedy)
        least = min(sender.durable for sender in honest)
        if 8 * least < mean:
            raise RigError(f"an honest producer had {least} frames acknowledged, a greedy one {mean:.0f}")
        for sender in senders + stuck:
            sender.close()
        return {"connections": int(connections), "frames of an honest producer": least,
                "frames of a greedy one, mean": round(mean, 1), "sessions whose credit was taken back": self.ended}

    def flood(self):
        """Records that are all refused, in ever new epochs, whose details nobody confirms."""
        broken = template(self.lines, FRAME_RECORDS_MAX, broken=True)
        resident = []
        for number in range(self.options.epochs):
            sender = self.sender(f"flood-{number}", broken, 50, number)
            sender.beat = lambda: None
            wait_for("the ACK of the refused", lambda s=sender: s.more() or s.hear(50) or s.durable >= 50, 120)
            sender.close()
            resident.append(self.rig.status("VmRSS"))
        rows = self.rig.metric("tocsin_records_total", fate="quarantined")
        kept = int(self.rig.metric("tocsin_store_rows", column="quarantine"))
        # Rows are RocksDB's estimate, which counts no deletes and each row once.
        if kept > QUARANTINE * PRODUCERS:
            raise RigError(f"{kept} rows are in the quarantine, {QUARANTINE} are allowed each of {PRODUCERS}")
        half = resident[len(resident) // 2]
        return {"records refused": int(rows), "quarantine rows": kept,
                "resident MiB, half of the flood": half // MEBI, "resident MiB, after it": resident[-1] // MEBI}

    def check_memory(self, ready):
        peak = self.rig.status("VmHWM")
        bound = ready + CACHE + MEMTABLES + 3 * CREDIT_BYTES + NACKS + A_CONNECTION * self.options.connections
        if not self.sanitized and peak > bound:
            raise RigError(f"{peak // MEBI} MiB were resident, {bound // MEBI} MiB are the bound")
        return {"resident MiB, when ready": ready // MEBI, "resident MiB, at most": peak // MEBI,
                "bound MiB": bound // MEBI, "memory judged": not self.sanitized}

    def run(self):
        return attempt(self.rig, self.held)

    def held(self):
        self.rig.start()
        ready = self.rig.status("VmRSS")
        summary = {**self.crowd(), **self.flood()}
        wait_for("the end of what is under way", lambda: self.rig.metric("tocsin_server_frames_in_flight") == 0)
        if self.rig.metric("tocsin_records_unaccounted") != 0:
            raise RigError("records have no fate")
        if self.rig.metric("tocsin_records_total") != self.rig.metric("tocsin_server_durable_records_total"):
            raise RigError("the fates don't sum to the records made durable")
        summary.update(self.check_memory(ready), records=int(self.rig.metric("tocsin_records_total")))
        for client in self.slow:
            client.close()
        self.rig.stop()
        self.rig.run("verify", self.rig.store)
        return summary


def main():
    parser = arguments()
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--frames", type=int, default=10, help="that each honest producer wants acknowledged")
    parser.add_argument("--epochs", type=int, default=100, help="of the flood of refused records")
    options = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit, 65_536), limit))
    with tempfile.TemporaryDirectory(prefix="tocsin-overload-") as directory:
        summary = Test(options, directory).run()
    return tell(summary, options)


if __name__ == "__main__":
    sys.exit(main())
