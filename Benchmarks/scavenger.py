"""Measures the background worker: its share of CPU, its speed, its effect on other threads, and loads that swing."""

import os
import statistics

import harness
from harness import progress

SOURCE = "Benchmarks/Scavenger/scavenger.c"
PROCESSORS = len(os.sched_getaffinity(0))
TOTAL = 4096  # MiB


def program(folder):
    return harness.compiled(SOURCE, folder), harness.library()


def run(command, library, **environment):
    return harness.figures(command, library, **environment)


def shares(samples, seconds, until):
    """Returns the worker's shares of the machine over all stretches of `seconds` seconds before the sample `until`."""
    found = []
    for first, (start, used, _) in enumerate(samples[:until]):
        last = next((sample for sample in samples[first:until] if sample[0] >= start + seconds * 1000), None)
        if last is None:
            break
        found.append((last[1] - used) / ((last[0] - start) * 1000 * PROCESSORS))
    return found


def busy_part(row, piece):
    """Returns the indices of the first and the last sample with a backlog."""
    samples, floor = row["samples"], row["kept"] * 1.12
    begin = next((i for i, sample in enumerate(samples) if sample[1] > 3000), 0)
    end = next((i for i, sample in enumerate(samples) if sample[2] < floor), len(samples) - 1)
    return begin, end


def scavenger(folder, options):
    """Prints one line per promise: the measured value and its bound."""
    binary, library = program(folder)
    results, rounds = [], options.rounds

    def report(what, value, unit, bound):
        progress("")
        print(f"\r{what:52}{value:>10} {unit:12}{bound}", flush=True)
        results.append({"what": what, "value": value, "unit": unit, "bound": bound})

    largest, while_busy, speed = [], [], {}
    for turn in range(rounds):
        for piece in (64, 256, 2048):
            progress(f"backlog in pieces of {piece} KiB: round {turn + 1} of {rounds}")
            row = run([binary, "backlog", TOTAL, piece, 22], library)
            begin, end = busy_part(row, piece)
            first, last = row["samples"][begin], row["samples"][end]
            largest.append(max(shares(row["samples"], 10, len(row["samples"])), default=0))
            if piece == 64:
                while_busy.append(statistics.median(shares(row["samples"], 5, end) or [0]))
            bare = run([binary, "bare", TOTAL, piece], None)["millisecondsPerGiB"]
            ours = (last[1] - first[1]) / 1000 / max(first[2] - last[2], 1) * 1024
            speed.setdefault(piece, []).append((ours, bare))
    report("CPU over any 10 s, the most of all rounds", round(max(largest) * 100, 2), "% of all", "<= 1.2")
    report("CPU while there is a backlog, median", round(statistics.median(while_busy) * 100, 2), "% of all", ">= 0.8")
    for piece, pairs in speed.items():
        ours, bare = (statistics.median(values) for values in zip(*pairs))
        report(f"return of {piece} KiB pieces, the worker", round(ours, 1), "ms CPU/GiB", "")
        report(f"return of {piece} KiB pieces, bare madvise", round(bare, 1), "ms CPU/GiB", "")
        ratio = statistics.median(b / o for o, b in pairs if o > 0)
        report(f"return of {piece} KiB pieces, speed to bare", round(ratio, 2), "", ">= 0.8")

    progress("idle")
    row = run([binary, "idle"], library)
    report("wake-ups in 10 s with nothing to give", row["wakeUps"], "", "0")
    report("CPU in 10 s with nothing to give", row["nanoseconds"], "ns", "0")

    ratios, tails = [], []
    for turn in range(rounds):
        progress(f"latency: round {turn + 1} of {rounds}")
        on = run([binary, "latency", TOTAL, 8], library)
        off = run([binary, "latency", TOTAL, 8], library, PAGEHEAP_SCAVENGER="off")
        ratios.append(on["p999"] / off["p999"])
        tails.append((on["p999"], off["p999"], on["returned"]))
    report("p99.9 of allocation while memory returns", statistics.median(t[0] for t in tails), "ns", "")
    report("p99.9 of allocation without scavenger", statistics.median(t[1] for t in tails), "ns", "")
    report("their ratio, median", round(statistics.median(ratios), 2), "", "<= 1.5")

    for piece in (64, 1024):
        progress(f"follow in pieces of {piece} KiB")
        row = run([binary, "follow", 2048, piece, 60], library)
        seconds = row["samples"][-1][0] / 1000
        cost = statistics.median(b for _, b in speed[64 if piece == 64 else 2048]) / 1000
        allowed = 2048 * 0.9 / 1024 * cost / (0.01 * PROCESSORS) + 2
        report(f"drop to a tenth, {piece} KiB: until within 15 %", round(seconds, 1), "s", f"<= {allowed:.1f}")
    return results


def waves(folder, _):
    """Measures, per period, how much memory is used again within 10 s of its release, and the fall after the load's end. (With
    a fixed decay of 1 s, the whole swing would be used again in each period of 10 s.)"""
    binary, library = program(folder)
    results = []
    print(f"{'load':14}{'used again within 10 s, per period, MiB':>40}{'faulted in, MiB':>30}{'end: to 12 %':>14}")
    for shape, period, periods in (("square", 10, 6), ("sine", 10, 6), ("square", 60, 4), ("sine", 60, 4)):
        progress(f"{shape} of {period} s, {periods} periods")
        row = run([binary, "wave", shape, period, 1024, periods], library, PAGEHEAP_STATISTICS_DIRECTORY=folder)
        progress("")
        regretted = [b - a for a, b in zip([0] + row["regretted"], row["regretted"])]
        seconds = row["samples"][-1][0] / 1000
        print(f"\r{shape + ' ' + str(period) + ' s':14}{str(regretted):>40}{str(row['faulted']):>30}{seconds:12.1f} s", flush=True)
        results.append({"load": f"{shape} {period} s", "regrettedMiB": regretted, "faultedMiB": row["faulted"], "end": seconds})
    return results
