"""The real tocsind on a copy of the shipped configuration, for end-to-end tests: ephemeral ports, a store and
a mail directory of its own, and a small producer written from docs/PROTOCOL.md."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import urllib.request

import zmq
from zmq.utils.monitor import recv_monitor_message

# For Rig.write_config: the ingest endpoint with CURVE, its key being keygen("server").
CURVE = (r"^  security: plain-on-loopback .*", "  security: curve\n  secret_key_file: ../keys/server.key")
ROOT = pathlib.Path(__file__).resolve().parents[2]


class RigError(Exception):
    pass


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
    def __init__(self, binaries, directory):
        self.tocsind = pathlib.Path(binaries) / "tocsind"
        self.tocsin = pathlib.Path(binaries) / "tocsin"
        self.directory = pathlib.Path(directory)
        self.store = self.directory / "store"
        self.mail = self.directory / "mail"
        self.config = self.directory / "config"
        self.process = self.smtp = None
        self.ports = {}
        self.environment = {}  # for the daemon, beside ours

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

    def start(self):
        self.begin()
        ports = self.directory / "ports"

        def up():
            if self.process.poll() is not None:
                raise RigError(f"the daemon ended with {self.process.returncode}:\n{self.log_tail()}")
            return ports.exists()

        wait_for("the daemon", up)
        self.ports = dict(line.split("=", 1) for line in ports.read_text().splitlines())

    def begin(self):
        """Starts the daemon and doesn't wait until it is ready."""
        ports = self.directory / "ports"
        ports.unlink(missing_ok=True)
        log = open(self.directory / "tocsind.log", "a")
        self.process = subprocess.Popen(
            [str(self.tocsind), "--config", str(self.config), "--ports-file", str(ports)], stderr=log,
            env={**os.environ, **self.environment})
        log.close()

    def log_tail(self):
        return "\n".join((self.directory / "tocsind.log").read_text().splitlines()[-20:])

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
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        if code != 0:
            raise RigError(f"the daemon ended with {code}:\n{self.log_tail()}")

    def close(self):
        for process in (self.process, self.smtp):
            if process and process.poll() is None:
                process.kill()
                process.wait()

    def get(self, path):
        with urllib.request.urlopen(self.ports["admin"] + path, timeout=20) as answer:
            return answer.read().decode()

    def metric(self, name, **labels):
        """The sum of the samples of `name` that carry all of `labels`."""
        total = 0.0
        for line in self.get("/metrics").splitlines():
            if not re.match(re.escape(name) + r"[ {]", line):
                continue
            if all(f'{key}="{value}"' in line for key, value in labels.items()):
                total += float(line.rsplit(" ", 1)[1])
        return total

    def run(self, *arguments, check=True):
        result = subprocess.run([str(self.tocsin), *map(str, arguments)], capture_output=True, text=True)
        if check and result.returncode != 0:
            raise RigError(f"tocsin {arguments[0]} ended with {result.returncode}:\n{result.stdout}{result.stderr}")
        return result


class Producer:
    """One session (docs/PROTOCOL.md), over plain loopback unless it has keys: its own (public, secret) and the
    server's public one."""

    def __init__(self, context, endpoint, epoch, last_ack, keys=None, server_key=None):
        self.socket = context.socket(zmq.DEALER)
        self.socket.linger = 0
        if keys:
            self.socket.curve_publickey, self.socket.curve_secretkey = keys
            self.socket.curve_serverkey = server_key
        self.socket.connect(endpoint)
        self.session = None
        self.durable = last_ack
        self.sent = None
        self.used = [0, 0]
        self.credit = {"records": 0, "bytes": 0}
        self.fates = {}
        self.nacks = []
        self.say(b"HELLO", {"epoch": epoch, "last_ack": last_ack})

    def say(self, verb, header, *payload):
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
                raise RigError("the server said: " + header["message"])
            if verb == b"WELCOME":
                if "regression" in header:
                    raise RigError(f"acknowledged frames are gone: {header['regression']}")
                self.session, self.sent, self.used = header["session"], header["durable"], [0, 0]
            if "durable" in header:
                self.durable, self.credit = max(self.durable, header["durable"]), header["credit"]
            for frame in header.get("frames", []):
                for fate, count in frame["fates"].items():
                    self.fates[fate] = self.fates.get(fate, 0) + count
                self.nacks += frame["nacks"]

    def close(self):
        self.socket.close()


def send_all(context, endpoint, epoch, frames, seconds=120):
    """Sends all frames in an epoch of their own and returns the fates."""
    producer = Producer(context, endpoint, epoch, 0)
    deadline = time.monotonic() + seconds
    while producer.durable < len(frames):
        if time.monotonic() > deadline:
            raise RigError(f"only {producer.durable} of {len(frames)} frames were acknowledged")
        while producer.session is not None and producer.sent < len(frames) and producer.offer(
                frames[producer.sent]):
            pass
        producer.hear(100)
        if producer.session is not None:
            producer.say(b"HEARTBEAT", {"session": producer.session, "acked": producer.durable})
    producer.say(b"BYE", {"session": producer.session})
    producer.close()
    return producer


class Link:
    """A producer that keeps its session and sends records one by one."""

    def __init__(self, rig, context, epoch, keys, server_key):
        self.producer = Producer(context, rig.ports["ingest"], epoch, 0, keys, server_key)
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


def records(directory, *phases):
    scenario = pathlib.Path(directory) / "scenario"
    if not scenario.exists():
        subprocess.run(["/usr/bin/python3", str(ROOT / "deploy/demo/make-scenario"), "--out", str(scenario)],
                       check=True, stdout=subprocess.DEVNULL)
    lines = [line for name in phases for line in (scenario / f"{name}.ndjson").read_text().splitlines() if line]
    return [("\n".join(lines[i:i + 200]) + "\n").encode() for i in range(0, len(lines), 200)]
