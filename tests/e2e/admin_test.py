"""The admin listener of the real daemon: TLS, tokens and their roles, what hostile clients get, an acknowledgement
that outlives SIGKILL, a mute that does and is lifted, and records released from the quarantine after the configuration was mended."""
import http.client
import json
import re
import signal
import socket
import ssl
import subprocess
import sys
import time

import zmq

from daemon_rig import ROOT, RigError, play, send_all, substitute, wait_for

ROLES = ("read", "acknowledge", "admin")


def check(condition, what):
    if not condition:
        raise RigError(what)


class Listener:
    """The admin listener as a client sees it."""

    def __init__(self, rig, certificate, tokens):
        self.rig = rig
        self.certificate = certificate
        self.tokens = tokens

    @property
    def port(self):
        return int(self.rig.ports["admin"].rsplit(":", 1)[1])

    def context(self):
        return ssl.create_default_context(cafile=str(self.certificate))

    def connect(self, source="127.0.0.1"):
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=20, source_address=(source, 0))
        return self.context().wrap_socket(raw, server_hostname="127.0.0.1")

    def ask(self, method, path, token=None, body=None, **headers):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=self.context())
        if token:
            headers["Authorization"] = "Bearer " + self.tokens.get(token, token)
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def status(self, *request, **more):
        return self.ask(*request, **more)[0]

    def refusals(self, reason):
        text = self.ask("GET", "/metrics")[1]
        found = re.search(rf'^tocsin_admin_refusals_total{{reason="{reason}"}} (\S+)$', text, re.M)
        return float(found.group(1))


def check_tls(listener):
    with listener.connect() as connection:
        check(connection.version() in ("TLSv1.2", "TLSv1.3"), f"spoken is {connection.version()}")
    for least in ("-tls1", "-tls1_1"):
        old = subprocess.run(["openssl", "s_client", least, "-cipher", "ALL:@SECLEVEL=0", "-connect",
                              f"127.0.0.1:{listener.port}"], input="", capture_output=True, text=True)
        check("Cipher is (NONE)" in old.stdout, f"{least} was spoken:\n{old.stdout}")
    with socket.create_connection(("127.0.0.1", listener.port), timeout=20) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        check(b"HTTP/1.1" not in plain.recv(4096), "an answer in the clear")
    wait_for("three failed handshakes", lambda: listener.refusals("handshake") >= 3)
    try:
        with socket.create_connection(("127.0.0.1", listener.port), timeout=20) as raw:
            ssl.create_default_context().wrap_socket(raw, server_hostname="127.0.0.1")
        raise RigError("a certificate that nobody knows was trusted")
    except ssl.SSLCertVerificationError:
        pass


def check_roles(listener, alert):
    said = json.dumps({"committee": "nobody"})
    # What each gets: without a token, with a wrong one, as read, acknowledge and admin.
    for method, path, body, want in (
            ("GET", "/healthz", None, (200, 401, 200, 200, 200)),
            ("GET", "/metrics", None, (200, 401, 200, 200, 200)),
            ("GET", "/alerts", None, (401, 401, 200, 200, 200)),
            ("GET", "/quarantine", None, (401, 401, 200, 200, 200)),
            ("POST", f"/alerts/{alert}/acknowledge", said, (401, 401, 403, 409, 409)),
            ("POST", "/quarantine/999999/release", None, (401, 401, 403, 403, 404)),
            ("POST", "/backup?directory=b", None, (401, 401, 403, 403, 400))):
        got = tuple(listener.status(method, path, token=token, body=body)
                    for token in (None, "tocsin_wrong", *ROLES))
        check(got == want, f"{method} {path}: {got}, not {want}")
    check(listener.status("GET", "/alerts", token="admin", Origin="https://evil.example") == 403, "a page may ask")
    check(listener.status("GET", "/alerts", token="admin", Host="evil.example") == 421, "a name of another")


def check_limits(listener):
    check(listener.status("GET", "/healthz", **{"X-Long": "a" * 20_000}) == 431, "a long header was taken")
    check(listener.status("POST", "/quarantine/release", token="admin", body="x" * 20_000) == 413,
          "a long body was taken")
    # One byte now and then: the whole request has a second to come.
    with listener.connect() as slow:
        slow.settimeout(0.05)
        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                slow.sendall(b"a")
                if slow.recv(100) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            raise RigError("a slow client was waited for")
    wait_for("the slow client to be counted", lambda: listener.refusals("slow") == 1)
    # Somebody who takes all that he gets, and keeps it; others are served meanwhile.
    held, turned_away = [], 0
    for _ in range(20):
        try:
            held.append(listener.connect(source="127.0.0.2"))
        except OSError:  # also an end in the middle of the handshake
            turned_away += 1
        check(listener.status("GET", "/healthz") == 200, "an honest client is not served")
    check(len(held) == 4 and turned_away == 16, f"{len(held)} connections held, {turned_away} turned away")
    check(listener.refusals("connections-of-address") == 16, "not all are counted")
    for connection in held:
        connection.close()


def commands(rig, listener, token_files):
    """The options that let `tocsin` reach the listener, for one role."""
    return lambda role: ("--config", rig.config, "--admin", rig.ports["admin"], "--token-file", token_files[role])


def check_mute(rig, listener, call, pattern, region):
    """What a person muted before it was met is held back, over SIGKILL too, until the mute is lifted."""
    def alerts():
        return json.loads(listener.ask("GET", f"/alerts?region={region}", token="read")[1])["alerts"]

    def held_back():
        return re.findall(r"^tocsin_alerts_held_back_total\S* [1-9]", listener.ask("GET", "/metrics")[1], re.M)

    check(held_back() and alerts() == [], f"held back is {held_back()}, and said is {alerts()}")
    rig.kill()
    rig.start()
    check(alerts() == [], f"after SIGKILL there is {alerts()}")
    for role, arguments, says in (("acknowledge", (pattern, region, "--until", "2019-01-01", "--reason", "x"), "answered 403"),
                                  ("admin", ("no-pattern", region, "--until", "2019-01-01", "--reason", "x"), "no-pattern"),
                                  ("admin", (pattern, "NG-X9", "--until", "2019-01-01", "--reason", "x"), "NG-X9"),
                                  ("admin", (pattern, region, "--until", "soon", "--reason", "x"), "soon")):
        refused = rig.run("mute", *arguments, *call(role), check=False)
        check(refused.returncode == 2 and says in refused.stderr, refused.stdout + refused.stderr)
    lifted = rig.run("mute", pattern, region, "--until", "2019-01-01", "--reason", "the visit is over", *call("admin"))
    check(f"new alerts of lake-chad/{pattern} in {region} are not muted any more" in lifted.stdout, lifted.stdout)
    wait_for("what was held back", alerts)


def check_acknowledgement(rig, listener, call, alert, committee):
    body = json.loads(listener.ask("GET", f"/alerts/{alert}", token="read")[1])
    check(body["acknowledgements"] == [], "somebody acknowledged before us")
    said = rig.run("acknowledge", alert[:8], "--committee", committee, "--note", "tabled\r\non Monday", *call("acknowledge"))
    rig.kill()
    check(": acknowledged for " + committee in said.stdout, said.stdout)
    rig.start()
    body = json.loads(listener.ask("GET", f"/alerts/{alert}", token="read")[1])
    rows = [(row["committee"], row["who"], row["note"]) for row in body["acknowledgements"]]
    check(rows == [(committee, "acknowledge", "tabled on Monday")], f"after SIGKILL there is {rows}")
    said = rig.run("acknowledge", alert, "--committee", committee, *call("admin"))
    check("was acknowledged already" in said.stdout and " by acknowledge " in said.stdout, said.stdout)
    denied = rig.run("acknowledge", alert, "--committee", committee, *call("read"), check=False)
    check(denied.returncode == 2 and "answered 403" in denied.stderr, denied.stderr)
    ledger = rig.run("ledger", rig.store, "--chain", "dispatches").stdout
    check(ledger.count('"state":"acknowledged"') == 1, "the ledger does not have it once")


def check_quarantine(rig, listener, call, kept):
    config = ("--config", rig.config)
    rows = [json.loads(line) for line in
            rig.run("quarantine", "list", "--json", "--limit", "100000", *config).stdout.splitlines()]
    places = [row["sequence"] for row in rows if row["code"] == "unknown-place"]
    check(len(places) == kept and len(rows) == kept + 1, f"{len(places)} places and {len(rows)} rows, not {kept}")
    source = rows[0]["source"]
    of_source = rig.run("quarantine", "list", "--source", source, "--limit", "100000", *config).stdout.splitlines()
    check(len(of_source) == sum(row["source"] == source for row in rows), "the list by source is another one")
    shown = rig.run("quarantine", "show", places[0], *config).stdout
    check("NG-X1" in shown and "unknown-place" in shown, shown)

    again = rig.run("quarantine", "release", places[0], *call("admin"), check=False)
    check(again.returncode == 1 and "refused again: unknown-place" in again.stdout, again.stdout + again.stderr)
    fates = rig_fates(listener)

    rig.stop()
    regions = rig.config / "regions.yaml"
    regions.write_text(substitute(regions.read_text(), [("aliases: \\[NG008, NG08\\]", "aliases: [NG008, NG08, NG-X1]")]))
    rig.start()
    done = rig.run("quarantine", "release", "--all", "--code", "unknown-place", *call("admin"))
    check(f"released: {kept} applied; still in the quarantine: 0" in done.stdout, done.stdout)
    check(rig_fates(listener) == fates, "a released record was counted twice")
    metrics = listener.ask("GET", "/metrics")[1]
    check(f'tocsin_quarantine_released_total{{fate="applied"}} {kept}\n' in metrics, "the release is not counted")
    check("tocsin_records_unaccounted 0\n" in metrics, "the counters don't balance")
    left = rig.run("quarantine", "list", "--json", *config).stdout.splitlines()
    check([json.loads(row)["code"] for row in left] == ["malformed-json"], f"left is {left}")
    levels = json.loads(listener.ask("GET", "/alerts?region=NG-BO", token="read")[1])["alerts"]
    check("warning" in [alert["level"] for alert in levels], f"the released records escalate nothing: {levels}")


def rig_fates(listener):
    return sorted(re.findall(r"^tocsin_records_total.*$", listener.ask("GET", "/metrics")[1], re.M))


def make_certificate(directory):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                    "-nodes", "-days", "2", "-subj", "/CN=tocsin", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", str(directory / "admin.key"), "-out", str(directory / "admin.pem")],
                   check=True, capture_output=True)
    (directory / "admin.key").chmod(0o600)


def check_reload(rig, listener, directory):
    """A token that is taken out and a certificate that is replaced hold from the reload on, and not if one is wrong."""
    reloads = 'tocsin_reloads_total{outcome="%s"} 1\n'
    tokens = directory / "tokens"
    before = tokens.read_text()
    tokens.write_text("ada admin\n")
    rig.process.send_signal(signal.SIGHUP)
    wait_for("a refused reload", lambda: reloads % "refused" in listener.ask("GET", "/metrics")[1])
    check(listener.status("GET", "/alerts", token="read") == 200, "a refused reload took the tokens away")

    tokens.write_text("".join(line + "\n" for line in before.splitlines() if not line.startswith("read ")))
    with listener.connect() as connection:
        first = connection.getpeercert(binary_form=True)
    trusted = listener.certificate
    listener.certificate = directory / "first.pem"
    listener.certificate.write_bytes(trusted.read_bytes())
    make_certificate(directory)
    check(listener.status("GET", "/alerts", token="read") == 200, "files are read without being asked for")
    rig.process.send_signal(signal.SIGHUP)
    listener.certificate = directory / "both.pem"
    listener.certificate.write_bytes((directory / "first.pem").read_bytes() + trusted.read_bytes())
    wait_for("a reload", lambda: reloads % "done" in listener.ask("GET", "/metrics")[1])
    listener.certificate = trusted
    with listener.connect() as connection:
        check(connection.getpeercert(binary_form=True) != first, "the certificate is the old one")
    check(listener.status("GET", "/alerts", token="read") == 401, "a token that was taken out holds")
    check(listener.status("GET", "/alerts", token="admin") == 200, "another token holds no more")


def check_bad_files(rig, listener):
    """A wrong file is told before anything is touched."""
    for name, change, says in (("admin.pem", lambda path: path.write_text("no certificate"), "certificate_file"),
                               ("tokens", lambda path: path.chmod(0o644), "tokens_file")):
        path = rig.directory / name
        before, mode = path.read_bytes(), path.stat().st_mode
        change(path)
        rig.begin()
        code = rig.process.wait(60)
        check(code == 2 and says in rig.log_tail() and str(path) in rig.log_tail(), f"{name}: {code} {rig.log_tail()}")
        path.write_bytes(before)
        path.chmod(mode)


def scenario(directory):
    """The frames of a watch, and those of a warning in a place that nobody knows."""
    subprocess.run(["/usr/bin/python3", str(ROOT / "deploy/demo/make-scenario"), "--out", str(directory)],
                   check=True, stdout=subprocess.DEVNULL)

    def lines(*names):
        return [line for name in names for line in (directory / f"{name}.ndjson").read_text().splitlines() if line]

    watch = lines("01-history", "02-watch")
    known = [json.loads(line) for line in lines("03-warning")]
    lost = [json.dumps({**record, "subject": "NG-X1"}) for record in known if record.get("subject") == "NG-BO"]
    rest = [json.dumps(record) for record in known if record.get("subject") != "NG-BO"]
    frames = [("\n".join(part) + "\n").encode() for part in
              [watch[i:i + 100] for i in range(0, len(watch), 100)] + [rest, lost, ["{broken"]] if part]
    return frames, len(lost)


def run(rig):
    directory = rig.directory
    make_certificate(directory)
    rig.write_config(rig.start_mail(), extra=[(r"^admin: .*", "\n".join((
        "admin:", "  host: 127.0.0.1", "  port: 0", "  security: tls", "  certificate_file: ../admin.pem",
        "  key_file: ../admin.key", "  tokens_file: ../tokens",
        "  limits: {connections: 8, connections_per_address: 4, request_seconds: 1}")))])
    tokens, token_files = {}, {}
    for role in ROLES:
        made = rig.run("token", "new", role, "--role", role, "--config", rig.config)
        tokens[role] = made.stdout.strip()
        token_files[role] = directory / f"{role}.token"
        token_files[role].write_text(tokens[role] + "\n")
        token_files[role].chmod(0o600)
    listener = Listener(rig, directory / "admin.pem", tokens)
    frames, lost = scenario(directory / "scenario")
    rig.start()
    call = commands(rig, listener, token_files)
    check_tls(listener)
    until = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86_400))
    muted = rig.run("mute", "convergence", "NG-BO", "--until", until, "--reason", "a visit", *call("admin"))
    check(f"new alerts of lake-chad/convergence in NG-BO are held back until {until}" in muted.stdout, muted.stdout)
    sent = send_all(zmq.Context(), rig.ports["ingest"], "admin-test", frames)
    check(sent.fates.get("quarantined") == lost + 1, f"the fates are {sent.fates}")
    check_mute(rig, listener, call, "convergence", "NG-BO")
    alerts = wait_for("an alert", lambda: json.loads(
        listener.ask("GET", "/alerts?state=open", token="read")[1])["alerts"])
    alert = alerts[0]["alert"]
    shown = json.loads(listener.ask("GET", f"/alerts/{alert}", token="read")[1])
    check_roles(listener, alert)
    check_limits(listener)
    check_acknowledgement(rig, listener, call, alert, shown["dispatches"][0]["committee"])
    check_quarantine(rig, listener, call, lost)
    backup = rig.run("backup", directory / "backup", *call("admin"))
    check("holds the journal" in backup.stdout, backup.stdout)
    check_reload(rig, listener, directory)
    rig.stop()
    replay = rig.run("replay", rig.store)
    check("the same as stored, byte for byte" in replay.stdout, replay.stdout)
    rig.run("verify", rig.store)
    check_bad_files(rig, listener)
    log = (directory / "tocsind.log").read_text()
    check(not any(token in log for token in tokens.values()), "a token stands in the log")
    print(f"TLS, {len(ROLES)} roles and all limits hold; {lost} records released, replayed byte for byte")


if __name__ == "__main__":
    sys.exit(play("admin", run))
