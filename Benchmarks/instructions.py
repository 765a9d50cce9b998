"""Counts the instructions per pair of malloc and free, by callgrind, in the allocator alone; compares with golden counts."""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys

import harness
from harness import OURS

PACKAGES = ["valgrind", "binutils"]
GOLDEN = os.path.join(harness.ROOT, "Benchmarks/Throughput/instructions.json")
TOLERANCE = 2
# Workload of pairs.c → pairs of a short and of a long run. Work that each run does once cancels out.
PATTERNS = {
    "pair": (100_000, 200_000), "lifo64": (64_000, 192_000), "lifo": (100_000, 300_000), "random": (200_000, 400_000),
    "skewed": (100_000, 200_000), "mixed": (100_000, 200_000)}
# The address of the heap is random, and decides how its tree is searched: for large blocks, that is most of the work.
REPEATED = {"mixed": 3}
HARDENED = ", hardening 1"
ROW = re.compile(r"^\s*([\d,]+) \([\s\d.]+%\)\s+(\S.*)$")
# Libraries that are not allocators. The malloc of glibc is in libc itself.
OTHERS = re.compile(r"/(libc|ld-linux-[^/]*|libstdc\+\+|libm|libgcc_s|libpthread)\.so|/pairs$")


def instructions(program, pattern, pairs, library, folder, level):
    """Returns the count of instructions in all functions of the preloaded library, or of libc."""
    file = os.path.join(folder, "callgrind.out")
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={file}", program, pattern, str(pairs)]
    # Without the background worker, because its share depends on the clock.
    variables = harness.environment(library, PAGEHEAP_SCAVENGER="off", PAGEHEAP_HARDENING=level)
    done = subprocess.run(command, env=variables, capture_output=True, text=True)
    if done.returncode:
        raise harness.Failure(f"valgrind: exit code {done.returncode}")
    table = subprocess.run(
        ["callgrind_annotate", "--threshold=100", file], check=True, capture_output=True, text=True).stdout
    total = 0
    for row in filter(None, map(ROW.match, table.splitlines())):
        count, place = row.groups()
        library_of_row = place[place.rfind("[") + 1:].rstrip("]") if "[" in place else ""
        wanted = "/libc.so" in library_of_row if library is None else library_of_row and not OTHERS.search(library_of_row)
        total += int(count.replace(",", "")) if wanted else 0
    return total


def counts(program, library, patterns, folder, name, level="0"):
    library = library and harness.stripped(library, folder)
    for pattern in patterns:
        short, long = PATTERNS[pattern]
        harness.progress(f"{name}: {pattern}")
        try:
            runs = [
                [instructions(program, pattern, pairs, library, folder, level) for pairs in (short, long)]
                for _ in range(REPEATED.get(pattern, 1))]
        except harness.Failure as failure:
            harness.progress("")
            harness.failed(name, pattern, failure)
            continue
        finally:
            harness.progress("")
        difference = statistics.median(many - few for few, many in runs)
        workload = pattern + (HARDENED if level == "1" else "")
        yield {"workload": workload, "allocator": name, "instructions": round(difference / (long - short), 1)}


def check(rows):
    """Prints a line for each count that differs from the golden one, and returns whether there is none."""
    with open(GOLDEN) as file:
        golden = json.load(file)
    same = True
    for row in rows:
        expected = golden.get(row["workload"])
        if expected is None or abs(row["instructions"] - expected) > TOLERANCE:
            was = "not recorded" if expected is None else f"{expected} recorded, at most {TOLERANCE} apart"
            print(f"{row['workload']}: {row['instructions']} instructions per pair, {was}")
            same = False
    return same


def record(rows):
    golden = {}
    if os.path.exists(GOLDEN):
        with open(GOLDEN) as file:
            golden = json.load(file)
    golden.update({row["workload"]: row["instructions"] for row in rows})
    with open(GOLDEN, "w") as file:
        json.dump(golden, file, indent=2)
        file.write("\n")


def counted(folder, options):
    for command in ["valgrind", "callgrind_annotate", "objcopy"]:
        if not shutil.which(command):
            sys.exit(f"bench: there is no {command}; --install-peers installs it (Debian: {' '.join(PACKAGES)})")
    if options.check and not os.path.exists(GOLDEN):
        sys.exit("bench: there are no golden counts yet; --update records them")
    program = harness.compiled("Benchmarks/Throughput/pairs.c", folder)
    found = harness.allocators(folder, options) if options.beside else {OURS: harness.library(options)}
    results = []
    print(f"{'pattern':24}{'allocator':12}{'instructions per pair':>23}")
    for name, library in found.items():
        for level in ["0", "1"] if name == OURS else ["0"]:
            for row in counts(program, library, options.only or PATTERNS, folder, name, level):
                print(f"{row['workload']:24}{name:12}{row['instructions']:23.1f}", flush=True)
                results.append(row)
    ours = [row for row in results if row["allocator"] == OURS]
    if options.update:
        record(ours)
    if options.check and not check(ours):
        harness.failures.append((OURS, "golden counts"))
    return results
