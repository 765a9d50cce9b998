"""Counts and compares outcomes of tests: files with a line `NAME<tab>OUTCOME[<tab>VALUE]` per test.

Usage: outcomes.py count FILE                       prints PASSED/FAILED/SKIPPED
       outcomes.py differ PLAIN… -- PRELOADED…      prints a line for each test that came out with the library, in any of
                                                    its runs, as it never did without
"""

import os
import sys

WORST = ["passed", "skipped", "failed", "crashed", "hung"]


def read(path):
    found = {}
    if os.path.exists(path):
        with open(path, errors="replace") as file:
            for line in file:
                name, outcome, *value = line.rstrip("\n").split("\t")
                # "ended" only says where a run was; a test that was started and never ended was cut off by the time limit.
                if outcome == "ended":
                    continue
                if outcome == "started":
                    found.setdefault(name, ("unfinished", ""))
                    continue
                before = found.get(name, ("unfinished", ""))[0]
                if before == "unfinished" or WORST.index(outcome) >= WORST.index(before):
                    found[name] = (outcome, value[0] if value else "")
    return found


def shown(outcome):
    return f"{outcome[0]} ({outcome[1]})" if outcome[1] else outcome[0]


def main():
    if sys.argv[1] == "count":
        outcomes = [outcome for outcome, _ in read(sys.argv[2]).values()]
        passed, skipped = outcomes.count("passed"), outcomes.count("skipped")
        print(f"{passed}/{len(outcomes) - passed - skipped}/{skipped}")
        return
    split = sys.argv.index("--")
    plain = [read(path) for path in sys.argv[2:split]]
    preloaded = [read(path) for path in sys.argv[split + 1:]]
    absent = ("absent", "")
    nothing = [absent, ("unfinished", "")]
    # If the time limit cut a run off without the library, the tests that a run did not reach say nothing.
    cut = any(name.startswith("time limit") for run in plain for name in run)
    for name in {name: None for run in preloaded[:1] + plain for name in run}:
        # A second run may be of some tests alone.
        without = [run.get(name, absent) for number, run in enumerate(plain) if number == 0 or name in run]
        with_it = [run.get(name, absent) for number, run in enumerate(preloaded) if number == 0 or name in run]
        odd = [outcome for outcome in with_it if outcome not in without]
        if cut and (all(outcome in nothing for outcome in without) or all(outcome in nothing for outcome in odd)):
            continue
        if odd:
            times = f", {len(odd)} of {len(with_it)} times" if len(with_it) > 1 else ""
            print(f"{name}\t{shown(odd[0])}{times}; without: {' and '.join(dict.fromkeys(map(shown, without)))}")


main()
