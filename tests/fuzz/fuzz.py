#!/usr/bin/env python3
"""Runs one libFuzzer target until it has used SECONDS of processor time, and says what it did.

    fuzz.py TARGET SECONDS [--build build/fuzz] [--minimise]

Processor time, not the wall's: a run that was paused or had to share its core is as long as one that was not.
What is found new stays in BUILD/corpus/TARGET, and what all runs came to in BUILD/figures.json; --minimise keeps the few inputs that reach all that is reached in
tests/fuzz/corpus/TARGET. Ends with 1 and names the input when the target broke.
"""
import argparse
import json
import pathlib
import re
import resource
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
SLICE_SECONDS = 60  # of the wall: so often the processor time is looked at
SLICE_SECONDS_MIN = 20  # each begins with reading the corpus
KEPT_BYTES_MAX = 4096  # of one input that is kept in the tree: fuzzing may find longer ones


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def last(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def options_of(target):
    words = HERE / f"{target}.dict"
    return [f"-dict={words}"] if words.exists() else []


def add_figures(build, target, runs, seconds, edges, inputs):
    """The sums over all runs of the target since the build directory was made."""
    file = build / "figures.json"
    figures = json.loads(file.read_text()) if file.exists() else {}
    before = figures.get(target, {"runs": 0, "processor_seconds": 0.0, "edges": 0})
    figures[target] = {"runs": before["runs"] + runs, "edges": max(before["edges"], edges), "inputs": inputs,
                       "processor_seconds": round(before["processor_seconds"] + seconds, 1)}
    file.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")


def fuzz(target, seconds, build):
    working, kept = build / "corpus" / target, HERE / "corpus" / target
    working.mkdir(parents=True, exist_ok=True)
    kept.mkdir(parents=True, exist_ok=True)
    program = build / "tests" / "fuzz" / target
    runs = edges = 0
    begin, begun = time.monotonic(), processor_seconds()
    used = 0.0
    while used < seconds:
        slice_seconds = max(SLICE_SECONDS_MIN, min(SLICE_SECONDS, int(seconds - used)))
        done = subprocess.run(
            [program, f"-max_total_time={slice_seconds}", "-print_final_stats=1", "-rss_limit_mb=4096", "-timeout=20",
             f"-artifact_prefix={build}/{target}-", *options_of(target), working, kept],
            capture_output=True, text=True, errors="replace", cwd=build)
        before, used = used, processor_seconds() - begun
        now = last(r"stat::number_of_executed_units:\s+(\d+)", done.stderr)
        runs += now
        edges = max(edges, last(r"cov: (\d+)", done.stderr))
        add_figures(build, target, now, used - before, edges, len(list(working.iterdir())))
        if done.returncode != 0:
            (build / f"{target}.log").write_text(done.stderr)
            print(done.stderr[-6000:], file=sys.stderr)
        wall = time.monotonic() - begin
        print(f"{target}: {runs} runs, {edges} edges covered, {len(list(working.iterdir()))} inputs, "
              f"{used:.0f} s of processor time in {wall:.0f} s", flush=True)
        if done.returncode != 0:
            return 1
    return 0


def minimise(target, build):
    """Puts the few inputs that together reach each edge in the place of those that were kept."""
    working, kept = build / "corpus" / target, HERE / "corpus" / target
    fresh = build / "corpus" / f"{target}.kept"
    subprocess.run(["rm", "-rf", fresh], check=True)
    fresh.mkdir(parents=True)
    kept.mkdir(parents=True, exist_ok=True)
    subprocess.run([build / "tests" / "fuzz" / target, "-set_cover_merge=1", "-use_counters=0",
                    f"-max_len={KEPT_BYTES_MAX}", fresh, kept, working],
                   check=True, capture_output=True, cwd=build)
    for old in kept.iterdir():
        if not old.name.startswith("found-"):  # inputs that once broke it stay
            old.unlink()
    for new in sorted(fresh.iterdir()):
        new.rename(kept / new.name[:12])
    files = [file.stat().st_size for file in kept.iterdir()]
    print(f"{target}: {len(files)} inputs kept, {sum(files)} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target")
    parser.add_argument("seconds", type=int)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent.parent / "build" / "fuzz")
    parser.add_argument("--minimise", action="store_true")
    options = parser.parse_args()
    build = options.build.resolve()
    if options.seconds > 0 and fuzz(options.target, options.seconds, build) != 0:
        return 1
    if options.minimise:
        minimise(options.target, build)
    return 0


if __name__ == "__main__":
    sys.exit(main())
