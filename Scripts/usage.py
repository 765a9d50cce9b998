"""For scripts in Python: what usage.bash is for the others."""

import os
import sys


def refuse(problem):
    print(f"{os.path.basename(sys.argv[0])}: {problem}; see {sys.argv[0]} --help", file=sys.stderr)
    sys.exit(2)


def answer(text, options=()):
    """Answers --help and -h with a text, and refuses other options than those named. Words after the first one that is none are
    not looked at: they may be another program's."""
    for word in sys.argv[1:]:
        if word in ("-h", "--help"):
            print(text.strip())
            sys.exit(0)
        if not word.startswith("-") or word == "--":
            return
        if word not in options:
            refuse(f"'{word}' is no option")
