"""Samples every ten seconds into the real daemon: a minute below the usual goes out as a mail and a CAP file with the
commit of the sample that completes it, also after the daemon was killed; a sample of another grid is refused."""
import datetime
import email
import email.policy
import json
import signal
import sys

import zmq

from daemon_rig import ROOT, expect, play, send_all, substitute, wait_for
from small_world import configure

MIDNIGHT = datetime.datetime(2025, 3, 1)
STEP = 10  # seconds

SOURCE = """
  network-monitor:
    names: Network monitor
    reliability: B
    citation: monitor
    licence: none
    regions: [NG]
    indicators: [visible_networks]
producers:
  relay: {sources: [market, monitor, network-monitor]}"""

INDICATOR = """indicators:
  visible_networks:
    names: Visible networks
    dimension: food
    unit: networks
    precision: 0
    cadence: 10s
    delay: {expected_days: 0, longest_days: 1}
    range: {least: 0}
    sources: [network-monitor]"""

PACK = """pack: network
regions: [NG-BO]
signals:
  outage:
    title: Far fewer networks than usual
    dimension: food
    when: >-
      longest(sample(visible_networks) < 80 % of usual(visible_networks, 7d, learn: 0.8 .. 2, warm_up: 1h), 1d) >= 60 s
    reference: docs/REFERENCES.md#none
patterns:
  connectivity:
    title: Connectivity loss
    window: 1d
    watch: on(outage)
    reference: docs/REFERENCES.md#none
"""


def sample(number, value, **more):
    """The sample that is taken `number` steps after midnight, made known at once."""
    at = f"{MIDNIGHT + datetime.timedelta(seconds=number * STEP):%Y-%m-%dT%H:%M:%SZ}"
    return dict(specversion="1.0", id=f"networks-{at}", source="network-monitor", type="org.tocsin.observation.v1",
                time=at, published=at, subject="NG-BO",
                data={"indicator": "visible_networks", "at": at, "value": value}, **more)


def frame(records):
    return ("\n".join(json.dumps(one) for one in records) + "\n").encode()


def run(rig):
    configure(rig, ROOT / "tests/fixtures/store-1")
    for name, changes in (("sources", [(r"^producers:\n.*", SOURCE.lstrip("\n"))]),
                          ("indicators", [(r"^indicators:", INDICATOR)]),
                          ("tocsind", [(r"^history_begins: .*", "history_begins: 2025-02-01")])):
        path = rig.config / f"{name}.yaml"
        path.write_text(substitute(path.read_text(), changes))
    (rig.directory / "small.yaml").write_text(PACK)
    rig.start()
    context = zmq.Context()

    def send(epoch, *frames):
        send_all(context, rig.ports["ingest"], epoch, list(frames))

    # Two hours as usual, in which the daemon is killed once; then 50 seconds of an outage.
    usual = [sample(number, 500) for number in range(720)]
    send("first", *(frame(usual[i:i + 60]) for i in range(0, 360, 60)))
    rig.process.send_signal(signal.SIGKILL)
    rig.process.wait(60)
    rig.start()
    send("second", *(frame(usual[i:i + 60]) for i in range(360, 720, 60)))
    off_grid = sample(1, 500)
    off_grid.update(id="off-grid", data=dict(off_grid["data"], at="2025-03-01T00:00:13Z"))
    send("third", frame([sample(720 + number, 399) for number in range(5)] + [off_grid]))
    expect(rig.metric("tocsin_records_total", fate="quarantined") == 1, "a sample off the grid was not refused")
    expect(rig.metric("tocsin_alerts_open") == 0, "50 seconds raised an alert")
    # The sixth sample below 80 % completes the minute.
    send("fourth", frame([sample(725, 399)]))
    wait_for("the mail", rig.mails)
    wait_for("the CAP file", lambda: list((rig.directory / "cap").glob("*/*.xml")))
    ledger = [json.loads(line)["entry"] for line in rig.run("ledger", rig.store).stdout.splitlines()]
    raised = [entry for entry in ledger if entry.get("kind") == "raised"]
    expect(len(raised) == 1, f"{len(raised)} alerts were raised: {ledger}")
    expect(raised[0]["issued"] == sample(725, 0)["data"]["at"],
           f"raised at {raised[0]['issued']}, not with the sample that completes the minute")
    with open(next(rig.mail.glob("*.eml")), "rb") as file:
        text = email.message_from_binary_file(file, policy=email.policy.default).get_body(("plain",)).get_content()
    told = " ".join(text.split())
    for words in ("at least 60 s", "from 02:00:00 to 02:01:00 UTC", "Visible networks 399 networks",
                  "the usual Visible networks of 7 days 500 networks"):
        expect(words in told, f"the mail does not say '{words}':\n{text}")
    wait_for("all answers", lambda: rig.metric("tocsin_outbox_dispatches") == 0)
    rig.stop()
    rig.run("verify", rig.store)
    rig.check_delivered()
    print(f"726 samples; raised at {raised[0]['issued']}")


if __name__ == "__main__":
    sys.exit(play("samples", run))
