"""libpageheapmalloc.so beside the other allocators of this machine: speed, and memory that comes back."""

import glob
import json
import os
import statistics
import subprocess
import sys

PEERS = ["libjemalloc2", "libmimalloc2.0", "libtcmalloc-minimal4"]
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIBRARIES = {"jemalloc": "libjemalloc.so.2", "mimalloc": "libmimalloc.so*", "tcmalloc": "libtcmalloc_minimal.so.4"}


def library():
    path = os.path.join(ROOT, ".build/release/libpageheapmalloc.so")
    if not os.path.exists(path):
        sys.exit("bench: there is no libpageheapmalloc.so; build it with: swift build -c release --omit-frame-pointers")
    return path


def allocators():
    found = {"pageheap": library(), "glibc": None}
    for name, pattern in LIBRARIES.items():
        matches = glob.glob(f"/usr/lib/*/{pattern}") + glob.glob(f"/usr/lib/{pattern}")
        if matches:
            found[name] = sorted(matches)[0]
        else:
            print(f"bench: no {name} here, skipped (--install-peers installs it)", file=sys.stderr)
    return found


def compiled(source, folder):
    program = os.path.join(folder, os.path.basename(source)[:-2])
    subprocess.run(["cc", "-O2", "-o", program, os.path.join(ROOT, source), 
         "-I", os.path.join(ROOT, "Sources/CPageHeap/include"), "-pthread", "-lm"], check=True)
    return program


def output(command, library, **environment):
    values = dict(os.environ, **environment)
    if library:
        values["LD_PRELOAD"] = library
    return subprocess.run(command, env=values, check=True, capture_output=True, text=True).stdout


def throughput(folder, rounds):
    found = allocators()
    program = compiled("Benchmarks/Throughput/pairs.c", folder)
    results = []
    for workload in ["pair", "lifo", "fifo", "random", "mixed", "zeroed", "handover", "exchange", "growing"]:
        times = {name: [] for name in found}
        for turn in range(rounds):
            print(f"\r{workload}: round {turn + 1} of {rounds} ", end="", file=sys.stderr)
            for name, library in found.items():
                times[name].append(float(output([program, workload], library)))
        print("\r" + " " * 40 + "\r", end="", file=sys.stderr)
        for name in found:
            ratio = statistics.median(a / b for a, b in zip(times[name], times["glibc"]))
            results.append(
                {"workload": workload, "allocator": name, "min": min(times[name]),
                 "median": statistics.median(times[name]), "ratioToGlibc": round(ratio, 3)})
    print(f"{'workload':10}{'allocator':12}{'min ns':>8}{'median ns':>11}{'to glibc':>10}")
    for row in results:
        print(f"{row['workload']:10}{row['allocator']:12}{row['min']:8.2f}{row['median']:11.2f}{row['ratioToGlibc']:10.2f}")
    return results


def returned(folder, _):
    found = allocators()
    parked = compiled("Benchmarks/Return/parked.c", folder)
    workloads = {
        "parked": [parked], "parked, 1/20 kept": [parked, "keep"],
        "python list": [sys.executable, os.path.join(ROOT, "Benchmarks/Return/list.py")]}
    results = []
    print(f"{'workload':20}{'allocator':12}{'before':>8}{'peak':>8}{'0 s':>8}{'5 s':>8}{'10 s':>8}{'CPU s':>9}   (MiB)")
    for workload, command in workloads.items():
        for name, library in found.items():
            row = json.loads(output(command, library, PYTHONMALLOC="malloc"))
            results.append({"workload": workload, "allocator": name, **row})
            after = [f"{row['after'][second] / 1024:8.1f}" for second in (0, 5, 10)]
            before = f"{row['before'] / 1024:.1f}" if "before" in row else ""
            cpu = f"{row['cpu']:.3f}" if "cpu" in row else ""
            print(f"{workload:20}{name:12}{before:>8}{row['peak'] / 1024:8.1f}{''.join(after)}{cpu:>9}", flush=True)
    return results
