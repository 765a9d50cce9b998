"""Builds a list of 300,000 objects of 1,000 bytes, drops all but the last one, and sleeps: does one survivor keep everything?

Run it with PYTHONMALLOC=malloc, so that every object is a block of the process's malloc. It prints one line of JSON:
resident KiB before building, at the peak, and for each second after the drop.

Usage: list.py [SECONDS]      SECONDS: how long it sleeps (default 10)
"""

import json
import sys
import time


def resident():
    with open("/proc/self/smaps_rollup") as lines:
        for line in lines:
            if line.startswith("Rss:"):
                return int(line.split()[1])


before = resident()
objects = [bytes(1000) for _ in range(300_000)]
peak = resident()
objects = objects[-1:]
after = [resident()]
for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 10):
    time.sleep(1)
    after.append(resident())
print(json.dumps({"before": before, "peak": peak, "after": after}))
