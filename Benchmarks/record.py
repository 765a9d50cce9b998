"""Measures what `pageheap record` costs real programs: CPU time with and without, and the bytes that an event takes."""

import json
import os
import resource
import statistics
import subprocess
import time

import harness
from programs import PROGRAMS, programs_that_are_here
from servers import PlainRedis, Redis

# Pipelined requests leave redis little to do but to allocate; without pipelining, it mostly reads and writes sockets.
KNOWN = {**PROGRAMS, "redis pipelined": (Redis.NEEDS, Redis), "redis": (PlainRedis.NEEDS, PlainRedis)}
WORKLOADS = ["g++", "python3", "redis pipelined", "redis"]
PACKAGES = ["g++", "redis-server", "redis-tools"]
WAYS = ["plain", "recorded"]


def cpu_of_children():
    use = resource.getrusage(resource.RUSAGE_CHILDREN)
    return use.ru_utime + use.ru_stime


def measured(program, words):
    """Runs a program to its end, and returns the CPU time of it and all its descendants, and its wall-clock time. If it is a
    server, it gets its load meanwhile; the load's client does not count."""
    command = words + getattr(program, "command", program)
    # Debian links redis with jemalloc; all run on the same malloc.
    environment = {**harness.environment("libc.so.6"), "PYTHONMALLOC": "malloc"}
    before, start = cpu_of_children(), time.perf_counter()
    clients = 0.0
    with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        if hasattr(program, "drive"):
            clients = loaded(program, process)
        if process.wait() != 0:
            raise harness.Failure(f"exit code {process.returncode}")
    return {"cpu": cpu_of_children() - before - clients, "time": time.perf_counter() - start}


def loaded(server, process):
    """Waits for a server, gives it its load, and ends it. Returns the CPU time of the clients."""
    while (started := server.started()) is None:
        if process.poll() is not None:
            raise harness.Failure("the server ended")
        time.sleep(0.02)
    before = cpu_of_children()
    try:
        if not server.loaded():
            raise harness.Failure("the load failed")
        return cpu_of_children() - before
    finally:
        server.finish(started, server.ending)


def contents(trace):
    """Returns how many events a trace has, and how many bytes each takes."""
    done = subprocess.run([harness.built("pageheap"), "trace", "--json", trace], capture_output=True, text=True)
    if done.returncode:
        raise harness.Failure(f"the trace: {done.stderr.strip()}")
    summary = json.loads(done.stdout)
    return summary["events"], summary["fileBytes"] / max(summary["events"], 1)


def row_of(name, program, folder, rounds):
    trace = os.path.join(folder, "program.trace")
    record = [harness.built("pageheap"), "record", "--quiet", "-o", trace, "--"]
    results = harness.interleaved(
        {"plain": [], "recorded": record}, rounds, name, lambda words: measured(program, list(words)))
    if any(way not in results for way in WAYS):
        return None
    events, bytes_of_event = contents(trace)
    row = {"workload": name, "events": events, "bytesPerEvent": round(bytes_of_event, 2)}
    for figure in ("cpu", "time"):
        values = {way: [run[figure] for run in results[way]] for way in WAYS}
        row[figure] = round(statistics.median(values["plain"]), 4)
        row[f"{figure}Recorded"] = round(statistics.median(values["recorded"]), 4)
        row[f"{figure}Ratio"] = harness.ratio(values["recorded"], values["plain"])
        row[f"{figure}Spread"] = harness.spread(values["plain"])
    return row


def record(folder, options):
    harness.built("libpageheaprecord.so")
    results = []
    print(f"{'':16}{'CPU s':>8}{'recorded':>10}{'ratio':>7}{'time ratio':>12}{'spread':>8}{'events':>12}{'bytes each':>12}")
    for name, program in programs_that_are_here(options.only or WORKLOADS, folder, KNOWN):
        row = row_of(name, program, folder, options.rounds)
        if row is None:
            continue
        results.append(row)
        print(
            f"{name:16}{row['cpu']:8.3f}{row['cpuRecorded']:10.3f}{row['cpuRatio']:7.2f}{row['timeRatio']:12.2f}"
            f"{row['cpuSpread'] * 100:6.0f} %{row['events']:12,}{row['bytesPerEvent']:12.2f}", flush=True)
    return results
