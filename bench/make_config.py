"""Writes the configuration of the end-to-end benchmark: REGIONS regions x 40 indicators, the Lake Chad pack with its
rain read in the region itself, and one more signal for each indicator that the pack does not read."""
import argparse
import datetime
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[1]
READ_BY_PACK = 5  # rainfall, millet_price, sorghum_price, ipc3_share, displaced_people


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--regions", type=int, default=5000)
    parser.add_argument("--indicators", type=int, default=40)
    parser.add_argument("--more-signals", type=int, default=0, help="that read what no record is about")
    parser.add_argument("--pack-only", action="store_true", help="no signal for what the pack does not read")
    parser.add_argument("--public-key", required=True, help="the producer's .pub file")
    parser.add_argument("--server-key", required=True, help="the server's .key file")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--history-years", type=int, default=6)
    options = parser.parse_args()
    out = options.out
    out.mkdir(parents=True, exist_ok=True)
    shipped = ROOT / "deploy/config/lake-chad"
    added = [f"index_{i:02d}" for i in range(options.indicators - READ_BY_PACK)]
    dimensions = ["economic", "food", "health", "environmental", "personal", "community", "political"]

    side = int(options.regions ** 0.5) + 1
    codes = [f"XX-{i:05d}" for i in range(options.regions)]
    regions = ["geometry: optional", "regions:", "  XX: {kind: country, names: {en: Bench}}"]
    for i, code in enumerate(codes):
        near = [codes[j] for j in (i + 1, i + side) if j < options.regions]
        regions.append(f"  {code}: {{kind: admin-1, parent: XX, names: {{en: Unit {i}}}, population: 100000, "
                       f"neighbours: [{', '.join(near)}]}}")
    regions.append(f"  basin:lake-chad: {{kind: basin, names: {{en: Bench basin}}, members: [{', '.join(codes)}]}}")
    (out / "regions.yaml").write_text("\n".join(regions) + "\n")

    indicators = (shipped / "indicators.yaml").read_text()
    indicators = re.sub(r"sources: \[[^\]]*\]", "sources: [bench]", indicators)
    extra = "".join(
        f"  {name}:\n    names: {{en: Index {i}}}\n    dimension: {dimensions[i % len(dimensions)]}\n    unit: \"1\"\n"
        f"    cadence: month\n    delay: {{expected_days: 10, longest_days: 3660}}\n    sources: [bench]\n"
        for i, name in enumerate(added + ["unheard"] * (options.more_signals > 0)))
    (out / "indicators.yaml").write_text(indicators.replace("\nindicators:\n", "\nindicators:\n" + extra, 1))

    declared = re.findall(r"^  ([a-z0-9_]+):", (out / "indicators.yaml").read_text().split("\nindicators:\n")[1]
                          .split("\nevent_kinds:")[0], flags=re.M)
    kinds = re.findall(r"^  ([a-z0-9_]+):", indicators.split("\nevent_kinds:\n")[1].split("\ngroups:")[0], flags=re.M)
    key = next(line.split()[-1] for line in open(options.public_key) if line.startswith("public-key"))
    (out / "sources.yaml").write_text(
        "sources:\n  bench:\n    names: {en: Benchmark}\n    reliability: F\n    citation: none\n    licence: none\n"
        f"    regions: [XX]\n    indicators: [{', '.join(declared)}]\n    event_kinds: [{', '.join(kinds)}]\n"
        "    events: {cadence_days: 31, longest_delay_days: 60}\n"
        f"producers:\n  bench:\n    public_keys: [\"{key}\"]\n    sources: [bench]\n")
    (out / "committees.yaml").write_text(
        "committees:\n  bench:\n    name: Bench\n    regions: [XX]\n    least_level: watch\n    cap: [bench]\n")

    pack = (ROOT / "rules/packs/lake-chad.yaml").read_text()
    pack = re.sub(r"^    from: rain_zone\n", "", pack, flags=re.M)
    pack = re.sub(r"^    share: .*\n", "", pack, flags=re.M)
    more = "".join(
        f"  high_{name}:\n    dimension: {dimensions[i % len(dimensions)]}\n"
        f"    when: last({name}) > 130 % of mean({name}, 12 months)\n"
        f"    clear: last({name}) < 110 % of mean({name}, 12 months)\n"
        for i, name in enumerate([] if options.pack_only else added))
    more += "".join(f"  wet_{i:04d}:\n    dimension: technological\n    when: last(unheard) > {100 + i}\n"
                    for i in range(options.more_signals))
    (out.parent / "pack.yaml").write_text(pack.replace("\npatterns:\n", "\n" + more + "\npatterns:\n", 1))
    settings = (shipped / "tocsind.yaml").read_text()
    settings = re.sub(r"^smtp:\n(?:  .*\n)+", "", settings, flags=re.M)
    for pattern, replacement in (
            (r"^history_begins: .*", f"history_begins: {datetime.date.today().year - options.history_years}-01-01"),
            (r"^packs: .*", "packs: [../pack.yaml]"),
            (r"^(\s*path:) .*demo-out/store", r"\1 ../store"),
            (r"^(\s*endpoint:) .*", r"\1 tcp://127.0.0.1:*"),
            (r"^  security: plain-on-loopback.*\n  plain_producer:.*",
             f"  security: curve\n  secret_key_file: {pathlib.Path(options.server_key).resolve()}"),
            (r"^admin: .*", "admin: {host: 127.0.0.1, port: 0}"),
            (r"^(\s*directory:) .*demo-out/cap", r"\1 ../cap"),
            (r"^horizons: .*", "horizons: {lateness_days: 20000, retention_days: 20000}")):
        settings, count = re.subn(pattern, replacement, settings, count=1, flags=re.M)
        assert count == 1, pattern
    (out / "tocsind.yaml").write_text(settings)


if __name__ == "__main__":
    main()
