"""Draws the ratios to glibc as one picture: a row per workload, a dot per allocator; readable in light and in dark mode."""

import json
import math
import sys
from xml.sax.saxutils import escape

from harness import OURS, REFERENCE, geometric_mean

WIDTH, LEFT, RIGHT, ROW, MARGIN = 960, 190, 36, 22, 24
# Allocator → colour in light and in dark mode. An allocator that is not listed gets the last pair.
COLOURS = {
    OURS: ("#2f6fde", "#6ea3ff"), REFERENCE: ("#1c2433", "#e8ecf3"), "jemalloc": ("#d9660a", "#ff9d4d"),
    "mimalloc": ("#0f9f7f", "#3fd1ae"), "tcmalloc": ("#8b46d6", "#bd8cff"), "tbb": ("#c2307a", "#ff7db8"),
    "snmalloc": ("#8a7a00", "#e0cf4a"), "jemalloc-bg": ("#f2a65e", "#b35c14"), "tcmalloc-ad": ("#c39af0", "#6c35ab"),
    "mimalloc3": ("#5c8a1e", "#a5d66b"), "": ("#5d6879", "#97a3b6")}
# The panels: title, and the key of the figure that it shows.
PANELS = [
    ("Fixed work: CPU time over glibc’s", "ratioToGlibc"), ("Real programs: CPU time over glibc’s", "cpuToGlibc"),
    ("Real programs: wall-clock time over glibc’s", "timeToGlibc"),
    ("Real programs: peak resident memory over glibc’s", "peakToGlibc"),
    ("What CPU time and memory cost together, divided by glibc’s", "costToGlibc")]
# Ratios below or above are drawn at the edge, with their figure.
LOWEST, HIGHEST = 0.05, 8
TICKS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 2, 3, 4, 6, 8]
CLOSEST = 38  # the least distance of two labels of an axis


def style():
    def colours(index):
        text, faint, card, edge, grid = [
            ("#1c2433", "#5d6879", "#ffffff", "#d9dee7", "#e6eaf0"),
            ("#e8ecf3", "#97a3b6", "#151a23", "#2c3442", "#262e3b")][index]
        rules = [f".card{{fill:{card};stroke:{edge}}}.grid{{stroke:{grid}}}.one,.rule{{stroke:{faint}}}.text{{fill:{text}}}"
                 f".faint{{fill:{faint}}}.dot{{stroke:{card}}}"]
        return "".join([*rules, *(f".{class_of(name)}{{fill:{pair[index]}}}" for name, pair in COLOURS.items())])

    return (
        '<style>text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-size:13px}'
        ".title{font-size:15px;font-weight:600}.ours{font-weight:600}.one{stroke-dasharray:4 3}.dot{stroke-width:1.25}"
        f"{colours(0)}@media (prefers-color-scheme:dark){{{colours(1)}}}</style>")


def class_of(name):
    return f"a-{name}" if name in COLOURS and name else "a-other"


def text(x, y, words, classes="text", anchor="start"):
    return f'<text class="{classes}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


class Axis:
    """A logarithmic axis that is as wide as the given ratios need."""

    def __init__(self, ratios):
        lowest, highest = max(min(ratios), LOWEST), min(max(ratios), HIGHEST)
        self.low = max(tick for tick in TICKS if tick <= min(lowest, 0.9))
        self.high = min(tick for tick in TICKS if tick >= max(highest, 1.1))

    def x(self, ratio):
        ratio = min(max(ratio, self.low), self.high)
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log(ratio / self.low) / math.log(self.high / self.low)

    def ticks(self):
        """Returns the ticks: 1 always, others if there is room, the round ones first."""
        chosen = [1]
        within = [tick for tick in TICKS if self.low <= tick <= self.high]
        for tick in sorted(within, key=lambda each: each not in (0.1, 0.2, 0.5, 2, 4)):
            if all(abs(self.x(tick) - self.x(other)) >= CLOSEST for other in chosen):
                chosen.append(tick)
        return sorted(chosen)


def marker(name, x, y, note=""):
    """Returns the marker of an allocator: a diamond for PageHeap, a smaller dot for the others. glibc is the line at 1."""
    title = f"<title>{escape(name + note)}</title>"
    if name == OURS:
        return f'<path class="dot {class_of(name)}" d="M{x:.1f} {y - 8:.1f}l8 8l-8 8l-8 -8z">{title}</path>'
    return f'<circle class="dot {class_of(name)}" cx="{x:.1f}" cy="{y:.1f}" r="5.5">{title}</circle>'


def offsets(ratios, axis):
    """Returns how far above or below the middle of its row each marker goes, so that none hides another."""
    result, cluster = {}, []
    ordered = sorted(ratios, key=lambda name: axis.x(ratios[name]))
    for index, name in enumerate(ordered):
        cluster.append(name)
        if index + 1 < len(ordered) and axis.x(ratios[ordered[index + 1]]) - axis.x(ratios[name]) < 9:
            continue
        step = min(7, 14 / len(cluster))
        for place, each in enumerate(cluster):
            result[each] = (place - (len(cluster) - 1) / 2) * step
        cluster = []
    return result


def panel(title, key, rows, top):
    """Returns the elements of a panel, and the top of the next panel."""
    values = {}
    for row in rows:
        if row.get(key) and row["allocator"] != REFERENCE:
            values.setdefault(row["workload"], {})[row["allocator"]] = row[key]
    if not values:
        return [], top
    names = list(dict.fromkeys(name for each in values.values() for name in each))
    means = {name: geometric_mean(each[name] for each in values.values() if name in each) for name in names}
    lines = [*values.items(), ("geometric mean", means)]
    axis, first = Axis([ratio for _, each in lines for ratio in each.values()]), top + 34
    bottom = first + ROW * len(lines) + 4
    parts = [text(MARGIN, top + 14, title, "text title")]
    for tick in axis.ticks():
        x = axis.x(tick)
        kind = "one" if tick == 1 else "grid"
        parts.append(f'<line class="{kind}" x1="{x:.1f}" y1="{first - 8}" x2="{x:.1f}" y2="{bottom}"/>')
        parts.append(text(x, bottom + 16, f"{tick:g}" if tick != 1 else "glibc", "faint", "middle"))
    for index, (workload, ratios) in enumerate(lines):
        y = first + ROW * index + ROW / 2 - 4
        last = index == len(lines) - 1
        if last:
            parts.append(f'<line class="rule" x1="{MARGIN}" y1="{y - 11}" x2="{WIDTH - MARGIN}" y2="{y - 11}"/>')
        parts.append(text(LEFT - 16, y + 4.5, workload, "text ours" if last else "text", "end"))
        lanes = offsets(ratios, axis)
        # PageHeap comes last, so that its marker is on top.
        for name in sorted(ratios, key=lambda each: each == OURS):
            ratio = ratios[name]
            parts.append(marker(name, axis.x(ratio), y + lanes[name], f", {workload}: {ratio:.2f}"))
            if ratio > axis.high:
                parts.append(text(axis.x(ratio) - 10, y + lanes[name] + 4.5, f"{ratio:.1f}", "faint", "end"))
            elif ratio < axis.low:
                parts.append(text(axis.x(ratio) + 12, y + lanes[name] + 4.5, f"{ratio:.2f}", "faint"))
    return parts, bottom + 44


def legend(names, top):
    parts, x = [], MARGIN + 8
    for name in names:
        parts += [marker(name, x, top), text(x + 13, top + 4.5, name, "text ours" if name == OURS else "text")]
        x += 44 + 8 * len(name)
    parts.append(text(WIDTH - MARGIN, top + 4.5, "left of glibc is better; logarithmic", "faint", "end"))
    return parts


def svg(rows):
    names = list(dict.fromkeys(row["allocator"] for row in rows if row["allocator"] != REFERENCE))
    parts, top = legend(names, 34), 62
    for title, key in PANELS:
        added, top = panel(title, key, rows, top)
        parts += added
    height = top - 12
    label = "Ratios to glibc of " + ", ".join(names) + ", a row for each workload"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
        f'aria-label="{escape(label)}">')
    card = f'<rect class="card" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="12"/>'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, style(), card, *parts, "</svg>", ""])


def write(rows, path):
    with open(path, "w") as file:
        file.write(svg(rows))


def chart(_, options):
    """Draws one picture of the rows of several files."""
    rows = []
    for path in options.files:
        try:
            with open(path) as file:
                rows += json.load(file)
        except ValueError:
            sys.exit(f"bench: '{path}' is not what a suite wrote with --json")
    if not any(row.get(key) for row in rows for _, key in PANELS):
        sys.exit("bench: there is nothing to draw in these files")
    write(rows, options.output)
    return rows
