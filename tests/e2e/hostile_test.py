"""Who may not write, doesn't: on the real daemon with CURVE.

  no key, a wrong key, noise       turned away in the handshake; nothing is read
  a key                            writes only for its own sources
  frames that were recorded        sent again, in their epoch or another: nothing changes
  records that lie about the time  move neither the clock nor the horizon
"""
import json
import os
import socket
import sys
import time

import zmq

from daemon_rig import CURVE, Link, Producer, RigError, expect, give_keys, is_denied, play, records, wait_for


def applied(rig):
    return rig.metric("tocsin_records_total", fate="applied")


# ZMTP 3.0 (rfc.zeromq.org/spec/23): signature, version, mechanism, no server, filler.
PLAIN_GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)


def hear_until_hung_up(rig, said):
    host, port = rig.ports["ingest"].removeprefix("tcp://").split(":")
    with socket.create_connection((host, int(port))) as peer:
        peer.sendall(said)
        peer.settimeout(60)
        try:
            while peer.recv(4096):  # a greeting; then the server hangs up
                pass
        except ConnectionResetError:
            pass


def strangers(rig, context, server):
    stranger = zmq.curve_keypair()
    expect(is_denied(context, rig.ports["ingest"], stranger, server[0]), "a stranger's key was let in")
    plain = Producer(context, rig.ports["ingest"], "plain", 0)
    for said in (os.urandom(4096), PLAIN_GREETING):
        hear_until_hung_up(rig, said)
    wait_for("the failure of a client without a key",
             lambda: rig.metric("tocsin_server_handshake_failures_total") >= 2)
    expect(not plain.socket.poll(0), "a client without a key was answered")
    plain.close()
    expect(rig.metric("tocsin_server_messages_received_total") == 0, "a stranger's message was read")


def run(rig):
    context = zmq.Context()
    server, demo, history = (rig.keygen(name) for name in ("server", "demo", "history"))
    rig.write_config(rig.start_mail(), extra=[CURVE])
    give_keys(rig.config / "sources.yaml", history=history, demo=demo)
    rig.start()
    strangers(rig, context, server)

    frames = records(rig.directory, "01-history", "02-watch")
    link = Link(rig, context, "work", demo, server[0])
    for payload in frames:
        expect(link.send(payload) == [], "a record of the scenario was refused")
    wait_for("the mails", lambda: rig.metric("tocsin_outbox_dispatches") == 0)
    total, alerts = applied(rig), rig.get("/alerts")

    # A key, but not for these sources.
    other = Link(rig, context, "work", history, server[0])
    nacks = other.send(frames[0])
    expect(len(nacks) == frames[0].count(b"\n"), "not every record was refused")
    expect({nack["code"] for nack in nacks} == {"source-not-allowed"}, f"NACKs: {nacks[:3]}")

    # What somebody recorded: in its epoch after a new HELLO, as a number that is long durable, and in an epoch of its own.
    link.producer.say(b"BATCH", {"session": link.producer.session, "sequence": 1,
                                 "records": frames[0].count(b"\n")}, frames[0])
    wait_for("the duplicate", lambda: link.beat() or rig.metric("tocsin_server_frames_turned_away_total",
                                                               reason="duplicate") == 1)
    again = Link(rig, context, "again", demo, server[0])
    for payload in frames:
        again.send(payload)
    expect(set(again.producer.fates) == {"duplicate"}, f"fates: {again.producer.fates}")
    expect(applied(rig) == total, "frames that were sent again changed something")
    expect(rig.get("/alerts") == alerts, "frames that were sent again changed an alert")

    # Times that lie.
    sample = json.loads(frames[0].splitlines()[0])
    now = rig.metric("tocsin_processing_time_timestamp_seconds")
    for number, published in enumerate(("2999-01-01T00:00:00Z", "1970-01-01T00:00:00Z")):
        link.send((json.dumps(dict(sample, id=f"skewed-{number}", published=published)) + "\n").encode())
    expect(abs(rig.metric("tocsin_processing_time_timestamp_seconds") - time.time()) < 600, "the clock was moved")
    expect(rig.metric("tocsin_processing_time_timestamp_seconds") >= now, "the clock went back")
    before = applied(rig)
    link.send((json.dumps(dict(sample, id="after-the-skew")) + "\n").encode())
    expect(applied(rig) == before + 1, "the horizon was moved: an honest record is too late")
    rig.stop()
    if "byte for byte" not in rig.run("replay", rig.store).stdout:
        raise RigError("the replay says something else")
    print(f"{total:.0f} records applied, none by a stranger, none twice")


if __name__ == "__main__":
    sys.exit(play("hostile", run))
