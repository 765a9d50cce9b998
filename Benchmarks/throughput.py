"""Measures the time of fixed work under each allocator of the machine."""

import statistics

import harness
from harness import OURS, REFERENCE

# Name → source, arguments.
WORKLOADS = {
    **{name: ("pairs", name) for name in
       ["pair", "pair1000", "lifo", "lifo1k", "fifo", "fifo1k", "random", "random1k", "skewed", "mixed", "middle", "zeroed",
        "handover", "exchange", "growing"]},
    **{f"threads {count}": ("threads", count) for count in [1, 2, 8, 64, 512]},
    "exits": ("exits",),
    **{f"{name} {count}": (name, count) for name, count in
       [("larson", 2), ("larson", 16), ("xmalloc", 1), ("xmalloc", 4), ("stress", 2), ("stress", 8)]},
    **{f"{name} {count}": ("sharing", name, count) for name in ["thrash", "scratch"] for count in [1, 2]},
    **{f"large {name}": ("large", name) for name in ["untouched", "touched", "grown"]}}
# The goal for threads that come and go, per second.
EXITS_TO_REACH = 10000


def rows_of(workload, results):
    reference = [each["cpuNs"] for each in results.get(REFERENCE, [])]
    for name, runs in results.items():
        times = [each["cpuNs"] for each in runs]
        yield {
            "workload": workload, "allocator": name, "cpuNsMin": min(times), "cpuNsMedian": statistics.median(times),
            "ratioToGlibc": harness.ratio(times, reference), "spread": harness.spread(times),
            "wallNsMedian": statistics.median(each["ns"] for each in runs),
            "peakKiB": statistics.median(each["peakKiB"] for each in runs),
            "endKiB": statistics.median(each["endKiB"] for each in runs)}


def show(row):
    print(
        f"{row['workload']:17}{row['allocator']:12}{row['cpuNsMin']:12.1f}{row['cpuNsMedian']:12.1f}"
        f"{harness.text_of(row['ratioToGlibc'], '.2f'):>10}{row['spread'] * 100:7.0f} %{row['wallNsMedian']:12.1f}"
        f"{row['peakKiB'] / 1024:10.1f}{row['endKiB'] / 1024:9.1f}", flush=True)


def summary(results, found):
    workloads = {row["workload"] for row in results}
    print(f"\nCPU over glibc's, geometric mean of {len(workloads)} workloads")
    for name in found:
        ratios = [row["ratioToGlibc"] for row in results if row["allocator"] == name and row["ratioToGlibc"]]
        left_out = f"   ({len(ratios)} of them)" if len(ratios) < len(workloads) else ""
        print(f"  {name:12}{harness.text_of(harness.geometric_mean(ratios), '.3f'):>7}{left_out}")
    best = list(harness.to_best(results, "cpuNsMedian", "workload"))
    if best:
        print(f"\n{OURS}'s CPU over the best other's of each workload")
        for workload, ratio, name in sorted(best, key=lambda each: -each[1]):
            print(f"  {workload:17}{ratio:7.2f}   {name}")
        print(f"  {'geometric mean':17}{harness.geometric_mean(each[1] for each in best):7.2f}")
    for row in results:
        if row["workload"] == "exits":
            reached = 1e9 / row["wallNsMedian"]
            word = "reached" if reached >= EXITS_TO_REACH else "not reached"
            print(f"exits: {row['allocator']}: {reached:,.0f} threads per second; {EXITS_TO_REACH:,} {word}")


def throughput(folder, options):
    found = harness.allocators(folder, options)
    sources = {WORKLOADS[workload][0] for workload in options.only or WORKLOADS}
    programs = {name: harness.compiled(f"Benchmarks/Throughput/{name}.c", folder) for name in sources}
    results = []
    print(
        f"{'workload':17}{'allocator':12}{'CPU ns min':>12}{'median':>12}{'to glibc':>10}{'spread':>9}{'wall ns':>12}"
        f"{'peak MiB':>10}{'end MiB':>9}")
    for workload in options.only or WORKLOADS:
        source, *words = WORKLOADS[workload]
        runs = harness.interleaved(
            found, options.rounds, workload, lambda library: harness.figures([programs[source], *words], library))
        rows = list(rows_of(workload, runs))
        for row in rows:
            show(row)
        results += rows
    summary(results, found)
    return results
