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
RANKS = ["pass", "thread registry", "central lists", "span records", "page caches", "heap", "search", "worker", "samples", "guarded blocks"]
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
    """Returns the median time that a lock of each rank is held, less the time that other locks are held meanwhile, in ns. The
    checked build is slower than the other."""
    holds = collections.defaultdict(list)
    for events in threads:
        within = []  # for each lock held: the ticks for which others were held meanwhile
        for _, event, _, rank, hold in events:
            if event in (TAKEN, WAITED):
                within.append(0)
            elif event == RELEASED and within:
                holds[rank].append(max(hold - within.pop(), 0))
                if within:
                    within[-1] += hold
    return {rank: statistics.median(values) * nanoseconds_per_tick for rank, values in holds.items()}


class Lock:
    """Who holds a lock, and who waits for it: (since when, processor, the event with which it comes)."""

    def __init__(self):
        self.holder, self.line = None, collections.deque()


class Model:
    """Processors that replay one thread's events each. Time passes for operations, for memory that another processor wrote to,
    and under locks, also while the holder waits for another lock; a lock goes to those who wait in the order in which they
    came."""

    def __init__(self, threads, holds):
        self.threads, self.holds = threads, holds
        self.locks = collections.defaultdict(Lock)
        self.writer = {}  # line → the processor that wrote to it last
        self.waits = collections.Counter()  # rank → ns
        self.lines = collections.Counter()
        self.queue, self.ends, self.alone = [], {}, collections.Counter()

    def run(self):
        """Returns the time of each processor and the time it would have taken alone."""
        for processor, events in enumerate(self.threads):
            if events:
                self.go_on(0, processor, -1)
        while self.queue:
            now, processor, position = heapq.heappop(self.queue)
            _, event, address, rank, _ = self.threads[processor][position]
            if event in (TAKEN, WAITED) and self.locks[address].holder is not None:
                self.locks[address].line.append((now, processor, position))
            elif event in (TAKEN, WAITED):
                self.take(now, processor, position)
            elif event == WRITTEN:
                self.go_on(now + self.written(processor, address), processor, position)
            else:
                self.release(now, processor, address)
                self.go_on(now, processor, position)
        return self.ends, self.alone

    def go_on(self, now, processor, position):
        """Puts a processor's next event in the queue, after what it does before that; or ends it."""
        events = self.threads[processor]
        if position + 1 == len(events):
            self.ends[processor] = now
            for address in [address for address, lock in self.locks.items() if lock.holder == processor]:
                self.release(now, processor, address)  # its trace ends under the lock
            return
        operation, event, address, rank, _ = events[position + 1]
        before = events[position][0] if position >= 0 else 0
        work = (operation - before) * OPERATION
        if event == RELEASED and self.locks[address].holder == processor:
            work += self.holds.get(rank, 0)
        self.alone[processor] += work + (0 if event == RELEASED else HERE)
        heapq.heappush(self.queue, (now + work, processor, position + 1))

    def take(self, now, processor, position):
        address = self.threads[processor][position][2]
        self.locks[address].holder = processor
        self.go_on(now + self.written(processor, address), processor, position)

    def release(self, now, processor, address):
        lock = self.locks[address]
        if lock.holder != processor:
            return  # its trace begins under the lock
        lock.holder = None
        if lock.line:
            since, following, position = lock.line.popleft()
            self.waits[self.threads[following][position][3]] += now - since
            self.take(now, following, position)

    def written(self, processor, address):
        """Returns the time to write to a line, which the processor then has."""
        line = address >> 6
        cost = HERE if self.writer.get(line, processor) == processor else AWAY
        self.writer[line] = processor
        self.lines[processor] += cost
        return cost


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
