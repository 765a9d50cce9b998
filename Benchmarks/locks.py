"""Counts the locks that threads take, and models 64 processors: replays what the malloc's checked build did to memory that
threads share, and reports where they would queue."""

import collections
import heapq
import os
import statistics
import struct
import subprocess

import harness

PATTERNS = ["own", "middle", "large", "growing", "waves", "exchange", "handover"]
THREADS = [1, 2, 8, 64, 512]
RANKS = ["pass", "thread registry", "central lists", "span records", "page caches", "heap", "search", "worker"]
PROCESSORS = 64
# What the model assumes, in ns: a malloc or free that takes no lock; and a cache line that another processor has written to
# since, against one that is here.
OPERATION, AWAY, HERE = 7, 100, 5
EVENT = struct.Struct("<QIHBB")
TAKEN, WAITED, RELEASED, WRITTEN = range(4)


def observed(program, pattern, threads, shards, folder):
    """Runs a pattern on the checked library. Returns the totals, and the file with the events."""
    file = os.path.join(folder, "events")
    # The worker would take locks of its own, at times that depend on the clock.
    totals = harness.figures(
        [program, pattern, threads, shards, file], harness.built("libpageheapmalloc-checked.so"), PAGEHEAP_SCAVENGER="off")
    return totals, file


def events_of(file):
    """Returns the events of each thread: (operations before it, what, address, rank, ticks that a lock was held)."""
    threads = []
    with open(file, "rb") as data:
        while head := data.read(8):
            count, _ = struct.unpack("<II", head)
            raw = data.read(count * EVENT.size)
            threads.append([(operation, event, address, rank, hold)
                            for address, operation, hold, rank, event in EVENT.iter_unpack(raw)])
    return threads


def holds_of(threads, nanoseconds_per_tick):
    """Returns the median time that a lock of each rank is held, in ns. The checked build is slower than the other."""
    holds = collections.defaultdict(list)
    for events in threads:
        for _, event, _, rank, hold in events:
            if event == RELEASED:
                holds[rank].append(hold)
    return {rank: statistics.median(values) * nanoseconds_per_tick for rank, values in holds.items()}


class Model:
    """Processors that replay one thread's events each. Time passes for operations, for memory that another processor wrote to,
    and for locks that others hold; a lock that is waited for goes to those who wait in the order in which they came."""

    def __init__(self, threads, holds):
        self.threads, self.holds = threads, holds
        self.free_at = {}  # lock → when its last holder in line will have released it
        self.writer = {}  # line → the processor that wrote to it last
        self.waits = collections.Counter()  # rank → ns
        self.lines = collections.Counter()

    def transfer(self, processor, address):
        line = address >> 6
        cost = HERE if self.writer.get(line, processor) == processor else AWAY
        self.writer[line] = processor
        return cost

    def run(self):
        """Returns the time of each processor and the time it would have taken alone."""
        queue = [(events[0][0] * OPERATION, processor, 0) for processor, events in enumerate(self.threads) if events]
        heapq.heapify(queue)
        ends, alone = {}, {}
        while queue:
            now, processor, position = heapq.heappop(queue)
            events = self.threads[processor]
            operation, event, address, rank, _ = events[position]
            if event == WRITTEN:
                cost = self.transfer(processor, address)
                self.lines[processor] += cost
                now += cost
            elif event in (TAKEN, WAITED):
                start = max(now, self.free_at.get(address, 0))
                self.waits[rank] += start - now
                cost = self.transfer(processor, address)
                self.lines[processor] += cost
                now = start + cost
                self.free_at[address] = now + self.holds[rank]
            elif event == RELEASED:
                now = max(now, self.free_at.get(address, 0) if self.writer.get(address >> 6) == processor else now)
            if position + 1 < len(events):
                following = events[position + 1][0]
                heapq.heappush(queue, (now + (following - operation) * OPERATION, processor, position + 1))
            else:
                ends[processor] = now
                alone[processor] = operation * OPERATION + sum(
                    HERE if each[1] == WRITTEN else HERE + self.holds[each[3]] if each[1] in (TAKEN, WAITED) else 0
                    for each in events)
        return ends, alone


def modelled(file, totals):
    threads = events_of(file)
    model = Model(threads, holds_of(threads, totals["nanosecondsPerTick"]))
    ends, alone = model.run()
    if not ends:
        return {"efficiency": 1, "queues": {}}
    total = sum(ends.values())
    return {
        "efficiency": sum(alone.values()) / total,
        "queues": {RANKS[rank]: wait / total for rank, wait in model.waits.items() if wait / total >= 0.005},
        "lines": sum(model.lines.values()) / total}


def counts_of(totals):
    per_million = 1e6 / totals["operations"]
    return {
        RANKS[rank]: {
            "taken": (taken + waited) * per_million, "waited": waited * per_million, "written": written * per_million}
        for rank, (taken, waited, _, written) in enumerate(totals["ranks"]) if taken + waited + written}


def locks(folder, options):
    program = os.path.join(folder, "processors")
    subprocess.run(
        ["cc", "-O2", "-rdynamic", "-o", program, os.path.join(harness.ROOT, "Benchmarks/Locks/processors.c"),
         "-I", os.path.join(harness.ROOT, "Sources/CPageHeap/include"), "-pthread"], check=True)
    results = []
    print(f"locks taken per 1,000,000 operations, and how many of them had to be waited for, on this machine's "
          f"{os.cpu_count()} processors")
    print(f"{'pattern':10}{'threads':>8}{'shards':>8}" + "".join(f"{name:>20}" for name in RANKS[2:6]))
    for pattern in options.only or PATTERNS:
        for threads in THREADS:
            for shards in (1, PROCESSORS):
                if threads == 1 and (shards > 1 or pattern == "handover"):
                    continue
                harness.progress(f"{pattern}, {threads} threads, {shards} shards")
                totals, file = observed(program, pattern, threads, shards, folder)
                row = {"pattern": pattern, "threads": threads, "shards": shards, "locks": counts_of(totals)}
                if threads == PROCESSORS:
                    row["model"] = modelled(file, totals)
                results.append(row)
                harness.progress("")
                cells = (row["locks"].get(name, {"taken": 0, "waited": 0}) for name in RANKS[2:6])
                print(f"{pattern:10}{threads:8}{shards:8}"
                      + "".join(f"{each['taken']:13,.0f} {each['waited']:6,.0f}" for each in cells), flush=True)
    print(f"\nmodel of {PROCESSORS} processors: the share of their time for which they work as each would alone, and the time "
          "for which they wait for locks")
    for row in results:
        if model := row.get("model"):
            queues = ", ".join(f"{name} {share:.0%}" for name, share in
                               sorted(model["queues"].items(), key=lambda each: -each[1])) or "none of note"
            print(f"{row['pattern']:10}{row['shards']:3} {'shards' if row['shards'] > 1 else 'shard ':7}"
                  f"{model['efficiency']:6.0%}   waits: {queues}", flush=True)
    return results
