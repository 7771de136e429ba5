"""Runs the demonstration (./run demo): real daemon, real ZeroMQ, real SMTP; fictional figures.

With --history DIR it imports the publishers' own files in DIR instead and sends them in order of
publication, on a simulated clock. Everything it makes is in demo-out/.
"""
import argparse
import email
import email.policy
import glob
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The tests run it with other programs and elsewhere.
OUT = pathlib.Path(os.environ.get("TOCSIN_DEMO_OUT", ROOT / "demo-out"))
BIN = pathlib.Path(os.environ.get("TOCSIN_BIN", ROOT / "build/bin"))
TOCSIND = BIN / "tocsind"
TOCSIN = BIN / "tocsin"
CONFIG = ROOT / "deploy/config/lake-chad"
FEEDS = {  # feed: the publisher's file in DIR
    "ucdp-ged": "ucdp_ged_nigeria_2005_2021.csv",
    "wb-rtfp": "rtfp_prices_nigeria_2014_2025.csv",
    "nasa-power": "nasa_power_nigeria_zones_1990_2023.csv",
    "cadre-harmonise": "cadre_harmonise_2014_2020.csv",
    "iom-dtm": "iom_dtm_ne_nigeria_2015_2021.csv",
}


class Failed(Exception):
    pass


def wait_for(what, condition, seconds):
    """Polls until condition() gives something true. What it waits for has its own pace."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise Failed(f"{what} did not come within {seconds} seconds")


class Demo:
    def __init__(self):
        self.processes = []
        self.ports = {}

    def start(self, arguments, **options):
        process = subprocess.Popen([str(a) for a in arguments], **options)
        self.processes.append(process)
        return process

    def mail_server(self):
        (OUT / "mail").mkdir()
        server = self.start(["/usr/bin/python3", ROOT / "tests/e2e/smtp_server.py", OUT / "mail"],
                            stdout=subprocess.PIPE, text=True)
        return int(server.stdout.readline())

    def write_config(self, changes):
        """A copy of the shipped configuration with this run's ports, store and clock."""
        config = OUT / "config"
        shutil.copytree(CONFIG, config)
        path = config / "tocsind.yaml"
        text = path.read_text()
        for pattern, replacement in changes:
            text, count = re.subn(pattern, replacement, text, count=1, flags=re.M)
            if count != 1:
                raise Failed(f"tocsind.yaml has no line like {pattern}")
        path.write_text(text)
        return config

    def without_mail(self, config):
        """Nobody is to get mails about the past: committees keep their CAP directories."""
        for name, changes in {
                "committees.yaml": [(r"^    email: .*\n(?=    cap:)", ""), (r"^    email: .*", "    cap: [others]")],
                "tocsind.yaml": [(r"^smtp:\n(?:  .*\n)+", "")]}.items():
            path = config / name
            text = path.read_text()
            for pattern, replacement in changes:
                text = re.sub(pattern, replacement, text, flags=re.M)
            path.write_text(text)
        return config

    def daemon(self, config):
        self.config = config
        ports = OUT / "ports"
        self.log = open(OUT / "tocsind.log", "w")
        process = self.start([TOCSIND, "--config", config, "--ports-file", ports], stderr=self.log)

        def up():
            if process.poll() is not None:
                raise Failed("the daemon ended: " + (OUT / "tocsind.log").read_text())
            return ports.exists()

        wait_for("the daemon", up, 60)
        self.ports = dict(line.split("=", 1) for line in ports.read_text().splitlines())
        return process

    def get(self, path):
        with urllib.request.urlopen(self.ports["admin"] + path, timeout=10) as answer:
            return answer.read().decode()

    def send(self, path, quiet=False):
        result = subprocess.run(
            [TOCSIN, "send", path, "--to", self.ports["ingest"], "--spool", OUT / "spool",
             "--nacks", OUT / "refused.ndjson"] + ([] if quiet else ["--progress"]),
            stdout=subprocess.PIPE, text=True)
        print("  " + result.stdout.strip().replace("\n", "\n  "))
        if result.returncode == 2:
            raise Failed(f"{path} could not be delivered")

    def metric(self, name):
        return sum(float(line.rsplit(" ", 1)[1]) for line in self.get("/metrics").splitlines()
                   if re.match(re.escape(name) + r"[ {]", line))

    def stop(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def print_mail(path):
    with open(path, "rb") as file:
        mail = email.message_from_binary_file(file, policy=email.policy.default)
    print("\n" + "=" * 78)
    print(f"To: {mail['To']}\nSubject: {mail['Subject']}\n")
    print(mail.get_body(("plain",)).get_content().rstrip())


def records_in(path):
    with open(path) as file:
        return sum(1 for line in file if line.strip())


def illustrative(demo, stay):
    port = demo.mail_server()
    demo.daemon(demo.write_config([
        (r"^(\s*path:) .*demo-out/store", r"\1 ../store"),
        (r"^(\s*endpoint:) .*", r"\1 tcp://127.0.0.1:*"),
        (r"^admin: .*", "admin: {host: 127.0.0.1, port: 0}"),
        (r"^(\s*port:) 7725", rf"\1 {port}"),
        (r"^(\s*directory:) .*demo-out/cap", r"\1 ../cap"),
        (r"^packs: .*", f"packs: [{ROOT}/rules/packs/lake-chad.yaml]"),
    ]))
    scenario = OUT / "scenario"
    subprocess.run(["/usr/bin/python3", ROOT / "deploy/demo/make-scenario", "--out", scenario], check=True)
    shown = set()
    for phase in sorted(scenario.glob("*.ndjson")):
        print(f"\n### {phase.stem}: {records_in(phase)} records over ZeroMQ")
        demo.send(phase, quiet=True)
        # Every dispatch that this phase intended is delivered before its mails are shown.
        wait_for("the delivery of the alerts", lambda: demo.metric("tocsin_outbox_dispatches") == 0, 30)
        mails = sorted(set(glob.glob(str(OUT / "mail/*.eml"))) - shown,
                       key=lambda m: int(os.path.basename(m).split("-")[0]))
        shown.update(mails)
        said = set()
        for mail in mails:  # every committee gets its own; one of each revision is enough here
            with open(mail, "rb") as file:
                headers = email.message_from_binary_file(file, policy=email.policy.default)
            key = (headers["X-Tocsin-Alert"], headers["X-Tocsin-Revision"])
            if key in said:
                continue
            said.add(key)
            print_mail(mail)
        print(f"\n({len(mails)} mails to committees in this phase, {len(said)} shown)")
    finish(demo)
    if stay:
        print(f"\nThe daemon is still running: {demo.ports['admin']}/alerts, records to "
              f"{demo.ports['ingest']}. Stop it with Ctrl-C.")
        try:
            signal.pause()
        except KeyboardInterrupt:
            pass


def history(demo, source):
    source = pathlib.Path(source)
    records = OUT / "records"
    records.mkdir()
    lines = []
    for feed, file in FEEDS.items():
        output = records / f"{feed}.ndjson"
        print(f"\n### importing {feed} from {file}")
        subprocess.run([TOCSIN, "import", ROOT / f"ingest/mappings/{feed}.yaml", source / file, "-o", output,
                        "--refused", records / f"{feed}.refused.csv"], check=True)
        with open(output) as file:
            lines += [(json.loads(line)["published"], line) for line in file]
    lines.sort(key=lambda item: item[0])  # stable: each feed keeps its own order
    merged = records / "all.ndjson"
    with open(merged, "w") as file:
        file.writelines(line for _, line in lines)
    print(f"\n### {len(lines)} records in order of publication, {lines[0][0][:10]} to {lines[-1][0][:10]}")
    demo.daemon(demo.without_mail(demo.write_config([
        (r"^(\s*path:) .*demo-out/store", r"\1 ../store"),
        (r"^clock: \w+", "clock: published"),
        (r"^(\s*plain_producer:) \w+", r"\1 history"),
        (r"^illustrative: .*", "illustrative: false"),
        (r"^(\s*endpoint:) .*", r"\1 tcp://127.0.0.1:*"),
        (r"^admin: .*", "admin: {host: 127.0.0.1, port: 0}"),
        (r"^(\s*directory:) .*demo-out/cap", r"\1 ../cap"),
        (r"^horizons: .*", "horizons: {lateness_days: 20000, retention_days: 20000}"),
        (r"^packs: .*", f"packs: [{ROOT}/rules/packs/lake-chad.yaml]"),
    ])))
    begun = time.monotonic()
    demo.send(merged, quiet=True)
    print(f"  processed in {time.monotonic() - begun:.0f} s")
    finish(demo)
    print()
    subprocess.run([TOCSIN, "timeline", "--config", demo.config], check=True)


def finish(demo):
    """Leaves the ledger and a snapshot of the metrics beside mail and CAP files."""
    (OUT / "metrics.txt").write_text(demo.get("/metrics"))
    for chain in ("alerts", "dispatches"):
        with open(OUT / f"ledger-{chain}.jsonl", "w") as file:
            subprocess.run([TOCSIN, "ledger", OUT / "store", "--chain", chain], stdout=file, check=True)
    subprocess.run([TOCSIN, "verify", OUT / "store"], check=True)
    print(f"\nLeft in {OUT}: mail/*.eml, cap/**/*.xml, ledger-*.jsonl, metrics.txt, tocsind.log")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stay", action="store_true", help="leave the daemon running")
    parser.add_argument("--history", metavar="DIR", help="real history instead of the scenario")
    options = parser.parse_args()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    demo = Demo()
    try:
        if options.history:
            history(demo, options.history)
        else:
            illustrative(demo, options.stay)
    except (Failed, subprocess.CalledProcessError) as error:
        print(f"the demonstration failed: {error}", file=sys.stderr)
        return 1
    finally:
        demo.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
