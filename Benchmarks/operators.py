"""Measures C++'s operator new and delete on PageHeap: its own operators, beside the C++ library's, which call malloc and free."""

import os
import statistics
import subprocess

import harness

PAIRS = 20_000_000
COUNTED = 320_000


def compiled(folder):
    program = os.path.join(folder, "operators")
    source = os.path.join(harness.ROOT, "Benchmarks/Throughput/operators.cpp")
    subprocess.run(["c++", "-O2", "-o", program, source], check=True)
    return program


def instructions(program, whose, pairs, library, folder):
    """Returns the instructions of the whole process."""
    file = os.path.join(folder, "callgrind.out")
    subprocess.run(
        ["valgrind", "--tool=callgrind", f"--callgrind-out-file={file}", program, whose, str(pairs)], check=True,
        capture_output=True, env=harness.environment(library, PAGEHEAP_SCAVENGER="off"))
    with open(file) as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(("summary:", "totals:")))


def operators(folder, options):
    program, library = compiled(folder), harness.library(options)
    stripped = harness.stripped(library, folder)
    counts = {}
    for whose in ["found", "library"]:
        harness.progress(f"{whose}: instructions")
        few, many = (instructions(program, whose, pairs, stripped, folder) for pairs in (COUNTED, 3 * COUNTED))
        counts[whose] = (many - few) / (2 * COUNTED)
    harness.progress("")
    times = harness.interleaved(
        {"found": "found", "library": "library"}, options.rounds, "operators",
        lambda whose: harness.figures([program, whose, PAIRS], library)["nanoseconds"])
    print(f"{'operators':34}{'instructions per pair':>22}{'ns per pair':>13}{'to the library':>16}")
    rows = []
    for whose, title in [("found", "PageHeap's own"), ("library", "the C++ library's, on its malloc")]:
        row = {"operators": whose, "instructions": round(counts[whose], 1),
               "nanoseconds": statistics.median(times[whose]), "ratio": harness.ratio(times[whose], times["library"])}
        print(f"{title:34}{row['instructions']:22.1f}{row['nanoseconds']:13.2f}{row['ratio']:16.3f}")
        rows.append(row)
    return rows
