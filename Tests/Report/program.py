"""The program of the reports that Scripts/test-report looks at: it fills memory and drops it twice, has children that do the
same beside it, and uses CPU time and waits in turn. It takes about five seconds."""
import subprocess
import sys
import time


def work(seconds):
    """Uses the processor for some time."""
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        count += 1


def child(size, seconds):
    blocks = [bytes(1000) for _ in range(size * 1000)]
    work(seconds)
    del blocks
    time.sleep(seconds)


if len(sys.argv) > 2:
    child(int(sys.argv[1]), float(sys.argv[2]))
else:
    first = [bytes(1000) for _ in range(60_000)]
    children = [subprocess.Popen([sys.executable, sys.argv[0], str(size), "0.4"]) for size in (10, 25, 40)]
    work(0.3)
    del first
    time.sleep(1)
    second = [bytes(1000) for _ in range(90_000)]
    for each in children:
        each.wait()
    work(0.3)
    del second
    time.sleep(2)
