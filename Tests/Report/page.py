"""A report in a headless browser, for test_report.py."""
import base64
import json
import re

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

# The size of each text that is seen, in pixels on the page: that of the font, or with the scale of the picture it is in.
SMALL_TEXTS = """
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const small = [];
while (walker.nextNode()) {
    const [node, parent] = [walker.currentNode, walker.currentNode.parentElement];
    if (!node.data.trim() || parent.closest('script, title, .spoken')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    if (![...range.getClientRects()].some(box => box.width > 0 && box.height > 0)) continue;
    const matrix = parent.getScreenCTM ? parent.getScreenCTM() : null;
    const scale = matrix ? Math.min(Math.hypot(matrix.a, matrix.b), Math.hypot(matrix.c, matrix.d)) : 1;
    const size = parseFloat(getComputedStyle(parent).fontSize) * scale;
    if (size < 11) small.push(`${size}: ${node.data.trim().slice(0, 40)}`);
}
return small;
"""

# Texts of one chart that overlap each other.
OVERLAPS = """
const found = [];
for (const row of document.querySelectorAll('.marks-x, .marks-y')) {
    const boxes = [...row.children].map(each => each.getBoundingClientRect()).filter(box => box.width > 0);
    boxes.forEach((box, index) => boxes.slice(index + 1).forEach(other => {
        if (box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom)
            found.push(row.textContent);
    }));
}
return found;
"""

SMALL_TARGETS = """
return [...document.querySelectorAll('button, summary')].filter(each => each.offsetParent)
    .map(each => [each.textContent.trim(), each.getBoundingClientRect()])
    .filter(([, box]) => box.height < 40 || box.width < 40).map(([text, box]) => `${text}: ${box.width} × ${box.height}`);
"""


class Page:
    """One browser. Each report is opened anew, in a size and a colour scheme, with or without scripts."""

    def __init__(self, browser, driver):
        options = webdriver.ChromeOptions()
        options.binary_location = browser
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                         "--disable-background-networking", "--disable-component-update", "--no-first-run"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service(driver), options=options)
        self.command("Network.enable", {})

    def command(self, name, arguments):
        return self.driver.execute_cdp_cmd(name, arguments)

    def open(self, path, width, dark, scripts=True):
        phone = width < 600
        self.driver.get("about:blank")
        self.command("Emulation.setDeviceMetricsOverride",
                     {"width": width, "height": 844 if phone else 900, "deviceScaleFactor": 2 if phone else 1, "mobile": phone})
        self.command("Emulation.setTouchEmulationEnabled", {"enabled": phone})
        self.command("Emulation.setEmulatedMedia",
                     {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        self.command("Emulation.setScriptExecutionDisabled", {"value": not scripts})
        self.messages()
        self.requests()
        self.driver.get(f"file://{path}")

    def messages(self):
        """Returns what the console said since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """Returns the addresses that were asked for since the last call, without the page's own file."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        urls = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [url for url in urls if not re.match(r"file:.*\.html$|data:,$|about:|chrome:", url)]

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        return self.run("return [...document.querySelectorAll(arguments[0])].map(each => each.textContent.trim())", selector)

    def shot(self, path, whole=True):
        arguments = {"format": "png", "captureBeyondViewport": whole}
        if whole:
            size = self.command("Page.getLayoutMetrics", {})["cssContentSize"]
            arguments["clip"] = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.command("Page.captureScreenshot", arguments)["data"]))

    def edge(self, selector):
        """Returns a picture of the right edge of an element, below its last text."""
        self.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector)
        box = self.run("const box = document.querySelector(arguments[0]).getBoundingClientRect();"
                       "return {x: box.right - 3 + scrollX, y: box.bottom - 3 + scrollY}", selector)
        clip = {**box, "width": 3, "height": 2, "scale": 1}
        return self.command("Page.captureScreenshot", {"format": "png", "clip": clip})["data"]

    def area(self, plot):
        """Scrolls a chart into view, and returns where its curves are."""
        self.run("document.querySelector(`[data-plot=${arguments[0]}] .field`).scrollIntoView({block: 'center'})", plot)
        return self.run("const box = document.querySelector(`[data-plot=${arguments[0]}] .field`).getBoundingClientRect();"
                        "return {x: box.x, y: box.y, width: box.width, height: box.height}", plot)

    def point(self, plot, share):
        """Returns a point of a chart at a share of its width."""
        area = self.area(plot)
        return {"x": area["x"] + share * area["width"], "y": area["y"] + area["height"] / 2}

    def mouse(self, kind, point, **more):
        self.command("Input.dispatchMouseEvent", {"type": kind, **point, **more})

    def drag(self, plot, start, end):
        first, last = self.point(plot, start), self.point(plot, end)
        self.mouse("mouseMoved", first)
        self.mouse("mousePressed", first, button="left", buttons=1, clickCount=1)
        for step in range(1, 6):
            x = first["x"] + (last["x"] - first["x"]) * step / 5
            self.mouse("mouseMoved", {"x": x, "y": first["y"]}, button="left", buttons=1)
        self.mouse("mouseReleased", last, button="left", clickCount=1)

    def double_click(self, plot):
        point = self.point(plot, 0.5)
        for count in (1, 2):
            self.mouse("mousePressed", point, button="left", buttons=1, clickCount=count)
            self.mouse("mouseReleased", point, button="left", clickCount=count)

    def touch(self, plot, shares):
        """Puts a finger on a chart, moves it, and takes it away."""
        points = [self.point(plot, share) for share in shares]
        self.command("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [points[0]]})
        for point in points[1:]:
            self.command("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        self.command("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def slider(self):
        """Scrolls the slider of the map into view, and returns the way of the middle of its thumb."""
        self.run("document.querySelector('.map-track input').scrollIntoView({block: 'center'})")
        return self.run("const box = document.querySelector('.map-ticks').getBoundingClientRect();"
                        "const whole = document.querySelector('.map-track input').getBoundingClientRect();"
                        "return {x: box.x, width: box.width, y: whole.y + whole.height / 2}")

    def slide(self, start, end, by_touch=False):
        """Drags the slider's thumb from a share of its way to another one."""
        way = self.slider()
        points = [{"x": way["x"] + (start + (end - start) * step / 5) * way["width"], "y": way["y"]} for step in range(6)]
        if by_touch:
            self.command("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [points[0]]})
            for point in points[1:]:
                self.command("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
            self.command("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
            return
        self.mouse("mousePressed", points[0], button="left", buttons=1, clickCount=1)
        for point in points[1:]:
            self.mouse("mouseMoved", point, button="left", buttons=1)
        self.mouse("mouseReleased", points[-1], button="left", clickCount=1)

    def maps(self):
        """Returns the maps that are seen: the index, the texts, and the rows of the picture as they are drawn."""
        found = self.run("""
            return [...document.querySelectorAll('.maps figure')].map(figure => ({
                index: Number(figure.dataset.map), time: figure.querySelector('strong').textContent,
                process: figure.querySelector('.map-of').textContent, cell: figure.querySelector('.map-cell').textContent,
                size: figure.querySelector('svg').getAttribute('viewBox').split(' ').map(Number).slice(2),
                paths: Object.fromEntries([...figure.querySelectorAll('path')].map(
                    path => [path.dataset.state, path.getAttribute('d')])),
                amounts: Object.fromEntries([...figure.querySelectorAll('[data-bytes]')].map(
                    each => [each.dataset.bytes, each.textContent])),
            }))""")
        for each in found:
            width, height = each.pop("size")
            rows = [[" "] * width for _ in range(height)]
            for state, path in each.pop("paths").items():
                for x, y, count, back in re.findall(r"M(\d+) (\d+)h(\d+)v1H(\d+)z", path):
                    assert x == back, path
                    for column in range(int(x), int(x) + int(count)):
                        assert rows[int(y)][column] == " ", (state, x, y)
                        rows[int(y)][column] = state
            each["columns"] = width
            each["rows"] = ["".join(row).rstrip() for row in rows]
        return found

    def box(self, plot):
        """Returns the time of the crosshair and the values in a chart's box; None if there is no box."""
        return self.run("""
            const box = document.querySelector(`[data-plot=${arguments[0]}] .box`);
            if (box.hidden) return null;
            const texts = selector => [...box.querySelectorAll(selector)].map(each => each.textContent);
            const values = texts('.value-now');
            return {seconds: Number(box.dataset.seconds),
                values: Object.fromEntries(texts('.name').map((name, index) => [name, values[index]]))};
            """, plot)
