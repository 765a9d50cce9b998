"""Runs modules of CPython's own tests, and notes the outcome of each test in a file as soon as it is known.

Usage: unittests.py OUTCOMES SECONDS MODULE… [!WORD…]

OUTCOMES gets a line `NAME<tab>OUTCOME` per test: passed, failed, skipped, crashed, hung. After a crash, or after a test that
takes longer than SECONDS, a new interpreter goes on with the tests that are left: one bad test does not hide the others.
Tests with a WORD in their names are left out. If the environment variable SUITE_ONLY_TESTS names a file, only the tests
that are listed there are run.
"""

import os
import signal
import subprocess
import sys
import time

STARTED, ENDED = "started", "ended"


def read(path):
    """Returns the outcomes so far: the worst of each test, because some tests report twice."""
    worst = ["started", "passed", "skipped", "failed", "crashed", "hung", ENDED]
    found = {}
    with open(path) as file:
        for line in file:
            name, outcome = line.rstrip("\n").split("\t")
            if worst.index(outcome) >= worst.index(found.get(name, STARTED)):
                found[name] = outcome
    return found


def write(path, name, outcome):
    with open(path, "a") as file:
        file.write(f"{name}\t{outcome}\n")


# ---- The interpreter that runs the tests -----------------------------------------------------------------------------


def run_tests(path, module, *unwanted):
    import faulthandler
    import unittest

    from test import support

    # If the interpreter is stopped because it is too slow, it says where its threads are.
    faulthandler.enable(all_threads=True)
    # As CPython's own runner has it by default, with the tests that take processor time and processes.
    support.use_resources = ["cpu", "subprocess"]
    process = os.getpid()

    def note(test, outcome):
        # A test's child that goes astray must not report in its parent's name.
        if os.getpid() == process:
            write(path, name_of(test), outcome)

    def name_of(test):
        return " ".join(test.id().split())

    class Result(unittest.TextTestResult):
        def startTest(self, test):
            note(test, STARTED)
            super().startTest(test)

        def addSuccess(self, test):
            note(test, "passed")
            super().addSuccess(test)

        def addExpectedFailure(self, test, error):
            note(test, "passed")
            super().addExpectedFailure(test, error)

        def addUnexpectedSuccess(self, test):
            note(test, "failed")
            super().addUnexpectedSuccess(test)

        def addFailure(self, test, error):
            note(test, "failed")
            super().addFailure(test, error)

        def addError(self, test, error):
            note(test, "failed")
            super().addError(test, error)

        def addSkip(self, test, reason):
            note(test, "skipped")
            super().addSkip(test, reason)

        def addSubTest(self, test, subtest, error):
            if error is not None:
                note(test, "failed")
            super().addSubTest(test, subtest, error)

    def flat(suite):
        for each in suite:
            if isinstance(each, unittest.TestSuite):
                yield from flat(each)
            else:
                yield each

    try:
        suite = unittest.defaultTestLoader.loadTestsFromName(module)
    except unittest.SkipTest as reason:
        print(f"{module} is skipped: {reason}")
        write(path, module, "skipped")
        suite = unittest.TestSuite()
    done = read(path)
    wanted = None
    if "SUITE_ONLY_TESTS" in os.environ:
        with open(os.environ["SUITE_ONLY_TESTS"]) as file:
            wanted = set(file.read().splitlines())

    def is_left(name):
        return name not in done and (wanted is None or name in wanted) and not any(word in name for word in unwanted)

    left = [each for each in flat(suite) if is_left(name_of(each))]
    unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Result).run(unittest.TestSuite(left))
    if hasattr(support, "reap_children"):
        support.reap_children()
    write(path, module, ENDED)


# ---- The process that watches it -------------------------------------------------------------------------------------


def watch(path, limit, module, unwanted):
    """Runs one interpreter for what is left of a module. Returns whether there may be more left."""
    ending = f"end of the interpreter of {module}"
    command = [sys.executable, __file__, "--child", path, module, *unwanted]
    child = subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL)
    size, since, slow = -1, time.monotonic(), False
    while child.poll() is None:
        time.sleep(0.02)
        if os.path.getsize(path) != size:
            size, since = os.path.getsize(path), time.monotonic()
        elif time.monotonic() - since > limit:
            slow = True
            print(f"\nno outcome for {limit:g} s", flush=True)
            child.send_signal(signal.SIGABRT)
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
            break
    code = child.wait()
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    outcomes = read(path)
    trouble = "hung" if slow else "crashed"
    if outcomes.get(module) in (ENDED, "skipped"):
        write(path, ending, trouble if slow or code != 0 else "passed")
        return False
    print(f"\n{module}: the interpreter {trouble}, exit code {code}", flush=True)
    stuck = [name for name, outcome in outcomes.items() if outcome == STARTED]
    for name in stuck:
        write(path, name, trouble)
    if not stuck:
        # Between two tests, or before the first: another interpreter would fare no better.
        write(path, ending, trouble)
    return bool(stuck)


def main():
    if sys.argv[1] == "--child":
        arguments = sys.argv[2:]
        # So that tests that start this program again do not find these arguments instead of theirs.
        sys.argv = [sys.argv[0]]
        run_tests(*arguments)
        return
    path, limit, modules = sys.argv[1], float(sys.argv[2]), [each for each in sys.argv[3:] if not each.startswith("!")]
    unwanted = [each[1:] for each in sys.argv[3:] if each.startswith("!")]
    open(path, "a").close()
    for module in modules:
        while watch(path, limit, module, unwanted):
            pass


# Children that multiprocessing starts anew import this file: they must not run anything.
if __name__ == "__main__":
    main()
