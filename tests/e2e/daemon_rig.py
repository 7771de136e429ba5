"""The real tocsind on a copy of the shipped configuration, for end-to-end tests: ephemeral ports, a store and
a mail directory of its own, and a small producer written from docs/PROTOCOL.md."""
import argparse
import collections
import email
import email.policy
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import zmq
from zmq.utils.monitor import recv_monitor_message

# For Rig.write_config: the ingest endpoint with CURVE, its key being keygen("server").
CURVE = (r"^  security: plain-on-loopback .*", "  security: curve\n  secret_key_file: ../keys/server.key")
ROOT = pathlib.Path(__file__).resolve().parents[2]


FAILED = (1, -signal.SIGABRT)  # exit codes after which the unit has the daemon restarted


class RigError(Exception):
    pass


class Refused(RigError):
    """The server's ERROR."""

    def __init__(self, header):
        super().__init__("the server said: " + header["message"])
        self.may_retry = header["retry"]


def wait_for(what, condition, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.01)
    raise RigError(f"{what} did not come within {seconds} seconds")


def substitute(text, changes):
    for pattern, replacement in changes:
        text, count = re.subn(pattern, replacement, text, count=1, flags=re.M)
        if count != 1:
            raise RigError(f"tocsind.yaml has no line like {pattern}")
    return text


class Rig:
    def __init__(self, binaries, directory, **environment):
        self.tocsind = pathlib.Path(binaries) / "tocsind"
        self.tocsin = pathlib.Path(binaries) / "tocsin"
        self.directory = pathlib.Path(directory)
        self.store = self.directory / "store"
        self.mail = self.directory / "mail"
        self.config = self.directory / "config"
        self.environment = dict(os.environ, **environment)
        self.ended = []  # with what it was restarted after
        self.process = self.smtp = None
        self.ports = {}

    def start_mail(self, *words):
        self.mail.mkdir(exist_ok=True)
        self.smtp = subprocess.Popen(
            ["/usr/bin/python3", str(ROOT / "tests/e2e/smtp_server.py"), str(self.mail), *words],
            stdout=subprocess.PIPE, text=True)
        return int(self.smtp.stdout.readline())

    def write_config(self, smtp_port, extra=()):
        shutil.copytree(ROOT / "deploy/config/lake-chad", self.config)
        path = self.config / "tocsind.yaml"
        path.write_text(substitute(path.read_text(), [
            (r"^(\s*path:) .*demo-out/store", r"\1 ../store"),
            (r"^(\s*endpoint:) .*", r"\1 tcp://127.0.0.1:*"),
            (r"^admin: .*", "admin: {host: 127.0.0.1, port: 0}"),
            (r"^(\s*port:) 7725", rf"\1 {smtp_port}"),
            (r"^(\s*directory:) .*demo-out/cap", r"\1 ../cap"),
            (r"^packs: .*", f"packs: [{ROOT}/rules/packs/lake-chad.yaml]"),
            (r"^(\s*first_wait_seconds:) .*", r"\1 1"),
            *extra,
        ]))

    def add_pack(self, yaml):
        """One more rule pack beside those of the configuration."""
        (self.directory / "more.yaml").write_text(yaml)
        path = self.config / "tocsind.yaml"
        path.write_text(substitute(path.read_text(), [(r"^packs: \[(.*)\]", r"packs: [\1, ../more.yaml]")]))

    def start(self, *words):
        self.begin(*words)
        ports = self.directory / "ports"

        def up():
            if self.process.poll() is not None:
                raise RigError(f"the daemon ended with {self.process.returncode}:\n{self.log_tail()}")
            return ports.exists()

        wait_for("the daemon", up)
        self.read_ports()

    def read_ports(self):
        """Whether the daemon has its listeners."""
        ports = self.directory / "ports"
        if not ports.exists():
            return False
        self.ports = dict(line.split("=", 1) for line in ports.read_text().splitlines())
        return True

    def tend(self):
        """What the unit tells systemd to do: a daemon that failed is started again. Whether it has its listeners."""
        code = self.process.poll()
        if code is None:
            return self.read_ports()
        if code not in FAILED:
            raise RigError(f"the daemon ended with {code}, which nothing restarts:\n{self.log_tail()}")
        self.ended.append(code)
        time.sleep(0.2)
        self.begin()
        return False

    def begin(self, *words):
        """Starts the daemon and doesn't wait until it is ready."""
        ports = self.directory / "ports"
        ports.unlink(missing_ok=True)
        log = open(self.directory / "tocsind.log", "a")
        self.process = subprocess.Popen(
            [str(self.tocsind), "--config", str(self.config), "--ports-file", str(ports), *words], stderr=log,
            env=self.environment)
        log.close()

    def log(self):
        return (self.directory / "tocsind.log").read_text()

    def log_tail(self):
        return "\n".join(self.log().splitlines()[-20:])

    def keygen(self, name):
        """A key pair of `tocsin keygen`: (public, secret)."""
        keys = self.directory / "keys"
        keys.mkdir(exist_ok=True)
        self.run("keygen", name, "--directory", keys)
        lines = (keys / f"{name}.key").read_text().splitlines()
        return tuple(next(line.split()[1] for line in lines if line.startswith(kind)).encode()
                     for kind in ("public-key", "secret-key"))

    def logged(self, text, after=0):
        """Whether the log has `text` behind the first `after` characters."""
        return text in (self.directory / "tocsind.log").read_text()[after:]

    def log_size(self):
        return len((self.directory / "tocsind.log").read_text())

    def kill(self):
        """SIGKILL, to a daemon that is alive: one that ended by itself is an error."""
        if self.process.poll() is not None:
            raise RigError(f"the daemon ended by itself with {self.process.returncode}:\n{self.log_tail()}")
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(180)  # TimeoutStopSec of the unit
        if code != 0:
            raise RigError(f"the daemon ended with {code}:\n{self.log_tail()}")

    def close(self):
        for process in (self.process, self.smtp):
            if process and process.poll() is None:
                process.kill()
                process.wait()

    def get(self, path):
        try:
            with urllib.request.urlopen(self.ports["admin"] + path, timeout=60) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError:
            raise
        except OSError as error:
            raise RigError(f"GET {path}: {error}; the daemon's exit code is {self.process.poll()}") from error

    def not_ready(self):
        """Why /readyz says that no records are taken; "" when they are."""
        try:
            self.get("/readyz")
        except urllib.error.HTTPError as error:
            return json.loads(error.read())["reason"]
        return ""

    def mails(self):
        """Message-IDs of the mails that arrived, with how often each did; by (alert, revision, recipient)."""
        found = collections.defaultdict(collections.Counter)
        for path in self.mail.glob("*.eml"):
            with open(path, "rb") as file:
                mail = email.message_from_binary_file(file, policy=email.policy.default)
            found[(mail["X-Tocsin-Alert"], mail["X-Tocsin-Revision"], mail["To"])][mail["Message-ID"]] += 1
        return found

    def check_delivered(self):
        """Every dispatch that the ledger intends has arrived, under one id. Returns (mails, of which twice, CAP files)."""
        intents = collections.defaultdict(set)
        for line in self.run("ledger", self.store, "--chain", "dispatches").stdout.splitlines():
            entry = json.loads(line)["entry"]
            if entry["state"] == "intended":
                intents[entry["channel"]].add(entry["dispatch"])
        mails = self.mails()
        for key, ids in mails.items():
            if len(ids) != 1:
                raise RigError(f"one dispatch went out under several ids: {key} {ids}")
        if not intents["email"]:
            raise RigError("no alert was raised: this test shows nothing")
        arrived = {message.strip("<>").split("@")[0] for ids in mails.values() for message in ids}
        if arrived != intents["email"]:
            raise RigError(f"mails intended {sorted(intents['email'])}, arrived {sorted(arrived)}")
        files = len(list((self.directory / "cap").glob("*/*.xml")))
        if files != len(intents["cap"]):
            raise RigError(f"{len(intents['cap'])} CAP files were intended, {files} are there")
        return len(arrived), sum(sum(ids.values()) > 1 for ids in mails.values()), files

    def metric(self, name, **labels):
        """The sum of the samples of `name` that carry all of `labels`."""
        total = 0.0
        for line in self.get("/metrics").splitlines():
            if not re.match(re.escape(name) + r"[ {]", line):
                continue
            if all(f'{key}="{value}"' in line for key, value in labels.items()):
                total += float(line.rsplit(" ", 1)[1])
        return total

    def status(self, name):
        """A figure of /proc/PID/status in bytes: VmRSS, VmHWM."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024
        raise RigError(f"/proc says no {name}")

    def run(self, *arguments, check=True):
        result = subprocess.run([str(self.tocsin), *map(str, arguments)], capture_output=True, text=True)
        if check and result.returncode != 0:
            raise RigError(f"tocsin {arguments[0]} ended with {result.returncode}:\n{result.stdout}{result.stderr}")
        return result


class Producer:
    """One session (docs/PROTOCOL.md); plain, or with `curve`: the server's public key, its own, its secret one."""

    def __init__(self, context, endpoint, epoch, last_ack, curve=None):
        self.socket = context.socket(zmq.DEALER)
        self.socket.linger = 0
        if curve:
            self.socket.curve_serverkey, self.socket.curve_publickey, self.socket.curve_secretkey = curve
        self.socket.connect(endpoint)
        self.session = None
        self.durable = last_ack
        self.sent = None
        self.used = [0, 0]
        self.credit = {"records": 0, "bytes": 0}
        self.withheld = ""
        self.fates = {}
        self.nacks = []
        self.counted = last_ack  # details may be told again
        self.epoch = epoch
        self.hello()

    def hello(self):
        """Opens a session; also anew, after an ERROR that says to retry."""
        self.session = self.sent = None
        self.say(b"HELLO", {"epoch": self.epoch, "last_ack": self.durable})

    def say(self, verb, header, *payload):
        self.spoken = time.monotonic()
        self.socket.send_multipart([b"tocsin/1", verb, json.dumps(header).encode(), *payload])

    def offer(self, payload):
        """Sends the next frame if credit allows; whether it did."""
        records = payload.count(b"\n")
        if self.session is None or self.used[0] + records > self.credit["records"]:
            return False
        if self.used[1] + len(payload) > self.credit["bytes"]:
            return False
        self.sent += 1
        self.used = [self.used[0] + records, self.used[1] + len(payload)]
        self.say(b"BATCH", {"session": self.session, "sequence": self.sent, "records": records}, payload)
        return True

    def hear(self, milliseconds):
        """Takes what has come, waiting at most so long for the first of it."""
        while self.socket.poll(milliseconds):
            milliseconds = 0
            _, verb, header = self.socket.recv_multipart()
            header = json.loads(header)
            if verb == b"ERROR":
                raise Refused(header)
            if verb == b"WELCOME":
                if "regression" in header:
                    raise RigError(f"acknowledged frames are gone: {header['regression']}")
                self.session, self.sent, self.used = header["session"], header["durable"], [0, 0]
            if verb == b"HEARTBEAT":
                self.withheld = header.get("withheld", "")
            if "durable" in header:
                self.durable, self.credit = max(self.durable, header["durable"]), header["credit"]
            for frame in header.get("frames", []):
                if frame["sequence"] <= self.counted:
                    continue
                self.counted = frame["sequence"]
                for fate, count in frame["fates"].items():
                    self.fates[fate] = self.fates.get(fate, 0) + count
                self.nacks += frame["nacks"]

    def beat(self):
        """Says that it is alive, at most every second."""
        if self.session is not None and time.monotonic() - self.spoken > 1:
            self.say(b"HEARTBEAT", {"session": self.session, "acked": self.durable})

    def close(self):
        self.socket.close()


class Feed:
    """Sends frames as long as the daemon takes them, in one epoch through its restarts."""

    def __init__(self, rig, context, epoch, frames):
        self.rig, self.context, self.epoch, self.frames = rig, context, epoch, frames
        self.limit = len(frames)  # none is sent beyond it
        self.acked = 0
        self.producer = self.process = None

    def turn(self):
        """Tends the daemon, sends what credit allows, hears what there is."""
        if not self.rig.tend():
            return
        if self.process is not self.rig.process:
            self.end()
            self.process = self.rig.process
            self.producer = Producer(self.context, self.rig.ports["ingest"], self.epoch, self.acked)
        producer = self.producer
        while producer.sent is not None and producer.sent < self.limit and producer.offer(
                self.frames[producer.sent]):
            pass
        try:
            producer.hear(20)
        except Refused as refused:
            if not refused.may_retry:
                raise
            self.process = None
        producer.beat()
        self.acked = max(self.acked, producer.durable)

    def until(self, what, condition, seconds=60):
        return wait_for(what, lambda: self.turn() or condition(), seconds)

    def end(self):
        if self.producer:
            self.producer.close()
        self.producer = None


def send_all(context, endpoint, epoch, frames, seconds=120):
    """Sends all frames in an epoch of their own and returns the fates."""
    producer = Producer(context, endpoint, epoch, 0)
    finish(producer, frames, seconds)
    return producer


def finish(producer, frames, seconds=120):
    """Sends what is left of the frames, waits until all are acknowledged and says BYE."""
    deadline = time.monotonic() + seconds
    while producer.durable < len(frames):
        if time.monotonic() > deadline:
            raise RigError(f"only {producer.durable} of {len(frames)} frames were acknowledged")
        while producer.session is not None and producer.sent < len(frames) and producer.offer(
                frames[producer.sent]):
            pass
        producer.hear(100)
        producer.beat()
    producer.say(b"BYE", {"session": producer.session})
    producer.close()
    return producer


class Link:
    """A producer that keeps its session and sends records one by one."""

    def __init__(self, rig, context, epoch, keys, server_key):
        self.producer = Producer(context, rig.ports["ingest"], epoch, 0, (server_key, *keys))
        wait_for("a WELCOME", self.is_welcome)

    def is_welcome(self):
        self.producer.hear(20)
        return self.producer.session is not None

    def send(self, payload):
        """Waits for the ACK of a frame and returns its NACKs."""
        self.producer.nacks = []
        wait_for("credit", lambda: self.producer.offer(payload) or self.beat())
        wanted = self.producer.sent
        wait_for(f"the ACK of frame {wanted}", lambda: self.beat() or self.producer.durable >= wanted)
        return self.producer.nacks

    def beat(self):
        self.producer.say(b"HEARTBEAT", {"session": self.producer.session, "acked": self.producer.durable})
        self.producer.hear(20)

    def expect_error(self, code):
        """Waits for an ERROR of that code."""
        def came():
            while self.producer.socket.poll(20):
                _, verb, header = self.producer.socket.recv_multipart()
                if verb == b"ERROR":
                    found = json.loads(header)["code"]
                    if found != code:
                        raise RigError(f"the server said {found} and not {code}")
                    return True
            return False
        wait_for(f"ERROR {code}", came)


def edit(path, pattern, replacement):
    text, count = re.subn(pattern, replacement, path.read_text(), count=1, flags=re.M)
    if count != 1:
        raise RigError(f"{path.name} has no line like {pattern}")
    path.write_text(text)


def expect(condition, what):
    if not condition:
        raise RigError(what)


def give_keys(sources, **keys):
    """Writes each producer's public key into sources.yaml."""
    for name, (public, _) in keys.items():
        edit(sources, rf"^  {name}:$", f'  {name}:\n    public_keys: ["{public.decode()}"]')


def is_denied(context, endpoint, keys, server_key):
    """Whether the handshake fails for the key."""
    dealer = context.socket(zmq.DEALER)
    dealer.linger = 0
    dealer.curve_publickey, dealer.curve_secretkey, dealer.curve_serverkey = *keys, server_key
    monitor = dealer.get_monitor_socket()
    dealer.connect(endpoint)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if not monitor.poll(100):
            continue
        event = recv_monitor_message(monitor)["event"]
        if event in (zmq.EVENT_HANDSHAKE_FAILED_AUTH, zmq.EVENT_HANDSHAKE_SUCCEEDED):
            dealer.disable_monitor()
            dealer.close()
            return event == zmq.EVENT_HANDSHAKE_FAILED_AUTH
    raise RigError("the handshake neither succeeded nor failed")


def check_records(rig, context, frames, expected):
    """Every record that was sent was counted with its one fate, and none of it is lost: sent once more, under
    another epoch, nothing is applied."""
    counted = {fate: rig.metric("tocsin_records_total", fate=fate) for fate in
               ("applied", "duplicate", "superseded", "quarantined", "archived-late")}
    if {fate: count for fate, count in counted.items() if count} != dict(expected):
        raise RigError(f"the records sent come to {dict(expected)}, counted were {counted}")
    again = send_all(context, rig.ports["ingest"], "once-more", frames)
    if again.fates.get("applied", 0) or again.fates.get("quarantined", 0) != expected["quarantined"]:
        raise RigError(f"acknowledged records were lost: sent once more they are {again.fates}")


def records(directory, *phases):
    scenario = pathlib.Path(directory) / "scenario"
    if not scenario.exists():
        subprocess.run(["/usr/bin/python3", str(ROOT / "deploy/demo/make-scenario"), "--out", str(scenario)],
                       check=True, stdout=subprocess.DEVNULL)
    lines = [line for name in phases for line in (scenario / f"{name}.ndjson").read_text().splitlines() if line]
    return [("\n".join(lines[i:i + 200]) + "\n").encode() for i in range(0, len(lines), 200)]


def arguments():
    """The command line that every test here has."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", required=True)
    parser.add_argument("--json", help="write the summary to this file")
    return parser


def attempt(rig, run):
    """What run() returns; None, with the reason and the end of the log on standard error, when it did not hold."""
    try:
        return run()
    except RigError as error:
        print(f"FAILED: {error}\n{rig.log_tail()}", file=sys.stderr)
        return None
    finally:
        rig.close()


def tell(summary, options):
    """Prints the summary of an attempt, writes it where it is wanted, and returns the exit code."""
    if summary is None:
        return 1
    print("\n".join(f"{name}: {value}" for name, value in summary.items()))
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(summary) + "\n")
    return 0


def play(name, run):
    """main() of a test without options: run(rig) with a directory of its own. run() may return a summary."""
    options = arguments().parse_args()
    with tempfile.TemporaryDirectory(prefix=f"tocsin-{name}-") as directory:
        rig = Rig(options.binaries, directory)
        return tell(attempt(rig, lambda: run(rig) or {}), options)
