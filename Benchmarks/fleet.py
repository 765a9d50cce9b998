"""Measures what `pageheap export` costs on a host with thousands of processes."""

import http.client
import os
import statistics
import subprocess
import threading
import time

import harness

PROCESSES = 5000
# Figures are handed out again for a second.
PAUSE = 1.1  # s
CLIENTS = 30


class Exporter:
    """An exporter that serves the processes of this host, or of a tree of files. Others on PageHeap are welcome."""

    def __init__(self, folder, *arguments):
        self.log = os.path.join(folder, "log")
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [harness.built("pageheap"), "export", "--listen", "127.0.0.1:0", "--most", f"{PROCESSES + 1000}", *arguments],
                stderr=log)
        while not (text := self.said()).endswith("/metrics\n"):
            if self.process.poll() is not None:
                raise harness.Failure(f"the exporter ended: {text}")
            time.sleep(0.01)
        self.port = int(text.rsplit(":", 1)[1].split("/")[0])

    def said(self):
        with open(self.log) as log:
            return log.read()

    def scrape(self):
        """Returns the figures of one request."""
        start = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", "/metrics")
        body = connection.getresponse().read()
        seconds = time.perf_counter() - start

        def own(name):
            return next(float(line.split()[-1]) for line in body.decode().splitlines() if line.startswith(name + " "))

        return {
            "totalMs": seconds * 1000, "collectionMs": own("pageheap_export_scrape_duration_seconds") * 1000,
            "residentMiB": own("pageheap_export_resident_bytes") / (1 << 20), "textMB": len(body) / 1e6,
            "served": body.count(b"\npageheap_process_published{")}

    def end(self):
        self.process.terminate()
        if self.process.wait() != 0:
            raise harness.Failure("the exporter did not end with exit code 0")


def measured(what, folder, *arguments):
    exporter = Exporter(folder, *arguments)
    try:
        return row_of(what, exporter)
    finally:
        exporter.end()


def row_of(what, exporter):
    first = exporter.scrape()
    # On a busy machine, one collection has not the time to look at all of them.
    for _ in range(20):
        time.sleep(PAUSE)
        if exporter.scrape()["served"] >= PROCESSES:
            break
    later = []
    for _ in range(5):
        time.sleep(PAUSE)
        later.append(exporter.scrape())
    if (served := min(each["served"] for each in later)) < PROCESSES:
        raise harness.Failure(f"{what}: only {served} processes were served")
    time.sleep(PAUSE)
    start = time.perf_counter()
    clients = [threading.Thread(target=exporter.scrape) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    row = {"workload": what, "firstMs": first["collectionMs"], "clientsSeconds": time.perf_counter() - start}
    for key in ("collectionMs", "totalMs", "textMB"):
        row[key] = statistics.median(each[key] for each in later)
    row["residentMiB"] = exporter.scrape()["residentMiB"]
    return {key: round(value, 1) if isinstance(value, float) else value for key, value in row.items()}


def sleepers(folder):
    """Starts processes that publish."""
    pages = os.path.join(folder, "pages")
    os.mkdir(pages)
    variables = harness.environment(harness.library(), PAGEHEAP_STATISTICS_DIRECTORY=pages)
    found = [subprocess.Popen(["/bin/sleep", "600"], env=variables) for _ in range(PROCESSES)]
    while len(os.listdir(pages)) < PROCESSES:
        time.sleep(0.1)
    return found


def tree(folder, page):
    """Makes the files of a host whose processes are in pods, which makes their labels long."""
    root = os.path.join(folder, "host")
    mappings = "".join(f"7f{i:010x}-7f{i:010x} r--p 00000000 08:01 {i}   /usr/lib/lib{i}.so.6\n" for i in range(80))
    mappings += "7f00-7f01 r-xp 00000000 08:01 77   /opt/lib/libpageheapmalloc.so\n"
    mappings += "7f10-7f11 rw-s 00000000 00:1a 4711   /run/pageheap/1.0\n"
    for process in range(1, PROCESSES + 1):
        place = f"{root}/proc/{process}"
        os.makedirs(f"{place}/root/run/pageheap")
        fields = ["0"] * 49
        fields[18], fields[20] = str(process), "1000"  # start time and resident pages
        pod = f"kubepods-burstable-pod12345678_9abc_def0_1234_{process:012x}.slice"
        for name, text in (
                ("stat", f"{process} (server) S {' '.join(fields)}\n"), ("maps", mappings), ("environ", ""),
                ("status", f"Name:\tserver\nUid:\t33\t33\t33\t33\nNSpid:\t{process}\t1\n"),
                ("cgroup", f"0::/kubepods.slice/{pod}/cri-containerd-{process:064x}.scope\n")):
            with open(f"{place}/{name}", "w") as file:
                file.write(text)
        with open(f"{place}/root/run/pageheap/1.0", "wb") as file:
            file.write(page)
    return root


def fleet(folder, options):
    rows = []
    harness.progress("processes")
    found = sleepers(folder)
    try:
        rows.append(measured("processes", folder))
        with open(os.path.join(folder, "pages", f"{found[0].pid}.0"), "rb") as file:
            page = file.read()
    finally:
        for process in found:
            process.kill()
        for process in found:
            process.wait()
    harness.progress("files")
    rows.append(measured("files", folder, "--root-path", tree(folder, page)))
    harness.progress("")
    for row in rows:
        print(", ".join(f"{key} {value}" for key, value in row.items()))
    return rows
