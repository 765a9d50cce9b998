"""Measures resident memory after a drop."""

import os
import sys

import harness


def returned(folder, options):
    found = harness.allocators(folder, options)
    parked = harness.compiled("Benchmarks/Return/parked.c", folder)
    workloads = {
        "parked": [parked], "parked, 1/20 kept": [parked, "keep"],
        "python list": [sys.executable, os.path.join(harness.ROOT, "Benchmarks/Return/list.py")]}
    results = []
    print(f"{'workload':20}{'allocator':12}{'before':>8}{'peak':>8}{'0 s':>8}{'5 s':>8}{'10 s':>8}{'CPU s':>9}   (MiB)")
    for workload, command in workloads.items():
        runs = harness.interleaved(
            found, 1, workload, lambda library: harness.figures(command, library, PYTHONMALLOC="malloc"))
        for name, (row,) in runs.items():
            results.append({"workload": workload, "allocator": name, **row})
            after = [f"{row['after'][second] / 1024:8.1f}" for second in (0, 5, 10)]
            before = f"{row['before'] / 1024:.1f}" if "before" in row else ""
            cpu = f"{row['cpu']:.3f}" if "cpu" in row else ""
            print(f"{workload:20}{name:12}{before:>8}{row['peak'] / 1024:8.1f}{''.join(after)}{cpu:>9}", flush=True)
    return results
