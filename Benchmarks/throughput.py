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
    **{f"large {name}": ("large", name) for name in ["untouched", "touched", "grown"]},
    # Programs in small, and the patterns of well-known benchmarks of allocators.
    **{name: (name,) for name in ["bignums", "cover", "bodies"]},
    "tree": ("trees", "tree"), "binary trees": ("trees", "binary"),
    **{name: ("text", name) for name in ["strings", "document"]}, "simple": ("patterns", "simple"),
    **{f"{name} {count}": ("patterns", name, count) for name, counts in
       [("varied", [1, 8, 32]), ("slots", [1, 4]), ("batches", [1, 8])] for count in counts},
    **{f"{name} {count}": ("remote", name, count) for name, count in [("remote", 2), ("remote", 8), ("leaky", 4)]}}
# The goal for threads that come and go, per second.
EXITS_TO_REACH = 10000
# Above this ratio to the best other allocator, a workload is listed.
NOTED = 1.05


def rows_of(workload, results):
    reference = [each["cpuNs"] for each in results.get(REFERENCE, [])]
    for name, runs in results.items():
        times = [each["cpuNs"] for each in runs]
        yield {
            "workload": workload, "allocator": name, "cpuNsMin": min(times), "cpuNsMedian": statistics.median(times),
            "ratioToGlibc": harness.ratio(times, reference), "spread": harness.spread(times),
            "wallNsMedian": statistics.median(each["ns"] for each in runs),
            "peakKiB": statistics.median(each["peakKiB"] for each in runs),
            "endKiB": statistics.median(each["endKiB"] for each in runs), "processor": harness.processor()}


def show(row):
    print(
        f"{row['workload']:17}{row['allocator']:12}{row['cpuNsMin']:12.1f}{row['cpuNsMedian']:12.1f}"
        f"{harness.text_of(row['ratioToGlibc'], '.2f'):>10}{row['spread'] * 100:7.0f} %{row['wallNsMedian']:12.1f}"
        f"{row['peakKiB'] / 1024:10.1f}{row['endKiB'] / 1024:9.1f}", flush=True)


def summary(results, found):
    workloads = {row["workload"] for row in results}
    print(f"\nCPU, geometric mean of {len(workloads)} workloads; the best other is another one for each workload")
    print(f"  {'':12}{'to glibc':>10}{'to the best other':>20}")
    for name in found:
        ratios = [row["ratioToGlibc"] for row in results if row["allocator"] == name and row["ratioToGlibc"]]
        others = [ratio for _, ratio, _ in harness.to_best(results, "cpuNsMedian", "workload", name)]
        count = sum(row["allocator"] == name for row in results)
        left_out = f"   ({count} of them)" if count < len(workloads) else ""
        means = [harness.text_of(harness.geometric_mean(each), ".3f") for each in (ratios, others)]
        print(f"  {name:12}{means[0]:>10}{means[1]:>20}{left_out}")
    best = list(harness.to_best(results, "cpuNsMedian", "workload"))
    if best:
        print(f"\n{OURS}'s CPU over the best other's of each workload")
        for workload, ratio, name in sorted(best, key=lambda each: -each[1]):
            print(f"  {workload:17}{ratio:7.2f}   {name}")
        print(f"  {'geometric mean':17}{harness.geometric_mean(each[1] for each in best):7.2f}")
        above = [f"{workload} ({ratio:.2f}, {name})" for workload, ratio, name in best if ratio > NOTED]
        print(f"  above {NOTED}: {', '.join(above) or 'none'}")
    for row in results:
        if row["workload"] == "exits":
            reached = 1e9 / row["wallNsMedian"]
            word = "reached" if reached >= EXITS_TO_REACH else "not reached"
            print(f"exits: {row['allocator']}: {reached:,.0f} threads per second; {EXITS_TO_REACH:,} {word}")


def throughput(folder, options):
    print(f"{harness.processor()}; {harness.processors()} processors")
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
