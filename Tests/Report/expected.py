"""What a report has to show, computed from the run's JSON; for test_report.py."""
import re


def bytes_text(count):
    value, unit = float(count), "B"
    for each in ("KiB", "MiB", "GiB", "TiB"):
        if value >= 1024:
            value, unit = value / 1024, each
    if unit == "B":
        return f"{count} B"
    return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f} {unit}"


def percent_text(share):
    return "0 %" if share <= 0 else "under 0.1 %" if share < 0.1 else f"{share:.{1 if share < 9.95 else 0}f} %"


def sample_at(run, seconds):
    return next((each for each in run["samples"] if abs(each["seconds"] - seconds) < 2e-6), None)


def memory(run, seconds):
    """Returns the values of the chart of memory at the time of a sample."""
    sample = sample_at(run, seconds)
    resident = sample["residentBytes"]
    values = {"resident": resident, "in use": min(sample["inUseBytes"], resident),
              "retained": min(sample["retainedBytes"], resident), "goal": sample["goalBytes"]}
    return {name: bytes_text(value) for name, value in values.items() if value is not None}


def processes(run, seconds, labels):
    """Returns the values of those processes that have a curve of their own."""
    history = run["processHistory"]
    row = next(index for index, each in enumerate(history["seconds"]) if abs(each - seconds) < 2e-6)
    values = {f"{each['name']} {each['processIdentifier']}": each["residentBytes"][row] for each in history["processes"]}
    return {name: bytes_text(value) for name, value in values.items() if value is not None and name in labels}


def rate(run, key, seconds, shown):
    """Returns how fast a total grew in the step around a time; None if the time is too near to the edge of a step, where
    rounding decides."""
    width = max(0.05, shown / 160)
    steps, begun, before, last = [], 0.0, 0.0, None
    for sample in run["samples"]:
        last = sample
        if sample["seconds"] - begun >= width:
            steps.append((begun, sample["seconds"], (sample[key] - before) / (sample["seconds"] - begun)))
            begun, before = sample["seconds"], sample[key]
    if last["seconds"] > begun:
        start, end, value = steps.pop()
        steps.append((start, last["seconds"], (value * (end - start) + last[key] - before) / (last["seconds"] - start)))
    return next((value for start, end, value in steps if start + 2e-6 < seconds < end - 2e-6), None)


def map_rows(run, index):
    """Returns the rows of a map's picture, as text of a character for each cell, and the cells in a row."""
    shown = run["heapMaps"]["maps"][index]
    process = run["heapMaps"]["processes"][shown["process"]]
    cells = "".join(state * int(count or 1) for state, count in re.findall(r"(\D)(\d*)", shown["cells"]))
    columns = 32 if len(cells) <= 512 else 64 if len(cells) <= 2048 else 128
    rows = []
    for part in process["ranges"]:
        own, cells = cells[:part["cells"]], cells[part["cells"]:]
        rows += [own[start:start + columns] for start in range(0, len(own), columns)]
    return rows, columns


def map_amounts(run, index):
    return {name: bytes_text(value) for name, value in run["heapMaps"]["maps"][index]["bytes"].items()}


def nearest(times, seconds):
    """Returns the index of the nearest time, the earlier one of two."""
    return min(range(len(times)), key=lambda index: (abs(times[index] - seconds), index))
