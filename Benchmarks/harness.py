"""Code that all suites share: the allocators of this machine, compiled workloads, interleaved rounds, ratios and means."""

import glob
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RELEASE = os.path.join(ROOT, ".build/release")
PEERS = ["libjemalloc2", "libmimalloc2.0", "libtcmalloc-minimal4", "libtbbmalloc2"]
# Peers that are newer than this Debian's: name → package, the suite that has it, and the library in it. They are unpacked
# beside the build, not installed.
NEWER = {"mimalloc3": ("libmimalloc3", "trixie-backports", "libmimalloc.so.3")}
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
UNPACKED = os.path.join(ROOT, ".build/peers")
OURS, REFERENCE = "PageHeap", "glibc"
# A workload that takes longer than this counts as hanging.
LIMIT = 600  # s

# All failures of this run: (allocator, workload).
failures = []


class Failure(Exception):
    """A workload failed under an allocator."""


def warn(text):
    print(f"bench: {text}", file=sys.stderr)


def progress(text):
    """Writes a line to standard error that replaces the last one; an empty text removes it."""
    print("\r" + text.ljust(70) + ("" if text else "\r"), end="", file=sys.stderr, flush=True)


def built(name):
    path = os.path.join(RELEASE, name)
    if not os.path.exists(path):
        sys.exit(f"bench: there is no {name}; build it with: swift build -c release --omit-frame-pointers")
    return path


def library(options=None):
    if options and options.library:
        if not os.path.isfile(options.library):
            sys.exit(f"bench: --library: there is no file '{options.library}'")
        return os.path.abspath(options.library)
    return built("libpageheapmalloc.so")


def compare(command, folder, options, runs, extra=()):
    """Returns the command line of `pageheap compare` for these options, and the file that it will write its figures to."""
    file = os.path.join(folder, "compare.json")
    words = [built("pageheap"), "compare", "--runs", str(runs), "--json", file, "--library", library(options), *extra]
    if options.peers:
        newer = unpacked()
        words += ["--with", ",".join([REFERENCE, *(newer.get(word, word) for word in options.peers)])]
    return [*words, "--", *command], file


def allocators(folder, options):
    """Returns the allocators that `pageheap compare` finds, in its order: name → library, or None for the system's own malloc."""
    command, file = compare(["true"], folder, options, 1, ["--quiet"])
    done = subprocess.run(command, capture_output=True, text=True)
    if not os.path.exists(file):
        sys.exit(done.stderr.strip() or "bench: pageheap compare failed")
    with open(file) as text:
        result = json.load(text)
    for name in result["notFound"]:
        warn(f"no {name} here, skipped" + ("" if name == "snmalloc" else " (--install-peers installs it)"))
    found = {name_of(each): each["library"] for each in result["allocators"]}
    return found if options.peers else {**found, **unpacked()}


def name_of(allocator):
    """Returns the name of an allocator in what `pageheap compare` writes; it knows those that are unpacked by path only."""
    for name, library in unpacked().items():
        if os.path.realpath(library) == os.path.realpath(allocator["library"] or ""):
            return name
    return allocator["name"]


def unpacked():
    """Returns the newer peers that --install-peers has unpacked: name → library."""
    found = {name: glob.glob(f"{UNPACKED}/{name}/usr/lib/*/{file}") for name, (_, _, file) in NEWER.items()}
    return {name: files[0] for name, files in found.items() if files}


def unpack_newer():
    """Unpacks the newer peers from the Debian suites that have them."""
    for name, (package, suite, _) in NEWER.items():
        with tempfile.TemporaryDirectory() as folder:
            for each in ("lists/partial", "cache/archives/partial"):
                os.makedirs(os.path.join(folder, each))
            source = os.path.join(folder, "sources.list")
            with open(source, "w") as file:
                file.write(f"deb [signed-by={KEYRING}] http://deb.debian.org/debian {suite} main\n")
            settings = {
                "Dir::Etc::SourceList": source, "Dir::Etc::SourceParts": "/dev/null", "Dir::State::Lists": f"{folder}/lists",
                "Dir::Cache": f"{folder}/cache", "APT::Sandbox::User": "root"}
            command = ["apt-get", "-qq", *(word for key, value in settings.items() for word in ("-o", f"{key}={value}"))]
            subprocess.run([*command, "update"], check=True)
            subprocess.run([*command, "download", package], check=True, cwd=folder)
            target = os.path.join(UNPACKED, name)
            os.makedirs(target, exist_ok=True)
            subprocess.run(["dpkg-deb", "-x", *glob.glob(f"{folder}/*.deb"), target], check=True)


def processor():
    """Describes the processor: its model's name, and the family and number of the model, if it has these."""
    with open("/proc/cpuinfo") as file:
        values = {name.strip(): text.strip() for name, text in (line.split(":", 1) for line in file if ":" in line)}
    numbers = [f"{word} {values[key]}" for word, key in (("family", "cpu family"), ("model", "model")) if key in values]
    return ", ".join([values.get("model name", f"{os.uname().machine}, model not named"), *numbers])


def processors():
    return len(os.sched_getaffinity(0))


def compiled(source, folder):
    program = os.path.join(folder, os.path.basename(source)[:-2])
    command = ["cc", "-O2", "-o", program, os.path.join(ROOT, source), *(word for target in ("CPageHeap", "CPageHeapInterface")
                 for word in ("-I", os.path.join(ROOT, "Sources", target, "include")))]
    subprocess.run([*command, "-pthread", "-lm"], check=True)
    return program


def stripped(library, folder):
    """Returns a copy without debug information: valgrind before 3.20 fails on newer formats of it."""
    copy = os.path.join(folder, "counted", os.path.basename(library))
    os.makedirs(os.path.dirname(copy), exist_ok=True)
    subprocess.run(["objcopy", "--strip-debug", library, copy], check=True)
    return copy


def environment(library, **variables):
    values = {**os.environ, **variables}
    values.pop("LD_PRELOAD", None)
    if library:
        values["LD_PRELOAD"] = library
    return values


def figures(command, library, **variables):
    """Runs a workload, and returns the JSON that it prints."""
    command = [str(word) for word in command]
    try:
        done = subprocess.run(
            command, env=environment(library, **variables), capture_output=True, text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        raise Failure(f"took more than {LIMIT} s")
    if done.returncode:
        words = (done.stderr.strip().splitlines() or [""])[-1]
        ending = f"signal {-done.returncode}" if done.returncode < 0 else f"exit code {done.returncode}"
        raise Failure(f"{ending} {words}".strip())
    return json.loads(done.stdout)


def interleaved(found, rounds, what, measure):
    """Calls measure(library) once per round and allocator; each round begins with another allocator. Returns the results of
    each allocator, in the order of `found`. An allocator that fails is named and left out."""
    results, names = {name: [] for name in found}, list(found)
    for turn in range(rounds):
        for step in range(len(names)):
            name = names[(turn + step) % len(names)]
            if name not in results:
                continue
            progress(f"{what}: round {turn + 1} of {rounds}: {name}")
            try:
                results[name].append(measure(found[name]))
            except Failure as failure:
                progress("")
                failed(name, what, failure)
                del results[name]
    progress("")
    return results


def failed(name, what, reason):
    failures.append((name, what))
    warn(f"{name} fails at {what}, skipped: {reason}")


def ratio(values, reference):
    """Returns the median of the ratios of the rounds, or None without a reference."""
    pairs = [(value, other) for value, other in zip(values, reference or []) if other]
    return round(statistics.median(value / other for value, other in pairs), 4) if pairs else None


def spread(values):
    """Returns the difference of the highest and the lowest value, as a share of the median."""
    median = statistics.median(values)
    return round((max(values) - min(values)) / median, 4) if median else 0


def geometric_mean(values):
    values = list(values)
    return math.exp(statistics.fmean(math.log(value) for value in values)) if values else None


def to_best(rows, key, group, allocator=OURS):
    """Yields, for each group of rows that has this allocator and others: the name of the group, the ratio of its figure to
    the lowest of the others, and the name of that other."""
    for name in dict.fromkeys(row[group] for row in rows):
        values = {row["allocator"]: row[key] for row in rows if row[group] == name and row[key]}
        own = values.pop(allocator, None)
        if own and values:
            best = min(values, key=values.get)
            yield name, own / values[best], best


def text_of(value, form):
    return "-" if value is None else format(value, form)
