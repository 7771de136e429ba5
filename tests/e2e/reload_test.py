"""SIGHUP on the real daemon, with CURVE and a producer at work all the while:

  a mistake changes nothing        the log has every place, producers and /readyz notice nothing
  what needs a restart is refused  and named
  a key that is revoked ends       its connection's rights at once; the new one works at once
  a permission that is taken away  holds from the next record on
  new rules judge what is stored   and say what changed; no connection drops, nothing acknowledged is lost
  tocsin apply                     shows what changes, brings it into force, says in the ledger who did it;
                                   what is refused leaves the file as it was
  a replay says the same           byte for byte, through all of it
"""
import json
import pathlib
import re
import shutil
import signal
import socket
import sys

import zmq

from daemon_rig import CURVE, ROOT, Link, RigError, edit, expect, give_keys, is_denied, play, records, wait_for


class Notified:
    """The service manager's place."""

    def __init__(self, directory):
        self.path = str(pathlib.Path(directory) / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.setblocking(False)

    def take(self):
        """All that was said since the last time."""
        said = []
        while True:
            try:
                said += self.socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return said


def hang_up(rig, answer):
    """Sends SIGHUP and waits until the log has `answer`; returns what it logged."""
    before = rig.log_size()
    rig.process.send_signal(signal.SIGHUP)
    wait_for(f"'{answer}' in the log", lambda: rig.logged(answer, before))
    return (rig.directory / "tocsind.log").read_text()[before:]


def run(rig):
    context = zmq.Context()
    notified = Notified(rig.directory)
    rig.environment["NOTIFY_SOCKET"] = notified.path
    server, demo, other, stranger = (rig.keygen(name) for name in ("server", "demo", "other", "stranger"))
    packs = rig.directory / "packs"
    packs.mkdir()
    shutil.copy(ROOT / "rules/packs/lake-chad.yaml", packs)
    rig.write_config(rig.start_mail(), extra=[
        (r"^packs: .*", "packs: [../packs/lake-chad.yaml]"), CURVE,
        (r"^admin: .*", "admin: {host: 127.0.0.1, port: 0, tokens_file: ../tokens.yaml}")])
    token = rig.directory / "ana.token"
    token.write_text(rig.run("token", "new", "ana", "--role", "admin", "--config", rig.config).stdout)
    token.chmod(0o600)
    sources, committees = rig.config / "sources.yaml", rig.config / "committees.yaml"
    settings, pack = rig.config / "tocsind.yaml", packs / "lake-chad.yaml"
    give_keys(sources, history=stranger, demo=demo)
    rig.start()
    expect("READY=1" in notified.take(), "no READY=1 at the start")
    link = Link(rig, context, "work", demo, server[0])
    for payload in records(rig.directory, "01-history", "02-watch"):
        link.send(payload)
    rig.get("/readyz")
    wait_for("the mails", lambda: rig.metric("tocsin_outbox_dispatches") == 0)
    open_alerts = rig.metric("tocsin_alerts_open")
    expect(open_alerts > 0, "the scenario raised no alert")
    extra = json.loads(records(rig.directory, "02-watch")[0].splitlines()[0])
    expect(".observation." in extra["type"], "the first record of 02-watch is no observation")
    numbers = iter(range(10_000))

    def one_more():
        return (json.dumps(dict(extra, id=f"more-{next(numbers)}")) + "\n").encode()

    # 1. Mistakes.
    good = committees.read_text()
    committees.write_text(good.replace("least_level: watch", "least_level: watsh", 1)
                          .replace("regions: [TD]", "regions: [TX]", 1))
    sequence = rig.metric("tocsin_journal_sequence")
    said = hang_up(rig, "unknown region 'TX'")
    for place in (r"committees\.yaml:8:18: .*watsh", r"committees\.yaml:15:15: unknown region 'TX'"):
        expect(re.search(place, said), f"the log has no {place}:\n{said}")
    told = []
    wait_for("READY=1", lambda: told.extend(notified.take()) or "READY=1" in told)
    wait_for("the metric", lambda: rig.metric("tocsin_reloads_total", outcome="refused") > 0)
    expect(rig.metric("tocsin_reload_refused") == 1, "tocsin_reload_refused is not 1")
    expect(rig.metric("tocsin_journal_sequence") == sequence, "a refused reload was journaled")
    rig.get("/readyz")
    link.send(one_more())
    committees.write_text(good)
    # A pack that can't be read, and one of a name that is there, end nothing.
    unchanged = settings.read_text()
    for second, told in (("..", "is a directory, not a file"),
                        ("../packs/copy.yaml", "two packs have the name 'lake-chad': copy.yaml and lake-chad.yaml")):
        shutil.copy(pack, packs / "copy.yaml")
        edit(settings, r"^packs: \[(.*)\]", f"packs: [../packs/lake-chad.yaml, {second}]")
        hang_up(rig, told)
        settings.write_text(unchanged)
        link.send(one_more())

    # 2. A restart is needed.
    edit(settings, r"^  heartbeat_ms: .*", "  heartbeat_ms: 3_000")
    said = hang_up(rig, "allowed: what it was, or a restart")
    expect(re.search(r"tocsind\.yaml:\d+:17: ingest\.heartbeat_ms can't change", said), said)
    settings.write_text(unchanged)

    # 3. A key is revoked, another comes.
    notified.take()
    edit(sources, re.escape(demo[0].decode()), other[0].decode().replace("\\", r"\\"))
    said = hang_up(rig, "reload: in force")
    expect("sources.yaml: producers: changed demo" in said and "folds go on" in said, said)
    told = []
    wait_for("READY=1", lambda: told.extend(notified.take()) or "READY=1" in told)
    expect(told[0] == "RELOADING=1" and re.fullmatch(r"MONOTONIC_USEC=\d+", told[1]), f"systemd was told {told}")
    link.expect_error("not-a-producer")
    link.producer.say(b"BATCH", {"session": link.producer.session, "sequence": link.producer.sent + 1,
                                 "records": 1}, one_more())
    link.expect_error("not-a-producer")
    durable = link.producer.durable
    link.producer.close()
    expect(is_denied(context, rig.ports["ingest"], demo, server[0]), "the revoked key was let in")
    link = Link(rig, context, "work", other, server[0])
    expect(link.producer.durable == durable, "the new key does not go on where the old one was")
    expect(link.send(one_more()) == [], "the new key's record was refused")

    # 4. A permission is taken away and given back, on the living session.
    session = link.producer.session
    edit(sources, r"^    sources: \[demo-weather, ", "    sources: [")
    hang_up(rig, "reload: in force")
    refused = link.send(one_more())
    expect([nack["code"] for nack in refused] == ["source-not-allowed"], f"NACKs: {refused}")
    edit(sources, r"^    sources: \[demo-market, ", "    sources: [demo-weather, demo-market, ")
    hang_up(rig, "reload: in force")
    refused = link.send(one_more())
    expect(refused == [], f"the permission did not come back: {refused}")

    # 5. Other rules, while frames come.
    edit(pack, r"^    watch: dimensions\(\) >= 3", "    watch: dimensions() >= 5")
    before = rig.log_size()
    rig.process.send_signal(signal.SIGHUP)
    sent = 0
    while sent < 20 or not rig.logged("reload: in force", before):
        link.send(one_more())
        sent += 1
    said = (rig.directory / "tocsind.log").read_text()[before:]
    expect(re.search(r"folded anew from the stored records; alerts: withdrawn \d+", said), said)
    expect("lake-chad.yaml: patterns: changed convergence" in said, said)
    expect(rig.metric("tocsin_alerts_open") == 0, "alerts are open that the rules don't support")
    edit(pack, r"^    watch: dimensions\(\) >= 5", "    watch: dimensions() >= 3")
    hang_up(rig, "reload: in force")
    expect(rig.metric("tocsin_alerts_open") == open_alerts, "the alerts did not come back")
    expect(link.producer.session == session, "the session did not outlive the reloads")
    hang_up(rig, "no file of the configuration has changed")
    expect(rig.metric("tocsin_reload_refused") == 0, "tocsin_reload_refused stayed 1")
    expect(rig.metric("tocsin_records_unaccounted") == 0, "records met no fate")

    # 6. A person brings rules into force.
    def apply(text, status):
        changed = rig.directory / "changed.yaml"
        changed.write_text(text)
        notified.take()  # its queue is short
        ended = rig.run("apply", changed, "--config", rig.config, "--admin", rig.ports["admin"], "--token-file",
                        token, "--yes", check=False)
        expect(ended.returncode == status, f"apply ended with {ended.returncode}: {ended.stdout}{ended.stderr}")
        return ended

    in_force = pack.read_text()
    stricter = in_force.replace("watch: dimensions() >= 3", "watch: dimensions() >= 5", 1)
    edit(settings, r"^  heartbeat_ms: .*", "  heartbeat_ms: 3_000")
    refused = apply(stricter, 1)
    expect("can't change" in refused.stderr and "nothing has changed" in refused.stderr, refused.stderr)
    expect(pack.read_text() == in_force, "a refused pack stayed in the place of the one in force")
    settings.write_text(unchanged)
    refused = apply(in_force.replace("last(ipc3_share)", "last(ipc3_shere)"), 2)
    expect("did you mean" in refused.stderr and pack.read_text() == in_force, refused.stderr)
    done = apply(stricter, 0)
    expect("changed  patterns.convergence.watch" in done.stdout and " lost " in done.stdout, done.stdout)
    expect(pack.read_text() == stricter and rig.metric("tocsin_alerts_open") == 0, "the rules are not in force")
    who = [entry for entry in (json.loads(line)["entry"] for line in rig.run(
        "ledger", rig.store, "--chain", "dispatches").stdout.splitlines()) if entry["state"] == "reloaded"][-1]
    expect(who["who"] == "ana", who)
    expect(who["changes"] == ["lake-chad.yaml: patterns: changed convergence"], who)
    reloads = rig.metric("tocsin_reloads_total", outcome="done")

    rig.stop()
    if "byte for byte" not in rig.run("replay", rig.store).stdout:
        raise RigError("the replay says something else")
    rig.run("verify", rig.store)
    print(f"{reloads:.0f} reloads done, {link.producer.durable} frames acknowledged, {sent} of them during the change of rules")


if __name__ == "__main__":
    sys.exit(play("reload", run))
