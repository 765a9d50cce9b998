"""Runs a command for a limited time, and ends whatever it leaves behind.

Usage: bounded.py SECONDS COMMAND ARGUMENT…

Test suites and servers start processes in sessions of their own, which `timeout` and process groups do not reach. So this
process makes itself the one that adopts orphans below it, and in the end kills all that is still below it.
Exit code: the command's (128 and the signal's number, if a signal ended it), 124 after the time limit.
"""

import ctypes
import os
import signal
import sys
import time

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def descendants():
    """The processes below this one, as a dictionary of their names."""
    children = {}
    names = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as file:
                    text = file.read()
            except OSError:
                continue
            # The name stands in parentheses, and may have any character in it.
            after = text.rindex(")") + 2
            state, parent = text[after:].split()[:2]
            names[int(entry)] = f"{text[text.index('(') + 1:after - 2]} ({state})"
            children.setdefault(int(parent), []).append(int(entry))
    found = {}
    waiting = list(children.get(os.getpid(), ()))
    while waiting:
        process = waiting.pop()
        found[process] = names[process]
        waiting += children.get(process, ())
    return found


def reap():
    """Reaps all children that have ended. Returns their exit codes."""
    codes = {}
    while True:
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return codes
        if process == 0:
            return codes
        codes[process] = os.waitstatus_to_exitcode(status)


def end_all():
    # Again and again, for one may have started another meanwhile; not for ever, for one may be stuck in the kernel.
    for _ in range(100):
        reap()
        found = descendants()
        if not found:
            return
        for process in found:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.02)


def stop(number, frame):
    end_all()
    os._exit(128 + number)


def main():
    limit, command = float(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    # A script that is killed has no trap that would stop this process.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    until = time.monotonic() + limit
    usual = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE)
    child = os.posix_spawnp(command[0], command, os.environ, setsigdef=usual)
    code = None
    while code is None and time.monotonic() < until:
        time.sleep(0.02)
        code = reap().get(child)
    if code is None:
        print(f"\nstopped after {limit:g} s; there were still:", flush=True)
        for process, name in descendants().items():
            print(f"  {process} {name}", flush=True)
        code = 124
    end_all()
    sys.exit(128 - code if code < 0 else code)


main()
