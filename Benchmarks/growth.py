"""Measures a heap of 1 GiB that grows, drops 90 % and grows again, and what a program pays that allocates next to nothing."""

import os
import shutil
import statistics
import subprocess
import time

import harness

START_RUNS = 200
FORK_RUNS = 15
# How long a sleeping program takes to settle.
SETTLED = 0.2  # s


def resident_kib(library):
    """Returns the resident memory of a program that only sleeps, after it has settled."""
    program = subprocess.Popen([shutil.which("sleep"), "60"], env=harness.environment(library))
    try:
        time.sleep(SETTLED)
        with open(f"/proc/{program.pid}/smaps_rollup") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("Rss:"))
    except (OSError, StopIteration):
        raise harness.Failure("it ended at once")
    finally:
        program.kill()
        program.wait()


def start_milliseconds(library):
    """Returns the time from the start of `true` to its end."""
    variables, path = harness.environment(library), shutil.which("true")
    start = time.perf_counter()
    status = os.waitpid(os.posix_spawn(path, ["true"], variables), 0)[1]
    duration = time.perf_counter() - start
    if status:
        raise harness.Failure(f"true ends with {os.waitstatus_to_exitcode(status)}")
    return duration * 1000


def median_of(runs, key):
    return statistics.median(each[key] for each in runs)


def heap(folder, options, found):
    program = harness.compiled("Benchmarks/Growth/growth.c", folder)
    runs = harness.interleaved(
        found, options.rounds, "growth", lambda library: harness.figures([program, options.idle], library))
    print(
        f"{'1 GiB, medians':16}{'grow':>8}{'drop':>8}{'idle':>8}{'again':>8}{'malloc p50':>12}{'p99.9':>8}{'longest':>10}"
        f"{'free longest':>14}{'peak':>8}{'dropped':>9}")
    print(f"{'':16}{'CPU s':>8}{'CPU s':>8}{'CPU s':>8}{'CPU s':>8}{'ns':>12}{'ns':>8}{'us':>10}{'us':>14}{'MiB':>8}{'MiB':>9}")
    for name, each in runs.items():
        row = {key: median_of(each, key) for key in each[0]}
        print(
            f"{name:16}{row['growCPU']:8.3f}{row['dropCPU']:8.3f}{row['idleCPU']:8.3f}{row['againCPU']:8.3f}"
            f"{row['mallocMedianNs']:12.0f}{row['malloc999Ns']:8.0f}{row['longestMallocNs'] / 1000:10.1f}"
            f"{row['longestFreeNs'] / 1000:14.1f}{row['peakKiB'] / 1024:8.0f}{row['droppedKiB'] / 1024:9.0f}")
        yield {
            "workload": "growth", "allocator": name, "idleSeconds": options.idle, **row,
            **{f"{key}Min": min(run[key] for run in each) for key in ["growCPU", "longestMallocNs", "longestFreeNs"]}}
    print("The times of single calls include the clock's own. Other programs on the machine can make the longest one longer.")


def empty_library(folder):
    """Compiles a library without contents: preloading any library makes a fork more expensive."""
    source, library = os.path.join(folder, "empty.c"), os.path.join(folder, "empty.so")
    with open(source, "w") as file:
        file.write("int nothing;\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    return library


def nothing(folder, found, rounds):
    """Measures the memory of `sleep`, the time of `true` and of a fork, each beside the same without a preloaded allocator."""
    found = {**found, "empty library": empty_library(folder)}
    program = harness.compiled("Benchmarks/Growth/forks.c", folder)
    sizes = harness.interleaved(found, rounds, "resident memory of sleep", resident_kib)
    times = harness.interleaved(found, START_RUNS, "start of true", start_milliseconds)
    forks = harness.interleaved(
        found, FORK_RUNS, "forks", lambda library: harness.figures([program], library)["forkMicroseconds"])
    print(
        f"\n{'needs nothing':16}{'resident KiB':>14}{'over glibc':>12}{'start ms':>10}{'over glibc':>12}{'fork us':>10}"
        f"{'to glibc':>10}")
    for name in found:
        if not all(name in each for each in (sizes, times, forks)):
            continue
        size, start, fork = (statistics.median(each[name]) for each in (sizes, times, forks))
        more = size - statistics.median(sizes[harness.REFERENCE]) if harness.REFERENCE in sizes else None
        # The median of the differences of the rounds, because the machine may be busier in one round than in another.
        longer = statistics.median(a - b for a, b in zip(times[name], times.get(harness.REFERENCE, times[name])))
        ratio = harness.ratio(forks[name], forks.get(harness.REFERENCE))
        print(
            f"{name:16}{size:14.0f}{harness.text_of(more, '+.0f'):>12}{start:10.3f}{longer:>+12.3f}{fork:10.1f}"
            f"{harness.text_of(ratio, '.3f'):>10}")
        yield {
            "workload": "nothing", "allocator": name, "residentKiB": size, "overGlibcKiB": more, "startMs": round(start, 4),
            "overGlibcMs": round(longer, 4), "forkMicroseconds": fork, "forkToGlibc": ratio}


def growth(folder, options):
    found = harness.allocators(folder, options)
    return [*heap(folder, options, found), *nothing(folder, found, options.rounds)]
