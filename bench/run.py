#!/usr/bin/env python3
"""Runs the speed benchmarks of a build and writes bench/results/DATE-speed.json and DATE-speed.md.

Builds nothing: `ninja -C build/release genfuse_speed_bench` first. Each round runs every workload once; within a round
the sides of a row are interleaved, and over all rounds the least time of each side counts. Exit code 1 if an answer
is wrong; a bar that is not met is a line of the table, not an error.
"""
import argparse
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parent.parent
BAR = r"\|"  # within a cell of a table
WORKLOADS = ["W1", "W2", "W3", "W4", "W7"]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build" / "release", help="the build's folder")
    parser.add_argument("--results", type=pathlib.Path, default=SOURCE / "bench" / "results", help="where to write")
    parser.add_argument("--workloads", default=",".join(WORKLOADS), help="some of %(default)s")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", default="1,2", help="numbers of threads")
    parser.add_argument("--small", action="store_true", help="small sizes, a few repetitions: whether all works")
    parser.add_argument("--no-torch", action="store_true", help="leave LibTorch out")
    options = parser.parse_args()
    unknown = [name for name in options.workloads.split(",") if name not in WORKLOADS]
    if unknown:
        parser.error(f"--workloads: expected some of {', '.join(WORKLOADS)}, got '{unknown[0]}'")
    if options.rounds < 1:
        parser.error(f"--rounds: expected a number above 0, got {options.rounds}")
    return options


def run_workload(program, workload, options):
    """What one run of one workload reports."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.json"
        command = [program, "--workloads", workload, "--threads", options.threads, "--json", report]
        if options.small:
            command += ["--small", "--repetitions", "2", "--seconds", "0.001"]
        if options.no_torch:
            command.append("--no-torch")
        status = subprocess.run(command).returncode
        if not report.exists():
            sys.exit(f"run.py: {workload}: the benchmark failed with exit code {status}")
        return json.loads(report.read_text())


def first_results(program, processes):
    """Milliseconds from the traced model to its first result, with an empty object cache and with a filled one: the
    least of some processes each."""
    times = {}
    for workload in ("W1", "W2"):
        def one(folder):
            environment = dict(os.environ, GENFUSE_CACHE=folder)
            command = [program, "--first-result", workload]
            return float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)
        cold, warm = [], []
        for _ in range(processes):
            with tempfile.TemporaryDirectory() as folder:
                cold.append(one(folder))
                warm.append(one(folder))
        times[workload] = {"cold_ms": min(cold), "warm_ms": min(warm)}
    return times


def key(row):
    return row["workload"], row["size"], row["threads"], row["target"]


def merge(total, report):
    """Adds a report: least times of rows, worst errors of checks."""
    total["versions"].update(report["versions"])
    rows = {key(row): row for row in total["rows"]}
    for row in report["rows"]:
        known = rows.get(key(row))
        if known is None:
            total["rows"].append(row)
            continue
        for side, ms in row["ms"].items():
            known["ms"][side] = min(ms, known["ms"][side])
    checks = {(check["workload"], check["what"]): check for check in total["checks"]}
    for check in report["checks"]:
        known = checks.get((check["workload"], check["what"]))
        if known is None:
            total["checks"].append(check)
        elif not check["passed"] or check["error"] > known["error"]:
            known.update(check)


def first_match(path, pattern):
    match = re.search(pattern, pathlib.Path(path).read_text(), re.MULTILINE)
    return match.group(1) if match else "unknown"


def cpu_level():
    flags = set(first_match("/proc/cpuinfo", r"^flags\s*: (.*)$").split())
    return "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "below AVX2"


def git(*arguments):
    return subprocess.run(["git", "-C", SOURCE, *arguments], capture_output=True, text=True).stdout.strip()


def context():
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"),
        "commit": git("rev-parse", "HEAD") + (" with changes" if git("status", "--porcelain") else ""),
        "cpu": first_match("/proc/cpuinfo", r"^model name\s*: (.*)$"),
        "cpu_level": cpu_level(),
        "cores": os.cpu_count(),
        "memory_gib": round(int(first_match("/proc/meminfo", r"^MemTotal:\s*(\d+)")) / 2**20),
        "load_average": os.getloadavg()[0],
    }


def ratio(row, above, below):
    ms = row["ms"]
    return ms[above] / ms[below] if above in ms and below in ms else None


def number(value, digits=2):
    return "" if value is None else f"{value:.{digits}f}"


def time_text(ms):
    """Three digits that count."""
    return "" if ms is None else f"{ms:.3g}" if ms < 1000 else f"{ms:.0f}"


def verdict(row, side="limit"):
    reached, bar = ratio(row, "generated", side), row["bars"].get(side)
    return "" if bar is None or reached is None else "met" if reached <= bar else "not met"


def peer_text(row, peers):
    peer = peers.get((row["workload"], row["size"], row["threads"]))
    return f"{time_text(peer['ms'])} ({peer['peer']})" if peer and row["target"] == "native" else ""


def table(rows, peers):
    lines = [
        "| workload | size | threads | target | generated | limit | ratio | bar | | LibTorch | / generated | elsewhere "
        "| compile |",
        "| --- " * 13 + "|",
    ]
    for row in rows:
        ms = row["ms"]
        cells = [row["workload"], row["size"], row["threads"], row["target"], time_text(ms.get("generated")),
                 time_text(ms.get("limit")), number(ratio(row, "generated", "limit")),
                 number(row["bars"].get("limit")), verdict(row), time_text(ms.get("LibTorch")),
                 number(ratio(row, "LibTorch", "generated"), 1), peer_text(row, peers), time_text(row["compile_ms"])]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return lines


def context_text(row, side):
    text, bar = f"{side} {time_text(row['ms'][side])}", row["bars"].get(side)
    if bar is None:
        return text
    return f"{text} (ratio {number(ratio(row, 'generated', side))}, bar {number(bar)}: {verdict(row, side)})"


def context_sides(rows):
    """Sides that are no column of the table."""
    lines = []
    for row in rows:
        others = [side for side in row["ms"] if side not in ("generated", "limit", "LibTorch")]
        if others:
            texts = ", ".join(context_text(row, side) for side in others)
            lines.append(f"* {row['workload']} {row['size']}, {row['threads']} thread(s), {row['target']}: {texts}")
    return lines


def first_result_table(times):
    lines = ["| workload | cold | bar | warm | bar |", "| --- | --- | --- | --- | --- |"]
    return lines + [f"| {workload} | {time['cold_ms']:.0f} | 200 | {time['warm_ms']:.0f} | 100 |"
                    for workload, time in times.items()]


def accuracy(checks):
    """A line for each kind of check: the worst over numbers of threads and CPU levels, which stand before the colon."""
    worst = {}
    for check in checks:
        what = check["workload"], check["what"].split(": ", 1)[-1]
        if what not in worst or check["error"] / check["tolerance"] > worst[what]["error"] / worst[what]["tolerance"]:
            worst[what] = check
    lines = ["| workload | what | worst | tolerance |", "| --- | --- | --- | --- |"]
    return lines + [f"| {workload} | {what.replace('|', BAR)} | {check['error']:.1e}{'' if check['passed'] else ' WRONG'} "
                    f"| {check['tolerance']:.0e} |" for (workload, what), check in worst.items()]


def scaling(rows):
    """How much faster two threads are than one, for both sides of each row that was measured with both."""
    alone = {(row["workload"], row["size"], row["target"]): row for row in rows if row["threads"] == 1}
    lines = []
    for row in rows:
        one = alone.get((row["workload"], row["size"], row["target"]))
        if row["threads"] != 2 or one is None:
            continue
        gains = [f"{side} {one['ms'][side] / row['ms'][side]:.2f}" for side in ("generated", "limit")
                 if side in row["ms"]]
        lines.append(f"* {row['workload']} {row['size']}: " + ", ".join(gains))
    return lines


def markdown(total, peers):
    where = total["context"]
    versions = ", ".join(f"{name} {version}" for name, version in sorted(total["versions"].items()))
    notes = sorted({f"{row['workload']}: {row['note']}" for row in total["rows"] if row["note"]})
    met = [verdict(row, side) for row in total["rows"] for side in row["bars"]]
    return "\n".join([
        f"# Speed, {where['date']}", "",
        f"{where['cpu']} ({where['cpu_level']}), {where['cores']} cores, {where['memory_gib']} GiB;",
        f"commit {where['commit']}; {versions};",
        f"load average at the start {where['load_average']:.1f}.", "",
        "Milliseconds, the least of interleaved repetitions (CPU time for 1 thread, real time for 2). Limit: the kernel",
        "by hand (bench/limits) for the same CPU level; ratio: generated / limit, and what it may be. LibTorch: eager, on",
        "as many threads. Elsewhere: the best peer on another machine of this kind (bench/peers.json). Compile: from the",
        "traced model to a callable kernel.",
        f"Bars: {met.count('met')} met, {met.count('not met')} not met.", "",
        *table(total["rows"], peers), "",
        *(f"* {note}" for note in notes), "",
        "## Two threads against one", "", *scaling(total["rows"]), "",
        "## From the traced model to its first result", "",
        "Milliseconds of a new process, with an empty object cache (cold) and with what that process left (warm).", "",
        *first_result_table(total["first_results"]), "",
        "## Other sides", "", *context_sides(total["rows"]), "",
        "## Worst errors", "", *accuracy(total["checks"]), "",
    ])


def main():
    options = parse_arguments()
    program = options.build / "bench" / "speed" / "genfuse_speed_bench"
    if not program.exists():
        sys.exit("run.py: expected the program bench/speed/genfuse_speed_bench in the build's folder: build it first")
    total = {"context": context(), "versions": {}, "rows": [], "checks": []}
    for _ in range(options.rounds):
        for workload in options.workloads.split(","):
            merge(total, run_workload(program, workload, options))
    total["first_results"] = first_results(program, 2 if options.small else 5)
    peers = {(row["workload"], row["size"], row["threads"]): row
             for row in json.loads((SOURCE / "bench" / "peers.json").read_text())["rows"]}
    stem = options.results / f"{total['context']['date']}-speed"
    stem.with_suffix(".json").write_text(json.dumps(total, indent=1) + "\n")
    stem.with_suffix(".md").write_text(markdown(total, peers))
    print(f"wrote {stem.name}.json and {stem.name}.md")
    if not all(check["passed"] for check in total["checks"]):
        sys.exit("run.py: some answers are wrong")


if __name__ == "__main__":
    main()
