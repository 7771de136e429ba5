"""Prometheus with Alertmanager, as Debian 12 has them, in a directory of their own."""
import http.server
import json
import multiprocessing
import pathlib
import re
import shutil
import statistics
import subprocess
import threading
import time
import urllib.request

import remote_write
import workload
from remote_write import Writer
from ports import free_port

HERE = pathlib.Path(__file__).resolve().parent
BATCH = 10_000  # samples a request at full speed
BACKFILL_SECONDS = 10  # between two values of the history


class Webhook:
    """Where Alertmanager sends: the first moment at which each region was notified."""

    def __init__(self):
        self.notified = {}
        outer = self

        class Receiver(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                now = time.time()
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                for alert in message["alerts"]:
                    if alert["status"] == "firing":
                        outer.notified.setdefault(alert["labels"]["region"], now)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Series:
    """Prefixes of every series, by region."""

    def __init__(self, regions):
        self.of_region = {}
        self.means = {}  # of what rules_recorded.yml records
        for region in range(regions):
            name = workload.region_name(region)
            self.of_region[region] = [
                remote_write.series_prefix({"__name__": "indicator_value", "region": name,
                                            "dimension": f"d{i % workload.DIMENSIONS}",
                                            "indicator": workload.indicator_name(i)})
                for i in range(workload.INDICATORS)]
            self.means[region] = [
                remote_write.series_prefix({"__name__": "region_dimension:value:avg", "region": name,
                                            "dimension": f"d{d}"})
                for d in range(workload.DIMENSIONS)]

    def values(self, region, step):
        first = (step * 100_003 + region) * workload.INDICATORS
        return [workload.value(first + i) for i in range(workload.INDICATORS)]

    def samples(self, region, step):
        return list(zip(self.of_region[region], self.values(region, step)))

    def recorded(self, region, step):
        values = self.values(region, step)
        share = workload.INDICATORS // workload.DIMENSIONS
        return [(prefix, sum(values[d::workload.DIMENSIONS]) / share) for d, prefix in enumerate(self.means[region])]

    def shocked(self, region):
        return [(prefix, workload.SHOCK_VALUE) for prefix in self.of_region[region]]


def start(work, rules, webhook):
    """Both programs; gives them and Prometheus' port."""
    shutil.rmtree(work / "run", ignore_errors=True)
    (work / "run").mkdir(parents=True)
    port, alert_port = free_port(), free_port()
    (work / "run/prometheus.yml").write_text(
        f"global: {{scrape_interval: 1h, evaluation_interval: 1s}}\nrule_files: [{HERE / f'rules_{rules}.yml'}]\n"
        f"alerting: {{alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{alert_port}']}}]}}]}}\n")
    (work / "run/alertmanager.yml").write_text(
        "route: {receiver: hook, group_by: [region], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}\n"
        f"receivers: [{{name: hook, webhook_configs: [{{url: 'http://127.0.0.1:{webhook.port}/', send_resolved: false}}]}}]\n")
    log = open(work / "run/log", "a")
    running = [
        subprocess.Popen(["prometheus-alertmanager", f"--config.file={work}/run/alertmanager.yml",
                          f"--storage.path={work}/run/alerts", f"--web.listen-address=127.0.0.1:{alert_port}",
                          "--cluster.listen-address="], stdout=log, stderr=log),
        subprocess.Popen(["prometheus", f"--config.file={work}/run/prometheus.yml",
                          f"--storage.tsdb.path={work}/run/data", f"--web.listen-address=127.0.0.1:{port}",
                          "--web.enable-remote-write-receiver"], stdout=log, stderr=log)]
    deadline = time.monotonic() + 60
    for ready in (alert_port, port):
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{ready}/-/ready", timeout=5).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"not ready; see {work}/run/log") from None
                time.sleep(0.1)
    return running, port


def metric(port, name):
    """The sum of a metric of Prometheus itself."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
        text = answer.read().decode()
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if re.match(name + r"[ {]", line))


def take_in(series, regions, port, recorded):
    """The history, at full speed over two connections; gives samples a second once the series exist."""
    begin = time.time() - BACKFILL_SECONDS * workload.HISTORY
    per_body = BATCH // workload.INDICATORS
    halves = [range(0, regions // 2), range(regions // 2, regions)]
    posts = [[], []]  # by connection, then step: all requests, made before the clock runs
    for step in range(workload.HISTORY):
        at = int((begin + BACKFILL_SECONDS * step) * 1000)
        for half, bodies in zip(halves, posts):
            bodies.append([remote_write.body([s for r in half[i:i + per_body] for s in series.samples(r, step)], at)
                           for i in range(0, len(half), per_body)])
            if recorded:  # as if the rules had run all the time
                bodies[-1].append(remote_write.body([s for r in half for s in series.recorded(r, step)], at))
    times = [[], []]

    def send(half):
        writer = Writer(port)
        for bodies in posts[half]:
            for data in bodies:
                writer.post(data)
            times[half].append(time.monotonic())

    threads = [threading.Thread(target=send, args=(half,)) for half in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if any(len(t) != workload.HISTORY for t in times):
        raise RuntimeError("the history was not taken in")
    samples = regions * (workload.INDICATORS + (workload.DIMENSIONS if recorded else 0)) * (workload.HISTORY - 1)
    return samples / (max(t[-1] for t in times) - max(t[0] for t in times))


def feed(series, regions, port, rate, stop, late):
    """`rate` samples a second to all regions but the shocked ones, a tenth of a second at a time."""
    apart = set(workload.shocked_regions(regions))
    order = [r for r in range(regions) if r not in apart]
    writer, at, step = Writer(port), 0, workload.HISTORY
    together = max(1, rate // 10 // workload.INDICATORS)
    begun, sent = time.monotonic(), 0
    while not stop.is_set():
        chunk = order[at:at + together]
        at += together
        if at >= len(order):
            at, step = 0, step + 1
        writer.post(remote_write.body([s for r in chunk for s in series.samples(r, step)], int(time.time() * 1000)))
        sent += len(chunk) * workload.INDICATORS
        ahead = begun + sent / rate - time.monotonic()
        late.value = max(late.value, -ahead)
        if ahead > 0:
            time.sleep(ahead)


def run(work, regions, rate, rules, patience):
    webhook = Webhook()
    series = Series(regions)
    running, port = start(work, rules, webhook)
    try:
        intake = take_in(series, regions, port, rules == "recorded")
        stop, late = multiprocessing.Event(), multiprocessing.Value("d", 0)
        feeder = multiprocessing.Process(target=feed, args=(series, regions, port, rate, stop, late), daemon=True)
        feeder.start()
        apart = workload.shocked_regions(regions)
        writer, shocked, cycles = Writer(port), {}, []
        begun = time.monotonic()
        settle = 15  # what is usual ends 15 s back: until then it is the history
        step = workload.HISTORY
        while True:
            now = time.monotonic() - begun
            due = [r for i, r in enumerate(apart) if now >= settle + i * workload.SHOCK_EVERY]
            for region in due:
                shocked.setdefault(region, time.time())
            # Those that are shocked stay so: a slow cycle must not miss them.
            at = int(time.time() * 1000)
            writer.post(remote_write.body(
                [s for r in apart for s in (series.shocked(r) if r in shocked else series.samples(r, step))], at))
            step += 1
            cycles.append(metric(port, "prometheus_rule_group_last_duration_seconds"))
            told = [r for r in shocked if workload.region_name(r) in webhook.notified]
            if len(told) == len(apart) or now > settle + workload.SHOCK_EVERY * len(apart) + patience:
                break
            time.sleep(max(0.0, workload.SHOCK_EVERY / 2 - (time.monotonic() - begun - now)))
        stop.set()
        feeder.join(30)
        missed = metric(port, "prometheus_rule_group_iterations_missed_total")
        failed = metric(port, "prometheus_rule_evaluation_failures_total")
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(60)
        webhook.server.shutdown()
    names = {workload.region_name(r): at for r, at in shocked.items()}
    return {"regions": regions, "rules": rules, "samples_per_second": intake, "feed": rate, "feed_late_s": late.value,
            "cycle_s_median": statistics.median([c for c in cycles if c > 0] or [0]), "cycle_s_max": max(cycles),
            "cycles_missed": missed, "evaluation_failures": failed,
            "shock_s": sorted(webhook.notified[n] - at for n, at in names.items()
                              if n in webhook.notified and webhook.notified[n] >= at),
            "notified_without_shock": sum(1 for n, at in webhook.notified.items() if n not in names or at < names[n])}
