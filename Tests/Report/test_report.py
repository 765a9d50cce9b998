"""Looks at reports in a headless browser. Scripts/test-report makes them, and calls this."""
import argparse
import json
import os
import re
import sys
import time

from selenium.webdriver.common.keys import Keys

import expected
from page import OVERLAPS, SMALL_TARGETS, SMALL_TEXTS, Page

parser = argparse.ArgumentParser()
parser.add_argument("--browser", required=True)
parser.add_argument("--driver", required=True)
parser.add_argument("--shots", required=True)
parser.add_argument("folder", help="the folder with run.html, run.json, compare.html and named.html")
options = parser.parse_args()
page = Page(options.browser, options.driver)
folder = os.path.abspath(options.folder)
with open(f"{folder}/run.json") as file:
    run = json.load(file)
checks, failures = 0, []


def check(holds, text):
    global checks
    checks += 1
    if not holds:
        failures.append(text)
        print(f"FAILED: {text}", flush=True)


def wait(condition):
    """Waits until a condition holds, for at most five seconds."""
    end = time.monotonic() + 5
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def looks(report):
    """Each report in each look: nothing is too small, too wide, loaded, or complained about."""
    seen = {}
    for width in (1280, 390):
        for dark in (False, True):
            for scripts in (True, False):
                page.open(f"{folder}/{report}.html", width, dark, scripts)
                name = f"{report}-{width}-{'dark' if dark else 'light'}{'' if scripts else '-noscript'}"
                check(page.run("return innerWidth") == width, f"{name}: the page is {width} px wide")
                wide = page.run("return document.documentElement.scrollWidth")
                check(wide <= width, f"{name}: it needs {wide} px")
                for what, script in (("small text", SMALL_TEXTS), ("overlapping marks", OVERLAPS)):
                    found = page.run(script)
                    check(not found, f"{name}: {what}: {found}")
                if width == 390:
                    found = page.run(SMALL_TARGETS)
                    check(not found, f"{name}: small targets: {found}")
                check((page.texts(".tools") != []) == scripts, f"{name}: there are buttons if scripts run")
                page.shot(f"{options.shots}/{name}.png")
                seen[width, scripts] = (page.texts(".marks-y span"), page.texts(".marks-x span"))
                said, asked = page.messages(), page.requests()
                check(not said, f"{name}: the console says {said}")
                check(not asked, f"{name}: it asks for {asked}")
    check(seen[1280, True] == seen[1280, False], f"{report}: the script draws the same axes: {seen}")


def compare_box(plot, what):
    """Compares the box of a chart with the run."""
    box = page.box(plot)
    check(box is not None, f"{what}: there is a box")
    if box is None:
        return None
    if plot == "memory":
        wanted, shown = expected.memory(run, box["seconds"]), box["values"]
    elif plot == "processes":
        shown = {name: value for name, value in box["values"].items() if not re.match(r"\d+ other", name)}
        wanted = expected.processes(run, box["seconds"], shown)
    else:
        end = max(run["wallSeconds"], run["samples"][-1]["seconds"])
        share = expected.rate(run, "cpuSeconds", box["seconds"], end)
        wanted = {} if share is None else {"program": expected.percent_text(share * 100)}
        shown = {name: value for name, value in box["values"].items() if name in wanted}
    check(wanted == shown, f"{what} at {box['seconds']}: {shown}, not {wanted}")
    return box["seconds"]


def pointer():
    page.open(f"{folder}/run.html", 1280, False)
    times = set()
    for plot in ("memory", "processes", "cpu"):
        for share in (0.03, 0.2, 0.35, 0.5, 0.7, 0.97):
            page.mouse("mouseMoved", page.point(plot, share))
            times.add(compare_box(plot, f"pointer, {plot}"))
    check(len(times) >= 6, f"the crosshair follows the pointer: {times}")
    page.mouse("mouseMoved", page.point("memory", 0.35))
    boxes = [page.box(plot) for plot in ("memory", "processes", "cpu", "faults")]
    check(all(boxes) and len({box["seconds"] for box in boxes}) == 1, f"all charts have the crosshair: {boxes}")
    page.shot(f"{options.shots}/run-1280-light-crosshair.png", whole=False)
    page.mouse("mouseMoved", {"x": 3, "y": 3})
    check(page.box("memory") is None, "the crosshair goes with the pointer")


def keyboard():
    page.open(f"{folder}/run.html", 1280, True)
    area = page.find("[data-plot=memory] .field")
    check(area.get_attribute("role") == "application" and area.get_attribute("aria-label"), "the chart has role and label")
    samples = [each["seconds"] for each in run["samples"]]
    for keys, wanted in ((Keys.HOME, samples[0]), (Keys.ARROW_RIGHT, samples[1]), (Keys.ARROW_RIGHT, samples[2]),
                         (Keys.ARROW_LEFT, samples[1]), (Keys.END, samples[-1]), (Keys.ARROW_RIGHT, samples[-1]),
                         (Keys.SHIFT + Keys.ARROW_LEFT + Keys.SHIFT, samples[-11])):
        area.send_keys(keys)
        found = compare_box("memory", "keyboard")
        check(found is not None and abs(found - wanted) < 2e-6, f"keyboard: {found}, not {wanted}")
    values = expected.memory(run, samples[-11])
    check(wait(lambda: all(value in page.texts(".spoken")[0] for value in values.values())),
          f"the values are said: {page.texts('.spoken')}, not {values}")
    page.shot(f"{options.shots}/run-1280-dark-keyboard.png", whole=False)
    area.send_keys(Keys.ESCAPE)
    check(page.box("memory") is None, "Escape hides the crosshair")
    whole = page.texts(".range")
    area.send_keys("++")
    check(page.texts(".range") != whole, "plus zooms")
    area.send_keys("-")
    area.send_keys(Keys.ESCAPE)
    check(page.texts(".range") == whole, "Escape shows the whole run again")
    check(page.messages() == [], "the console is quiet at the keyboard")


def touch():
    page.open(f"{folder}/run.html", 390, False)
    times = set()
    for shares in ([0.2], [0.3, 0.45, 0.6], [0.95]):
        for plot in ("memory", "processes"):
            page.touch(plot, shares)
            times.add(compare_box(plot, f"touch, {plot}"))
            inside = page.run("return [...document.querySelectorAll('.box')].every(each => each.hidden || "
                              "each.getBoundingClientRect().left >= 0 && each.getBoundingClientRect().right <= innerWidth)")
            check(inside, f"the boxes are on the screen at {shares}")
            wide = page.run("return document.documentElement.scrollWidth")
            check(wide <= 390, f"with a box the page needs {wide} px")
    check(len(times) >= 3, f"the crosshair follows the finger: {times}")
    check(not page.run(SMALL_TEXTS), "the boxes' texts are large enough")
    page.touch("memory", [0.3])
    page.shot(f"{options.shots}/run-390-light-touch.png", whole=False)
    check(page.messages() == [], "the console is quiet at touch")


def zoom():
    page.open(f"{folder}/run.html", 1280, False)
    marks, whole = page.texts("[data-plot=memory] .marks-x span"), page.texts(".range")
    end = max(run["wallSeconds"], run["samples"][-1]["seconds"])
    page.drag("memory", 0.25, 0.5)
    check(page.texts("[data-plot=memory] .marks-x span") != marks, "dragging changes the time axis")
    axes = [page.texts(f"[data-plot={plot}] .marks-x span") for plot in ("memory", "processes", "cpu", "faults")]
    check(all(axis == axes[0] for axis in axes), f"all charts have the same times: {axes}")
    edges = [float(number) for number in re.findall(r"[\d.]+", page.texts(".range")[0])]
    check(abs(edges[0] - end * 0.25) < 0.03 and abs(edges[1] - end * 0.5) < 0.03, f"what was selected is shown: {edges}")
    page.mouse("mouseMoved", page.point("memory", 0.5))
    found = compare_box("memory", "zoomed")
    check(found is not None and edges[0] <= found <= edges[1], f"the crosshair is in what is shown: {found}")
    page.shot(f"{options.shots}/run-1280-light-zoom.png", whole=False)
    page.double_click("memory")
    check(page.texts("[data-plot=memory] .marks-x span") == marks, "a double click shows the whole run")
    page.run("document.querySelector('.tools button:nth-of-type(2)').click()")
    check(page.texts(".range") != whole, "the button zooms")
    page.run("document.querySelector('.tools button:last-of-type').click()")
    check(page.texts(".range") == whole, "the button shows the whole run")
    page.mouse("mouseWheel", page.point("cpu", 0.5), deltaX=0, deltaY=-60, modifiers=2)
    check(wait(lambda: page.texts(".range") != whole), "the wheel zooms with the control key")
    check(page.messages() == [], "the console is quiet at zooming")


def compare_map(shown, what, index=None):
    """Compares a map that is seen with the run's; with the one of an index, if there is one."""
    check(index is None or shown["index"] == index, f"{what}: map {shown['index']}, not {index}")
    rows, columns = expected.map_rows(run, shown["index"])
    check(shown["columns"] == columns and shown["rows"] == [row.rstrip() for row in rows],
          f"{what}: the picture of map {shown['index']}: {shown['rows']}, not {rows}")
    amounts = expected.map_amounts(run, shown["index"])
    check(shown["amounts"] == amounts, f"{what}: {shown['amounts']}, not {amounts}")
    own = run["heapMaps"]["maps"][shown["index"]]
    process = run["heapMaps"]["processes"][own["process"]]
    check(shown["process"] == f"{process['name']} {process['processIdentifier']}", f"{what}: of {shown['process']}")
    number = re.match(r"[\d.]+ (m?s)$", shown["time"])
    seconds = float(shown["time"].split()[0]) / (1000 if number and number[1] == "ms" else 1) if number else None
    check(seconds is not None and abs(seconds - own["seconds"]) <= 0.06, f"{what}: at {shown['time']}, not {own['seconds']}")


def maps():
    """The maps and their slider: by pointer, touch and keyboard, with the crosshair, and without scripts."""
    times = [each["seconds"] for each in run["heapMaps"]["maps"]]
    samples = [each["seconds"] for each in run["samples"]]
    end = max(run["wallSeconds"], samples[-1])
    last = len(times) - 1
    check(len(times) > 4 and times == sorted(times), f"there are maps of the run: {times}")
    check(end - times[-1] < end / 4, f"the last one is near the end: {times[-1]} of {end}")

    page.open(f"{folder}/run.html", 1280, False, scripts=False)
    seen = page.maps()
    check(len(seen) == 2 and seen[1]["index"] == last and page.texts(".map-time") == [], "two pictures without scripts")
    for each in seen:
        compare_map(each, "without scripts")
    held = [sum(value for name, value in each["bytes"].items() if name != "released") for each in run["heapMaps"]["maps"]]
    check(held[seen[0]["index"]] == max(held), "one of them is of the fullest heap")

    page.open(f"{folder}/run.html", 1280, False)
    slider = page.find(".map-track input")
    check(slider.get_attribute("type") == "range" and slider.get_attribute("aria-label"), "the slider has a role and a label")
    for keys, wanted in ((Keys.HOME, 0), (Keys.ARROW_LEFT, 0), (Keys.ARROW_RIGHT, 1), (Keys.ARROW_RIGHT, 2),
                         (Keys.ARROW_LEFT, 1), (Keys.END, last), (Keys.ARROW_RIGHT, last),
                         (Keys.SHIFT + Keys.ARROW_LEFT + Keys.SHIFT, max(last - 10, 0)), (Keys.PAGE_UP, min(last, max(last - 10, 0) + 10))):
        slider.send_keys(keys)
        shown = page.maps()
        check(len(shown) == 1, "with scripts, one picture is left")
        compare_map(shown[0], "keyboard", wanted)
        box = page.box("memory")
        nearest = samples[expected.nearest(samples, times[wanted])]
        check(box is not None and abs(box["seconds"] - nearest) < 2e-6, f"the crosshair is at {box}, not {nearest}")
        check(shown[0]["time"] in slider.get_attribute("aria-valuetext"), "the time is said")
    page.find(".map-time button").click()
    compare_map(page.maps()[0], "button", last - 1)
    page.slide(times[last - 1] / end, 0.4)
    compare_map(page.maps()[0], "drag", expected.nearest(times, end * 0.4))
    page.slide(times[expected.nearest(times, end * 0.4)] / end, 0)
    compare_map(page.maps()[0], "drag to the start", 0)
    for share in (0.1, 0.55, 0.97):
        page.mouse("mouseMoved", page.point("memory", share))
        compare_map(page.maps()[0], "crosshair", expected.nearest(times, page.box("memory")["seconds"]))
    page.drag("memory", 0.3, 0.5)
    # The crosshair goes if the chart moves away under the pointer.
    page.slider()
    page.mouse("mouseMoved", {"x": 3, "y": 3})
    slider.send_keys(Keys.END)
    box = page.box("memory")
    check(box is not None and page.maps()[0]["index"] == last, "a zoomed chart goes along with the slider")
    check(page.messages() == [], "the console is quiet at the slider")

    page.open(f"{folder}/run.html", 390, True)
    page.slide(page.run("return Number(document.querySelector('.map-track input').value)") / end, 0.7, by_touch=True)
    compare_map(page.maps()[0], "touch", expected.nearest(times, end * 0.7))
    size = page.run("const box = document.querySelector('.map-track input').getBoundingClientRect(); return box.height")
    check(size >= 40, f"the slider is {size} px high for a finger")
    page.shot(f"{options.shots}/run-390-dark-slider.png", whole=False)
    check(page.messages() == [], "the console is quiet at touch of the slider")


def legend():
    page.open(f"{folder}/run.html", 1280, False)
    button = page.find("[data-plot=memory] .legend button")
    path = "return document.querySelector('[data-plot=memory] [data-curve=\"0\"] .stroke').getAttribute('d')"
    before = page.run(path)
    button.click()
    page.mouse("mouseMoved", page.point("memory", 0.4))
    check(button.get_attribute("aria-pressed") == "false" and page.run(path) == "", "a click hides a curve")
    check("resident" not in page.box("memory")["values"], "a hidden curve has no value")
    button.click()
    check(button.get_attribute("aria-pressed") == "true" and page.run(path) == before, "another click shows it")


def tables():
    page.open(f"{folder}/run.html", 1280, False)
    page.run("document.querySelector('details').open = true")
    count = page.run("return document.querySelectorAll('table').length")
    check(count == 2, "there are tables of processes and of samples")
    for table in range(count):
        cells = lambda column: page.run(
            "return [...document.querySelectorAll('table')[arguments[0]].tBodies[0].rows].map(row => "
            "Number(row.cells[arguments[1]].dataset.value ?? -1))", table, column)
        click = lambda column: page.run(
            "document.querySelectorAll('table')[arguments[0]].querySelectorAll('th button')[arguments[1]].click()", table, column)
        before = cells(1)
        click(1)
        check(cells(1) == sorted(before, reverse=True), f"table {table} is sorted, largest first")
        click(1)
        check(cells(1) == sorted(before), f"table {table} is sorted, smallest first")


def names():
    """A program with a hostile name, in a page that runs only its own script."""
    page.open(f"{folder}/named.html", 1280, False)
    check(page.messages() == [], "a hostile name leaves the console quiet")
    check(page.run("return document.querySelectorAll('main b, main img').length") == 0, "a hostile name makes no elements")
    check(page.run("return window.harmed === undefined"), "a hostile name runs nothing")
    check(any("</script><b>" in text for text in page.texts(".legend li")), f"it is shown: {page.texts('.legend li')}")


def compared():
    page.open(f"{folder}/compare.html", 1280, True)
    page.mouse("mouseMoved", page.point("resident", 0.5))
    box = page.box("resident")
    check(box is not None and set(box["values"]) >= {"PageHeap", "glibc"}, f"the comparison has values: {box}")
    check(page.messages() == [], "the comparison's console is quiet")
    page.shot(f"{options.shots}/compare-1280-dark-crosshair.png", whole=False)
    # On a phone, the table scrolls within its own box, which shows that there is more.
    page.open(f"{folder}/compare.html", 390, False)
    shade = page.edge(".comparison .scroll")
    found = page.run("""
        const box = document.querySelector('.comparison .scroll');
        const seen = box.getBoundingClientRect();
        return new Promise(done => {
            const look = () => {
                if (box.scrollLeft + box.clientWidth < box.scrollWidth - 1) return requestAnimationFrame(look);
                const cells = [...box.querySelectorAll('tr')].map(row => [row.cells[0], row.cells[row.cells.length - 1]]);
                done(cells.every(([first, last]) => first.getBoundingClientRect().left >= seen.left - 1
                    && last.getBoundingClientRect().right <= seen.right + 1));
            };
            box.scrollLeft = box.scrollWidth;
            look();
        });""")
    check(found, "names stay in view beside the table's last column")
    check(page.run("return document.querySelector('.comparison .scroll').tabIndex") == 0, "the keyboard reaches the box")
    check(shade != page.edge(".comparison .scroll"), "the box's edge shows whether there is more")
    page.shot(f"{options.shots}/compare-390-light-scrolled.png", whole=False)


try:
    for report in ("run", "compare"):
        looks(report)
    for part in (pointer, keyboard, touch, zoom, maps, legend, tables, names, compared):
        part()
finally:
    page.driver.quit()
print(f"test-report: {checks - len(failures)} checks passed, {len(failures)} failed; screenshots in {options.shots}")
sys.exit(1 if failures else 0)
