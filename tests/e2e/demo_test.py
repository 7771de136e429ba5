"""Runs the demonstration with the real programs and looks at what it leaves: every kind of revision it
promises, as mail and as CAP, a ledger that holds and replays, metrics that promtool accepts."""
import argparse
import email
import email.policy
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
WANTED = ("Watch", "Warning, up from watch", "Emergency, up from warning", "updated", "Withdrawn")


def run(*command, **options):
    return subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True, **options).stdout


def refused(code, *command):
    """The error output of a command that ends with this code."""
    ended = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    check(ended.returncode == code, f"{command} ends with {ended.returncode}, not {code}: {ended.stderr}")
    return ended.stderr


def check_explain(tocsin, out):
    """Each alert with what was known when it was said, also one that has been withdrawn since."""
    config = ("--config", out / "config")
    explained = run(tocsin, "explain", "--region", "NG-BO", *config)
    check("Rain far below normal" in explained, "explain does not explain")
    for line in explained.splitlines():
        tree = line.split("   [")[0].rsplit("  =  ")[0]
        check("  =  " not in line or tree.count("(") == tree.count(")"), f"half an expression: {line}")
    said = {}
    for line in (out / "ledger-alerts.jsonl").read_text().splitlines():
        entry = json.loads(line)["entry"]
        said.setdefault(entry["alert"], []).append(entry)
    withdrawn = [alert for alert, revisions in said.items() if revisions[-1]["kind"] == "withdrawn"]
    check(withdrawn, "no alert was withdrawn")
    for alert, revisions in said.items():
        told = run(tocsin, "explain", alert, *config)
        was, now = told.split("As the data stands now, for ")
        for entry in revisions:
            check(f"revision {entry['number']}, {entry['kind']}," in was, f"{alert} lacks a revision: {was}")
            for change in entry["changes"]:
                check(change in was, f"{alert} lacks the change '{change}'")
        for evidence in revisions[0]["evidence"]:
            if evidence["state"] == "on":
                check(evidence["sentence"] in was, f"{alert} lacks why it was raised: {evidence['sentence']}")
        check(f"({revisions[0]['region']}) on {revisions[-1]['tick']}: " in now, f"{alert} is not judged anew: {now}")
        as_json = json.loads(run(tocsin, "explain", alert, "--json", *config))
        check(as_json["revisions"] == revisions and as_json["now"], f"{alert} as JSON differs")
    check("pack lake-chad judges " in refused(1, tocsin, "explain", "--region", "NG-LA", *config), "NG-LA")
    nosuch = refused(2, tocsin, "explain", "--region", "NG-BO", "--pattern", "convergance", *config)
    check("nearest: convergence" in nosuch, f"a pattern misspelt: {nosuch}")


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
        check_explain(tocsin, out)
        backup, copy = out / "backup", out / "copy"
        run(tocsin, "backup", backup, "--config", out / "config")
        run(tocsin, "restore", backup, copy)
        check(run(tocsin, "ledger", copy) == run(tocsin, "ledger", out / "store"), "the restored ledger differs")
        with open(out / "metrics.txt") as file:
            run("promtool", "check", "metrics", stdin=file)
        print(f"{len(subjects)} mails, CAP {sorted(kinds)}, replay, explain, backup, restore and metrics are right")


if __name__ == "__main__":
    main()
