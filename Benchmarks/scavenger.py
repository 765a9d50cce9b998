"""Measures the background worker: its share of CPU, its speed, its effect on other threads."""

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

    largest, until_gone, speed = [], [], {}
    for turn in range(rounds):
        for piece in (64, 256, 2048):
            progress(f"backlog in pieces of {piece} KiB: round {turn + 1} of {rounds}")
            row = run([binary, "backlog", TOTAL, piece, 22], library)
            begin, end = busy_part(row, piece)
            first, last = row["samples"][begin], row["samples"][end]
            # A run is shorter than a minute, so no minute has more than the whole of it.
            largest.append(max(sample[1] for sample in row["samples"]) / (60e6 * PROCESSORS))
            if piece == 64:
                until_gone.append((last[0] - first[0]) / 1000)
            bare = run([binary, "bare", TOTAL, piece], None)["millisecondsPerGiB"]
            ours = (last[1] - first[1]) / 1000 / max(first[2] - last[2], 1) * 1024
            speed.setdefault(piece, []).append((ours, bare))
    report("CPU over any minute, the most of all rounds", round(max(largest) * 100, 2), "% of all", "<= 1.05")
    report(f"every second 64 KiB of {TOTAL} MiB freed, until they are gone", round(statistics.median(until_gone), 1), "s", "")
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

    # One thread, so that it need not share its processor with the worker: with two, the longest call is a time slice.
    stalls = []
    for turn in range(rounds):
        progress(f"longest call: round {turn + 1} of {rounds}")
        on = run([binary, "latency", TOTAL, 4, 1], library)["longest"]
        off = run([binary, "latency", TOTAL, 4, 1], library, PAGEHEAP_SCAVENGER="off")["longest"]
        stalls.append((on / 1e6, off / 1e6))
    on, off = (statistics.median(values) for values in zip(*stalls))
    report("longest call while memory returns, median", round(on, 2), "ms", "<= 0.5")
    report("longest call without scavenger, median", round(off, 2), "ms", "")

    for piece in (64, 1024):
        progress(f"follow in pieces of {piece} KiB")
        row = run([binary, "follow", 2048, piece, 60], library)
        seconds = row["samples"][-1][0] / 1000
        cost = statistics.median(b for _, b in speed[64 if piece == 64 else 2048]) / 1000
        # A quarter of one processor at the least, and a tick or two before it begins.
        allowed = 2048 * 0.9 / 1024 * cost * 4 + 0.5
        report(f"drop to a tenth, {piece} KiB: until within 15 %", round(seconds, 1), "s", f"<= {allowed:.1f}")
    return results
