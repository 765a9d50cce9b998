"""Measures how soon memory comes back after a drop, and what that costs.

Each workload announces its phases (Prompt/phases.h), and waits for the word to go on. The harness reads its resident memory
from outside at fixed moments after a phase, less what it was before the heap grew, and samples it every 20 ms. So an
allocator cannot look good by doing nothing: memory that it keeps costs, and CPU time that it takes to give memory back costs.
"""

import bisect
import dataclasses
import os
import random
import resource
import select
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time

import harness
from harness import OURS, REFERENCE

PACKAGES = ["redis-server"]
INTERVAL = 0.02  # s
# One second of CPU time costs as much as this many GiB·s of resident memory.
RATE = 8
PAGE = resource.getpagesize()
MIB = 1 << 20


@dataclasses.dataclass
class Column:
    """An allocator, or one with settings: the library to preload, or None, and environment variables."""

    library: str | None
    variables: dict = dataclasses.field(default_factory=dict)


# What the library of a peer begins with → the ending of the column's name, and settings that make it give memory back sooner.
SETTINGS = {
    "libjemalloc": ("-bg", {"MALLOC_CONF": "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0"}),
    "libtcmalloc": ("-ad", {"TCMALLOC_AGGRESSIVE_DECOMMIT": "1"})}


def columns(found):
    """Returns the allocators, and behind each peer that has settings a second column with them."""
    result = {}
    for name, library in found.items():
        result[name] = Column(library)
        for beginning, (ending, variables) in SETTINGS.items():
            if library and os.path.basename(library).startswith(beginning):
                result[name + ending] = Column(library, variables)
    return result


# ---- A program that runs


class Sampled:
    """A program that announces phases, and whose resident memory is sampled until it ends."""

    def __init__(self, command, library, **variables):
        self.errors = tempfile.TemporaryFile()
        # No buffer: there is never more than one line to read.
        self.process = subprocess.Popen(
            [str(word) for word in command], env=harness.environment(library, **variables), bufsize=0,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors)
        self.base, self.times, self.resident = 0, [], []
        self.statm = open(f"/proc/{self.process.pid}/statm", "rb", buffering=0)
        self.ended = threading.Event()
        self.sampler = threading.Thread(target=self.sample)
        self.sampler.start()

    def sample(self):
        """Reads statm, which costs the program nothing, unlike smaps_rollup, which locks its address space."""
        due = time.monotonic()
        while not self.ended.wait(max(0, due - time.monotonic())):
            try:
                words = os.pread(self.statm.fileno(), 200, 0).split()
            except ProcessLookupError:
                return
            # A program that has ended and waits for its parent has no memory.
            if not words or words[1] == b"0":
                return
            self.resident.append(int(words[1]) * PAGE)
            self.times.append(time.monotonic())
            due = max(due + INTERVAL, time.monotonic())

    def exact(self):
        """Returns the resident bytes as the kernel's walk through the page tables counts them."""
        try:
            with open(f"/proc/{self.process.pid}/smaps_rollup") as lines:
                return next(int(line.split()[1]) for line in lines if line.startswith("Rss:")) * 1024
        except (OSError, StopIteration):
            self.fail("it ended too early")

    def fail(self, reason):
        self.errors.seek(0)
        words = (self.errors.read().decode(errors="replace").strip().splitlines() or [""])[-1]
        raise harness.Failure(f"{reason} {words}".strip())

    def reach(self, phase):
        """Waits until the program announces a phase. Returns its figures in MiB: of live blocks, and of pages that hold any."""
        if not select.select([self.process.stdout], [], [], harness.LIMIT)[0]:
            self.fail(f"took more than {harness.LIMIT} s to reach '{phase}'")
        words = self.process.stdout.readline().decode().split()
        if not words:
            self.finish()
        if words[:1] != [phase]:
            self.fail(f"it did not reach '{phase}'")
        return [float(word) for word in words[1:]]

    def go_on(self):
        self.process.stdin.write(b"\n")

    def stop(self):
        """Lets the program end by itself."""
        self.process.stdin.close()

    def integral(self, start, end):
        """Returns the byte-seconds of resident memory above the base between two times."""
        first, last = bisect.bisect_left(self.times, start), bisect.bisect_right(self.times, end)
        total = 0
        for i in range(first + 1, last):
            both = self.resident[i - 1] + self.resident[i] - 2 * self.base
            total += max(0, both / 2) * (self.times[i] - self.times[i - 1])
        return total

    def finish(self):
        """Waits for the program's end, and returns the CPU seconds of all its threads."""
        deadline = time.monotonic() + harness.LIMIT
        self.stop()
        while True:
            pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline:
                self.fail(f"took more than {harness.LIMIT} s to end")
            time.sleep(0.01)
        code = self.process.returncode = os.waitstatus_to_exitcode(status)
        if code:
            self.fail(f"signal {-code}" if code < 0 else f"exit code {code}")
        return usage.ru_utime + usage.ru_stime

    def close(self):
        if self.process.returncode is None:
            self.process.kill()
            self.process.wait()
        self.ended.set()
        self.sampler.join()
        for file in (self.process.stdin, self.process.stdout, self.errors, self.statm):
            file.close()


class RedisServer(Sampled):
    """A redis server. The harness is its only client, and a phase is what the client has it do."""

    # Sizes of values are from 16 bytes to 8 KiB, and each doubling is as likely as any other.
    VALUES, LEAST, DOUBLINGS = 500_000_000, 16, 9  # bytes
    # So many commands go out before the client reads their replies.
    BATCH = 500
    START = 20  # s

    def __init__(self, path, folder, column):
        # Debian links the server with jemalloc. So glibc has to be preloaded here, too. jemalloc's row is the server as it is
        # installed, which starts jemalloc's background thread by itself.
        as_installed = column.library and os.path.realpath(column.library) in linked(path)
        library = None if as_installed else column.library or "libc.so.6"
        self.address = os.path.join(folder, "redis")
        self.client, self.allocator = None, column.library
        self.numbers, self.kept, self.dropped = random.Random(1), [], []
        words = [path, "--port", 0, "--unixsocket", self.address, "--dir", folder, "--logfile", os.devnull]
        super().__init__([*words, "--save", "", "--appendonly", "no"], library, **column.variables)

    def reach(self, phase):
        {"base": self.connect, "peak": self.fill, "dropped": self.delete, "flushed": self.flush}[phase]()
        return []

    def go_on(self):
        pass

    def connect(self):
        self.client = socket.socket(socket.AF_UNIX)
        self.client.settimeout(harness.LIMIT)
        deadline = time.monotonic() + self.START
        while self.client.connect_ex(self.address):
            if time.monotonic() > deadline or not self.sampler.is_alive():
                self.fail("the server does not start")
            time.sleep(0.02)
        with open(f"/proc/{self.process.pid}/maps") as lines:
            if self.allocator and os.path.realpath(self.allocator) not in {line.split()[-1] for line in lines}:
                self.fail("the server runs without the library")

    def ask(self, commands, replies):
        """Sends some commands at once, and waits for their replies."""
        expected, received = b"".join(replies), b""
        try:
            self.client.sendall(b"".join(commands))
            while len(received) < len(expected):
                part = self.client.recv(len(expected) - len(received))
                if not part:
                    break
                received += part
        except OSError as failure:
            self.fail(f"the server does not answer: {failure}")
        if received != expected:
            self.fail(f"the server answers {received[:80]}")

    def fill(self):
        content = self.numbers.randbytes(self.LEAST << self.DOUBLINGS)
        commands, total = [], 0
        while total < self.VALUES:
            key = b"key:%d" % (len(self.kept) + len(self.dropped))
            (self.kept if self.numbers.random() < 0.1 else self.dropped).append(key)
            value = content[:int(self.LEAST * 2 ** self.numbers.uniform(0, self.DOUBLINGS))]
            commands.append(command(b"SET", key, value))
            total += len(value)
            if len(commands) == self.BATCH or total >= self.VALUES:
                self.ask(commands, [b"+OK\r\n"] * len(commands))
                commands = []

    def delete(self):
        self.numbers.shuffle(self.dropped)
        for i in range(0, len(self.dropped), self.BATCH):
            keys = self.dropped[i:i + self.BATCH]
            self.ask([command(b"DEL", *keys)], [b":%d\r\n" % len(keys)])

    def flush(self):
        self.ask([command(b"FLUSHALL")], [b"+OK\r\n"])

    def stop(self):
        self.client.sendall(command(b"SHUTDOWN", b"NOSAVE"))

    def close(self):
        if self.client:
            self.client.close()
        super().close()


def command(*words):
    """Returns a command as redis's protocol has it."""
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def linked(path):
    """Returns the libraries that a program loads by itself."""
    done = subprocess.run(["ldd", path], capture_output=True, text=True)
    return {os.path.realpath(line.split()[2]) for line in done.stdout.splitlines() if "=> /" in line}


# ---- Workloads. Each function prepares one in a folder, and returns what starts it with a column's allocator; or returns why
# it cannot.


def of_c(source, *words):
    def prepare(folder):
        program = os.path.join(folder, source)
        if not os.path.exists(program):
            harness.compiled(f"Benchmarks/Prompt/{source}.c", folder)
        return lambda column: Sampled([program, *words], column.library, **column.variables)

    return prepare


def of_3_gib(folder):
    needed = 6 << 20  # KiB
    with open("/proc/meminfo") as lines:
        available = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    return of_c("large", 3072)(folder) if available >= needed else "less than 6 GiB of memory are free"


def of_swift(folder):
    compiler = shutil.which("swiftc")
    if not compiler:
        return "no swiftc here"
    program = os.path.join(folder, "burst")
    source = os.path.join(harness.ROOT, "Benchmarks/Prompt/burst.swift")
    subprocess.run([compiler, "-O", "-o", program, source], check=True)
    return lambda column: Sampled([program], column.library, SWIFT_DETERMINISTIC_HASHING="1", **column.variables)


def of_redis(folder):
    path = shutil.which("redis-server")
    if not path:
        return "no redis-server here (--install-peers installs it)"
    return lambda column: RedisServer(path, folder, column)


@dataclasses.dataclass
class Workload:
    """What prepares a workload, and its phases, each with the seconds after it at which memory is read."""

    prepare: object
    phases: dict = dataclasses.field(default_factory=dict)

    def moments(self):
        """Yields the key and the heading of each figure of memory."""
        for phase, moments in self.phases.items():
            for i, moment in enumerate(moments):
                heading = f"{moment:g} s" if i else f"{phase} {moment:g} s" if moment else phase
                yield key(phase, moment), heading


def key(phase, moment):
    return f"{phase}{moment:g}sMiB" if moment else f"{phase}MiB"


NOW = (0,)
# From the first phase on; before all of them there is `base`.
WORKLOADS = {
    "drop": Workload(of_c("drop", "drop"), {"peak": NOW, "dropped": (1, 2, 5, 15)}),
    "drop-busy": Workload(of_c("drop", "busy"), {"peak": NOW, "dropped": (1, 2, 5, 15)}),
    "again": Workload(of_c("drop", "again"), {"peak": NOW, "dropped": (15,), "again": NOW, "freed": (1, 3, 10)}),
    "redis": Workload(of_redis, {"peak": NOW, "dropped": (1, 15), "flushed": (1, 5)}),
    "swift": Workload(of_swift, {"peak": NOW, "dropped": (2, 5), "freed": (1,)}),
    "small": Workload(of_c("drop", "small"), {"peak": NOW, "dropped": (1, 5), "freed": (1,)}),
    "block200": Workload(of_c("large", 200), {"peak": NOW, "freed": (0.3, 1)}),
    "block3g": Workload(of_3_gib, {"peak": NOW, "freed": (1.5, 5)}),
    # The longer the pause, the fewer the rounds. The cost has to be compared within a row only.
    **{f"loop{pause}": Workload(of_c("large", 200, rounds, pause))
       for pause, rounds in [(0, 50), (50, 40), (500, 12), (3000, 4)]},
    "sine": Workload(of_c("sine"), {"begun": (), "ended": ()})}


# ---- Measuring


def run(workload, program):
    """Takes a program through its phases. Returns all figures of this run."""
    row, reached = {}, {}
    try:
        for phase, moments in {"base": (), **workload.phases}.items():
            live = program.reach(phase)
            reached[phase] = time.monotonic()
            if phase == "base":
                program.base = program.exact()
            else:
                row.update((f"{phase}{kind}MiB", size) for kind, size in zip(("Live", "Pages"), live))
            for moment in moments:
                time.sleep(max(0, reached[phase] + moment - time.monotonic()))
                row[key(phase, moment)] = max(0, program.exact() - program.base) / MIB
            program.go_on()
        cpu = program.finish()
    except ConnectionError:
        program.fail("it ended too early")
    finally:
        program.close()
    if "begun" in reached:
        mean = program.integral(reached["begun"], reached["ended"]) / (reached["ended"] - reached["begun"])
        row["residentToLive"] = mean / MIB / row["endedLiveMiB"]
    held = program.integral(reached["base"], time.monotonic()) / (1 << 30)
    return {**row, "cpuSeconds": cpu, "gibSeconds": held, "cost": cpu + held / RATE}


def rows_of(name, runs):
    reference = [each["cost"] for each in runs.get(REFERENCE, [])]
    for allocator, each in runs.items():
        row = {"workload": name, "allocator": allocator}
        for figure in each[0]:
            row[figure] = round(statistics.median(one[figure] for one in each), 4)
            if not figure.endswith("LiveMiB"):
                row[f"{figure}Spread"] = harness.spread([one[figure] for one in each])
        row["costToGlibc"] = harness.ratio([one["cost"] for one in each], reference)
        yield row


def show(name, workload, rows):
    live = [(each[:-len("LiveMiB")], rows[0][each]) for each in rows[0] if each.endswith("LiveMiB") and rows[0][each]]
    print(f"\n{name}" + (": live MiB: " + ", ".join(f"{phase} {size:.1f}" for phase, size in live) if live else ""))
    headings = {each: "pages" for each in rows[0] if each.endswith("PagesMiB")}
    headings.update(workload.moments())
    if "residentToLive" in rows[0]:
        headings["residentToLive"] = "to live"
    last = f"{'CPU s':>9}{'GiB·s':>9}{'cost':>9}{'spread':>9}{'to glibc':>10}"
    print(f"{'':24}" + "".join(f"{heading:>13}" for heading in headings.values()) + last)
    for row in rows:
        figures = "".join(f"{row[each]:13.{1 if each.endswith('MiB') else 2}f}" for each in headings)
        print(
            f"  {row['allocator']:22}{figures}{row['cpuSeconds']:9.3f}{row['gibSeconds']:9.3f}{row['cost']:9.3f}"
            f"{row['costSpread'] * 100:7.0f} %{harness.text_of(row['costToGlibc'], '.2f'):>10}", flush=True)


def summary(results, found):
    workloads = list(dict.fromkeys(row["workload"] for row in results))
    print(f"\ncost = CPU s + GiB·s / {RATE}: geometric mean of {len(workloads)} workloads, and of the ratios to glibc")
    for name in found:
        rows = [row for row in results if row["allocator"] == name]
        means = [harness.geometric_mean(row[each] for row in rows if row[each]) for each in ("cost", "costToGlibc")]
        left_out = f"   ({len(rows)} of them)" if len(rows) < len(workloads) else ""
        print(f"  {name:22}{harness.text_of(means[0], '.3f'):>9}{harness.text_of(means[1], '.3f'):>9}{left_out}")
    ours = {workload: ratio for workload, ratio, _ in harness.to_best(results, "cost", "workload")}
    print(f"\n{'the best of each workload':34}{'cost':>9}" + (f"{OURS + ' to the best other':>28}" if ours else ""))
    for workload in workloads:
        best = min((row for row in results if row["workload"] == workload), key=lambda row: row["cost"])
        ratio = f"{ours[workload]:28.2f}" if workload in ours else ""
        print(f"  {workload:10}{best['allocator']:22}{best['cost']:9.3f}{ratio}")
    if ours:
        print(f"  {'geometric mean':41}{harness.geometric_mean(ours.values()):28.2f}")
    if len(ours) > 1:
        # A single workload can make the mean look better than most workloads are.
        flattering = min(ours, key=ours.get)
        mean = harness.geometric_mean(ratio for workload, ratio in ours.items() if workload != flattering)
        print(f"  {'without ' + flattering + ', which flatters most':41}{mean:28.2f}")


def machine():
    """Describes what the figures depend on: the processor, the kernel, and its mode of transparent huge pages."""
    with open("/proc/cpuinfo") as lines:
        models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    try:
        with open("/sys/kernel/mm/transparent_hugepage/enabled") as file:
            huge = file.read().split("[")[1].split("]")[0]
    except (OSError, IndexError):
        huge = "none"
    processor = models[0] if models else "unknown processor"
    cores = len(os.sched_getaffinity(0))
    return f"{processor}, {cores} cores, Linux {os.uname().release}, transparent huge pages: {huge}"


def prompt(folder, options):
    found = columns(harness.allocators(folder, options))
    print(f"{machine()}\nMiB of resident memory above what it was before the heap grew, medians of {options.rounds} rounds")
    results = []
    for name in options.only or WORKLOADS:
        workload = WORKLOADS[name]
        start = workload.prepare(folder)
        if isinstance(start, str):
            harness.warn(f"{name} skipped: {start}")
            continue
        runs = harness.interleaved(found, options.rounds, name, lambda column: run(workload, start(column)))
        rows = list(rows_of(name, runs))
        if rows:
            show(name, workload, rows)
        results += rows
    if results:
        summary(results, found)
    return results
