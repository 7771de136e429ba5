"""The long form of the tests of faults, overload and time, against release programs: ./run torture.

Runs each part, one after the other, shows what it says and ends with a table; with 1 when a part failed.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77


def parts_of(options):
    """Name and command of each part."""
    binaries = ("--binaries", options.binaries)

    def test(script, *words):
        return ["/usr/bin/python3", HERE / script, *binaries, *words]

    parts = {
        "damage": test("damage_test.py", "--rounds", 10),
        "sync": test("sync_test.py", "--shim", options.shim, "--rounds", 20, "--records", 20_000),
        "disk": test("disk_test.py", "--rounds", 20, "--records", 60_000),
        "overload": test("overload_test.py", "--connections", 1000, "--frames", 10, "--epochs", 100),
        "kills": test("kill_loop.py", "--kills", options.kills, "--records", 60 * options.kills, "--twin", options.twin),
    }
    simulator = pathlib.Path(options.binaries) / "tocsin_sim"
    if simulator.exists():
        parts["simulator"] = [simulator, "--seed", options.seed, "--steps", 2000, "--seeds", options.simulations]
    if options.soak > 0:
        parts["soak"] = test("soak.py", "--minutes", options.soak)
    if options.only:
        unknown = set(options.only) - set(parts)
        if unknown:
            sys.exit(f"no part {', '.join(sorted(unknown))}; there are {', '.join(parts)}")
        parts = {name: parts[name] for name in options.only}
    return parts


def run(name, command, directory):
    """The part's exit code and its summary: of the tests a file, of the simulator its last line."""
    summary = directory / f"{name}.json"
    command = [str(word) for word in command]
    print(f"\n== {name}: {' '.join(command)}", flush=True)
    if name != "simulator":
        return subprocess.run([*command, "--json", str(summary)]).returncode, summary
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    print(ended.stdout, end="", flush=True)
    summary.write_text(ended.stdout.splitlines()[-1] if ended.stdout else "{}")
    return ended.returncode, summary


def main():
    parser = argparse.ArgumentParser(prog="./run torture", description=__doc__)
    parser.add_argument("--binaries", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--twin", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--shim", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--kills", type=int, default=1000, help="of the crash loop (1000)")
    parser.add_argument("--simulations", type=int, default=200, help="seeds of the simulator (200)")
    parser.add_argument("--seed", type=int, default=1, help="first seed of the simulator (1)")
    parser.add_argument("--soak", type=float, default=60, metavar="MINUTES", help="at half load (60; 0: none)")
    parser.add_argument("--only", nargs="+", metavar="PART", help="only these parts, in this order")
    parser.add_argument("--json", type=pathlib.Path, help="write all summaries to this file")
    options = parser.parse_args()
    rows, summaries = [], {}
    with tempfile.TemporaryDirectory(prefix="tocsin-torture-") as directory:
        for name, command in parts_of(options).items():
            begun = time.monotonic()
            code, summary = run(name, command, pathlib.Path(directory))
            word = {0: "held", SKIPPED: "skipped"}.get(code, f"FAILED ({code})")
            rows.append((name, word, time.monotonic() - begun))
            summaries[name] = {"outcome": word, "summary": json.loads(summary.read_text()) if summary.exists() else None}
    print(f"\n{'part':<12} {'outcome':<12} minutes")
    for name, word, seconds in rows:
        print(f"{name:<12} {word:<12} {seconds / 60:.1f}")
    if options.json:
        options.json.write_text(json.dumps(summaries, indent=1) + "\n")
    return 1 if any(word.startswith("FAILED") for _, word, _ in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
