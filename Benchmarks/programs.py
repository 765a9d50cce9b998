"""Measures real programs under each allocator with `pageheap compare`: time, CPU, peak of resident memory."""

import json
import os
import subprocess
import sys

import harness
from harness import OURS
from servers import SOURCES, Nginx, Postgres, Redis, path_of

PACKAGES = [
    "default-jdk-headless", "g++", "git", "nghttp2-client", "nginx", "nodejs", "openssl", "perl", "postgresql", "redis-server",
    "redis-tools", "sqlite3"]
# The columns of the table: the name of the figure in the rows and in `pageheap compare`, and the divisor of its value there.
FIGURES = {"time": ("wallSeconds", 1), "cpu": ("cpuSeconds", 1), "peak": ("peakResidentBytes", 1 << 20)}


def written_by(script, folder, name):
    file = os.path.join(folder, name)
    with open(file, "w") as text:
        subprocess.run([sys.executable, os.path.join(SOURCES, script)], check=True, stdout=text)
    return file


def compiler(folder):
    source = written_by("templates.py", folder, "templates.cpp")
    return ["g++", "-std=c++17", "-O1", "-c", source, "-o", "/dev/null"]


def python(_):
    return [os.path.realpath(sys.executable), os.path.join(SOURCES, "objects.py")]


def perl(_):
    return ["perl", os.path.join(SOURCES, "words.pl")]


def sqlite(_):
    return ["sqlite3", "-batch", ":memory:", f".read {SOURCES}/speed.sql"]


def git(folder):
    """Makes a repository. `--aggressive` packs it from scratch each time, so all runs do the same."""
    repository, history = os.path.join(folder, "repository"), written_by("history.py", folder, "history")
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", repository], check=True)
    with open(history) as text:
        subprocess.run(["git", "-C", repository, "fast-import", "--quiet"], check=True, stdin=text)
    command = ["git", "-C", repository, "gc", "--quiet", "--aggressive", "--prune=now"]
    subprocess.run(command, check=True)
    return command


def node(_):
    return ["node", os.path.join(SOURCES, "streams.js")]


def java(folder):
    subprocess.run(["javac", "-XDignore.symbol.file", "-d", folder, os.path.join(SOURCES, "Archive.java")], check=True)
    return ["java", "-Xmx128m", "-cp", folder, "Archive"]


# Name → the commands that it needs, and the function that prepares it in a folder.
PROGRAMS = {
    "g++": (["g++"], compiler), "python3": ([], python), "redis": (Redis.NEEDS, Redis), "sqlite3": (["sqlite3"], sqlite),
    "git gc": (["git"], git), "perl": (["perl"], perl), "node": (["node"], node), "java": (["java", "javac"], java),
    "postgres": (Postgres.NEEDS, Postgres), "nginx": (Nginx.NEEDS, Nginx)}


def compared(program, folder, options):
    """Returns the result of `pageheap compare`, or None if there is none."""
    drive = getattr(program, "drive", subprocess.Popen.wait)
    words, file = harness.compare(getattr(program, "command", program), folder, options, options.rounds, ["--interval", "10"])
    if os.path.exists(file):
        os.remove(file)
    environment = harness.environment(None, PYTHONMALLOC="malloc")
    with subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as comparison:
        try:
            drive(comparison)
        except BaseException:
            # It ends what it has started. Popen itself does not wait after ^C.
            comparison.terminate()
            comparison.wait()
            raise
    if not os.path.exists(file):
        return None
    with open(file) as text:
        return json.load(text)


def rows_of(name, result):
    for each in result["allocators"]:
        if each["countedRuns"] < len(each["runs"]):
            endings = {
                f"signal {run['signal']}" if run["signal"] else f"exit code {run['exitCode']}" for run in each["runs"]}
            harness.failed(harness.name_of(each), name, ", ".join(sorted(endings)))
            continue
        row = {"workload": name, "allocator": harness.name_of(each)}
        for figure, (key, unit) in FIGURES.items():
            spread = each["figures"][key]
            row[figure] = spread["median"] / unit
            row[f"{figure}ToGlibc"] = spread["ratio"] and round(spread["ratio"], 4)
            row[f"{figure}Spread"] = round((spread["highest"] - spread["lowest"]) / spread["median"], 4)
        yield row


def show(row):
    ratios = "".join(f"{harness.text_of(row[figure + 'ToGlibc'], '.2f'):>7}" for figure in FIGURES)
    print(
        f"{row['workload']:9}{row['allocator']:12}{row['time']:9.3f}{row['cpu']:9.3f}{row['peak']:9.1f}{ratios}"
        f"{row['timeSpread'] * 100:8.0f} %{row['cpuSpread'] * 100:6.0f} %", flush=True)


def summary(results):
    programs = {row["workload"] for row in results}
    for figure in FIGURES:
        print(f"\n{figure} over glibc's, geometric mean of {len(programs)} programs")
        means = {}
        for name in dict.fromkeys(row["allocator"] for row in results):
            ratios = [row[f"{figure}ToGlibc"] for row in results if row["allocator"] == name and row[f"{figure}ToGlibc"]]
            mean = harness.geometric_mean(ratios)
            left_out = f"   ({len(ratios)} of them)" if len(ratios) < len(programs) else ""
            print(f"  {name:12}{harness.text_of(mean, '.3f'):>7}{left_out}")
            if mean and not left_out:
                means[name] = mean
        ours = means.pop(OURS, None)
        if ours and means:
            best = min(means, key=means.get)
            print(f"  {OURS} over the best single other, {best}: {ours / means[best]:.3f}")
        for program, ratio, best in harness.to_best(results, figure, "workload"):
            print(f"    {program:10}{ratio:6.2f} x its best, {best}'s")


def programs_that_are_here(names, folder, known=PROGRAMS):
    """Yields the name of each program whose commands are installed, and the program, prepared in a folder."""
    for name in names:
        needs, prepared = known[name]
        missing = [command for command in needs if not path_of(command)]
        if missing:
            harness.warn(f"no {', '.join(missing)} here, {name} is skipped (--install-peers installs it)")
            continue
        harness.progress(f"{name}: making ready")
        program = prepared(folder)
        harness.progress("")
        yield name, program


def programs(folder, options):
    results = []
    print(
        f"{'':9}{'median of ' + str(options.rounds):12}{'time s':>9}{'CPU s':>9}{'peak MiB':>9}"
        f"{'to glibc: time, CPU, peak':>27}{'spread: time, CPU':>20}")
    for name, program in programs_that_are_here(options.only or PROGRAMS, folder):
        print(f"{name}:", file=sys.stderr)
        result = compared(program, folder, options)
        if result is None:
            harness.failed(OURS, name, "pageheap compare gave no figures")
            continue
        rows = list(rows_of(name, result))
        for row in rows:
            show(row)
        results += rows
    summary(results)
    return results
