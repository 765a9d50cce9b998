"""Measures the page allocator beside the original, Go 1.19's: fixed work, equal results, interleaved rounds."""

import glob
import json
import os
import shutil
import statistics
import subprocess
import sys

from harness import ROOT, geometric_mean, progress

BUILD = os.path.join(ROOT, ".build")
PEERS = ["golang-1.19-go", "golang-1.19-src"]
# Go's own defaults, whatever the environment says. Without cgo, which would need a C compiler.
BUILD_SETTINGS = {
    "GOENV": "off", "GOFLAGS": "", "GOROOT": "", "GO111MODULE": "off", "CGO_ENABLED": "0", "GOAMD64": "v1"}
RUN_SETTINGS = {"GOGC": "off", "GOMAXPROCS": "1", "GODEBUG": ""}


def go():
    for command in ["/usr/lib/go-1.19/bin/go", shutil.which("go")]:
        if command and os.path.exists(command):
            version = subprocess.run([command, "version"], capture_output=True, text=True).stdout
            if " go1.19" in version:
                return command
    packages = " ".join(PEERS)
    sys.exit(f"bench: there is no Go 1.19 here; --install-peers installs it (Debian 12: apt-get install {packages})")


def run(command, **options):
    """Returns the standard output of a command. If the command fails, its last lines are shown and the program ends."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()
        sys.exit("\n".join([f"\nbench: {os.path.basename(command[0])} failed", *lines[-12:]]))
    return done.stdout


def build_ours():
    command = ["swift", "build", "-c", "release", "--omit-frame-pointers", "--product", "PageAllocatorBenchmark"]
    run(command, cwd=ROOT)
    return os.path.join(BUILD, "release/PageAllocatorBenchmark")


def build_original():
    """Compiles the tests of Go's package `runtime`, with Benchmarks/Original laid over them. Go's own files do not change."""
    folder = os.path.join(BUILD, "original")
    os.makedirs(folder, exist_ok=True)
    command, environment = go(), dict(os.environ, **BUILD_SETTINGS, GOCACHE=os.path.join(folder, "cache"))
    runtime = os.path.join(run([command, "env", "GOROOT"], env=environment).strip(), "src/runtime")
    sources = glob.glob(os.path.join(ROOT, "Benchmarks/Original/*.go"))
    overlay, program = os.path.join(folder, "overlay.json"), os.path.join(folder, "workloads")
    with open(overlay, "w") as file:
        json.dump({"Replace": {f"{runtime}/pageheap_{os.path.basename(source)}": source for source in sources}}, file)
    run([command, "test", "-vet=off", "-overlay", overlay, "-c", "-o", program, "runtime"], env=environment)
    return program


def run_ours(program, folder):
    file = os.path.join(folder, "ours.json")
    run([program, "--rounds", "1", "--json", file])
    with open(file) as text:
        return {row["workload"]: (row["min"], row["checksum"], row.get("counts")) for row in json.load(text)}


def run_original(program):
    output = run([program, "-test.run", "^TestPageHeapWorkloads$"], env=dict(os.environ, **RUN_SETTINGS))
    rows = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return {row["workload"]: (row["ns"], row["checksum"], row.get("counts")) for row in rows}


def check(ours, original):
    """Ends the program unless both ran the same workloads with the same results."""
    for name in {**ours, **original}:
        answers = [tuple(rows[name][1:]) if name in rows else "nothing" for rows in (ours, original)]
        if answers[0] != answers[1]:
            sys.exit(f"\nbench: {name}: the results differ: ours {answers[0]}, the original's {answers[1]}")


def show(results):
    print(f"{'workload':15}{'ours min':>13}{'median':>13}{'original min':>15}{'median':>13}{'ratio':>8}   (ns)")
    for row in results:
        ours = f"{row['min']:13.1f}{row['median']:13.1f}"
        original = f"{row['originalMin']:15.1f}{row['originalMedian']:13.1f}"
        print(f"{row['workload']:15}{ours}{original}{row['ratio']:8.3f}")
    # The rows per call show the time of the rows per page again, so they do not count. The failing searches (F) are
    # hundreds of times faster and dominate the mean, so there is also a mean without them.
    counted = [row for row in results if not row["workload"].endswith(" call")]
    others = [row for row in counted if not row["workload"].startswith("F ")]
    largest = max(counted, key=lambda row: row["ratio"])
    means = [geometric_mean(row["ratio"] for row in rows) for rows in (counted, others)]
    print(
        f"\ngeometric mean of {len(counted)} ratios of minima: {means[0]:.3f}; without F: {means[1]:.3f}; largest: "
        f"{largest['ratio']:.3f} ({largest['workload']})")


def pages(folder, options):
    go()  # before anything takes time
    progress("building both")
    ours_program, original_program = build_ours(), build_original()
    times = {}
    for turn in range(options.rounds):
        progress(f"round {turn + 1} of {options.rounds}: ours")
        ours = run_ours(ours_program, folder)
        progress(f"round {turn + 1} of {options.rounds}: original")
        original = run_original(original_program)
        check(ours, original)
        for name in ours:
            times.setdefault(name, []).append((ours[name][0], original[name][0]))
    progress("")
    results = []
    for name, pairs in times.items():
        mine, theirs = zip(*pairs)
        results.append(
            {"workload": name, "min": min(mine), "median": round(statistics.median(mine), 3),
             "originalMin": min(theirs), "originalMedian": round(statistics.median(theirs), 3),
             "ratio": round(min(mine) / min(theirs), 4), "checksum": ours[name][1]})
    show(results)
    return results
