"""Writes a history for `git fast-import`: 600 commits on 400 text files, the same each time."""

import random
import sys

COMMITS, FILES = 600, 400
draw = random.Random(1)
out = sys.stdout.buffer
files = [[f"line {draw.getrandbits(64):x} of file {i}" for _ in range(draw.randrange(20, 300))] for i in range(FILES)]


def write_commit(number, changed):
    out.write(b"commit refs/heads/main\ncommitter A <a@example.org> %d +0000\n" % (1_000_000_000 + number * 60))
    message = b"change %d\n" % number
    out.write(b"data %d\n%s" % (len(message), message))
    for index in changed:
        text = ("\n".join(files[index]) + "\n").encode()
        out.write(b"M 100644 inline folder%d/file%d.txt\ndata %d\n%s\n" % (index % 20, index, len(text), text))


write_commit(0, range(FILES))
for commit in range(1, COMMITS):
    changed = draw.sample(range(FILES), 5)
    for index in changed:
        lines = files[index]
        for _ in range(4):
            lines[draw.randrange(len(lines))] = f"changed {draw.getrandbits(64):x}"
        lines.insert(draw.randrange(len(lines)), f"new {draw.getrandbits(96):x}")
    write_commit(commit, changed)
