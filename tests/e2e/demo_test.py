"""Runs the demonstration with the real programs and looks at what it leaves: every kind of revision it
promises, as mail and as CAP, a ledger that holds and replays, metrics that promtool accepts."""
import argparse
import email
import email.policy
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
WANTED = ("Watch", "Warning, up from watch", "Emergency, up from warning", "updated", "Withdrawn")


def run(*command, **options):
    return subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True, **options).stdout


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", required=True, type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-demo-") as directory:
        out = pathlib.Path(directory) / "out"
        environment = dict(os.environ, TOCSIN_BIN=str(options.binaries), TOCSIN_DEMO_OUT=str(out))
        said = run("/usr/bin/python3", ROOT / "deploy/demo/demo.py", env=environment)
        subjects = []
        for path in sorted(out.glob("mail/*.eml")):
            with open(path, "rb") as file:
                mail = email.message_from_binary_file(file, policy=email.policy.default)
            subjects.append(mail["Subject"])
            check("ILLUSTRATIVE" in mail["Subject"], f"a demonstration mail is not marked: {mail['Subject']}")
        for words in WANTED:
            check(any(words in subject for subject in subjects), f"no mail says '{words}': {subjects}")
            check(words in said, f"'{words}' is not shown")
        kinds = set()
        for path in out.glob("cap/**/*.xml"):
            alert = ET.parse(path).getroot()
            kinds.add(alert.findtext(CAP + "msgType"))
            check(alert.findtext(CAP + "status") == "Exercise", f"{path} is not marked as an exercise")
            if alert.findtext(CAP + "msgType") != "Alert":
                check(alert.findtext(CAP + "references"), f"{path} has no references")
        check(kinds == {"Alert", "Update", "Cancel"}, f"CAP files are of the kinds {kinds}")
        tocsin = options.binaries / "tocsin"
        check("the same as stored" in run(tocsin, "replay", out / "store"), "the replay differs")
        explained = run(tocsin, "explain", "--region", "NG-BO", "--config", out / "config")
        check("Rain far below normal" in explained, "explain does not explain")
        alert = re.search(r'"alert":"([0-9a-f]{32})"', (out / "ledger-alerts.jsonl").read_text()).group(1)
        check(alert in run(tocsin, "explain", alert, "--config", out / "config"), "explain does not know the alert")
        backup, copy = out / "backup", out / "copy"
        run(tocsin, "backup", backup, "--config", out / "config")
        run(tocsin, "restore", backup, copy)
        check(run(tocsin, "ledger", copy) == run(tocsin, "ledger", out / "store"), "the restored ledger differs")
        with open(out / "metrics.txt") as file:
            run("promtool", "check", "metrics", stdin=file)
        print(f"{len(subjects)} mails, CAP {sorted(kinds)}, replay, explain, backup, restore and metrics are right")


if __name__ == "__main__":
    main()
