"""A small world for end-to-end tests: the configuration of tests/fixtures/store-1 (one country, a price, clashes, the
published clock) and records of it, deterministic, in order of publication."""
import datetime
import json
import shutil

from daemon_rig import substitute

DAY = datetime.timedelta(days=1)


def record(name, source, kind, day, published, data, **more):
    return dict(specversion="1.0", id=name, source=source, type=f"org.tocsin.{kind}.v1", time=f"{day}T00:00:00Z",
                published=f"{published}T06:00:00Z", data=data, **more)


def price(region, month, value, published, revision=1):
    following = (month + 31 * DAY).replace(day=1)
    return record(f"price-{region}-{month:%Y-%m}", "market", "observation", month, published,
                  {"indicator": "price", "value": value, "period": {"start": str(month), "end": str(following)}},
                  subject=region, revision=revision)


def clash(number, region, day, published):
    return record(f"clash-{number}", "monitor", "event", day, published,
                  {"kind": "clash", "deaths": number % 7, "actors": ["Boko Haram", f"Militia {number % 3}"]},
                  subject=region)


def coverage(day):
    return record("coverage", "monitor", "coverage", day, day,
                  {"stream": "events", "from": "2018-01-01", "until": str(day), "regions": ["NG"]},
                  revision=day.toordinal() - 737_000)


def history(first, last):
    """The days from `first` to `last` as lines in order of publication."""
    day, number = first, 0
    while day < last:
        if day.day == 10:
            month = (day - 11 * DAY).replace(day=1)
            for region in ("NG-BO", "NG-YO"):
                dear = region == "NG-BO" and month.month in (6, 7, 8)
                yield price(region, month, 340 if dear else 200 + month.month, day)
        if day.day == 20 and day.month == 9:  # corrected: the summer was not dear
            yield price("NG-BO", day.replace(month=8, day=1), 250, day, 2)
        if day.month in (7, 8) and day.day % 6 == 0:
            number += 1
            yield clash(number + day.year * 100, "NG-BO" if number % 4 else "NG-YO", day - 3 * DAY, day)
        if day.day % 14 == 0:
            yield coverage(day)
        if day.day == 25 and day.month % 4 == 0:
            yield from refused(day)
        day += DAY


def refused(day):
    """What is not simply applied: duplicates, conflicts, an unknown place, too old, withdrawn."""
    month = (day - 30 * DAY).replace(day=1)
    again = price("NG-YO", month, 200 + month.month, day)
    yield again
    yield dict(again, data=dict(again["data"], value=977))
    yield dict(again, id=f"lost-{day}", subject="Atlantis")
    yield dict(price("NG-YO", month.replace(year=month.year - 2), 210, day), id=f"old-{day}")
    yield record(f"clash-{day.year * 100 + 1}", "monitor", "retraction", day, day, {"reason": "counted twice"},
                 revision=2)


def frames_of(records, size=5):
    lines = [json.dumps(one) for one in records]
    lines.insert(7, '{"specversion":"1.0","id":')  # half a record
    return [("\n".join(lines[i:i + size]) + "\n").encode() for i in range(0, len(lines), size)]


def configure(rig, fixture):
    """Copies the fixture's configuration; only the mail server's port is another."""
    shutil.copytree(fixture / "config", rig.config)
    shutil.copy(fixture / "small.yaml", rig.directory)
    path = rig.config / "tocsind.yaml"
    path.write_text(substitute(path.read_text(), [(r"port: 25,", f"port: {rig.start_mail()},")]))
