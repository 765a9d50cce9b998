"""Clients that load a server on the loopback interface with a fixed number of requests, and check every response.

Usage: load.py port                          prints a port that is free now
       load.py http PORT FOLDER REQUESTS     gets the files of a folder, whole, in part and packed, by eight clients
       load.py http-reloads …                the same, but the server may close a connection between two requests
       load.py memcached PORT REQUESTS       sets, gets, changes and deletes, by eight clients
"""

import gzip
import http.client
import os
import random
import socket
import sys
import threading

CLIENTS = 8


def in_parallel(work):
    """Runs work(number) for each client, and prints the sums of what they count. Returns the exit code."""
    totals, errors, lock = {}, [], threading.Lock()

    def client(number):
        try:
            counts = work(number)
        except Exception as error:
            with lock:
                errors.append(f"client {number}: {type(error).__name__}: {error}")
            return
        with lock:
            for name, count in counts.items():
                totals[name] = totals.get(name, 0) + count

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in errors:
        print(error, file=sys.stderr)
    for name in sorted(totals):
        print(name, totals[name])
    print("failed-clients", len(errors))
    return 1 if errors else 0


def load_http(port, folder, requests, closes):
    files = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            files[name] = file.read()

    def work(number):
        chance = random.Random(number)
        counts = {"whole": 0, "part": 0, "packed": 0, "missing": 0, "bytes": 0}
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for request in range(requests // CLIENTS):
            if request % 50 == 49:
                connection.close()
            name = chance.choice(list(files))
            contents = files[name]
            # Each file is there twice: at the server, and by way of its proxy.
            path = chance.choice(["/", "/proxy/"]) + name
            kind = chance.choice(["whole", "part", "packed", "missing"])
            headers = {}
            first = chance.randrange(len(contents))
            if kind == "part":
                headers["Range"] = f"bytes={first}-"
            elif kind == "packed":
                headers["Accept-Encoding"] = "gzip"
            elif kind == "missing":
                path += ".not"
            for trial in range(5 if closes else 1):
                try:
                    connection.request("GET", path, headers=headers)
                    answer = connection.getresponse()
                    break
                except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                    connection.close()
                    if not closes or trial == 4:
                        raise
            body = answer.read()
            if answer.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            expected = {"whole": (200, contents), "packed": (200, contents), "part": (206, contents[first:])}
            if kind == "missing":
                assert answer.status == 404, f"{path}: status {answer.status}"
            else:
                assert (answer.status, body) == expected[kind], f"{kind} {path}: status {answer.status}, {len(body)} bytes"
                counts["bytes"] += len(body)
            counts[kind] += 1
        return counts

    return in_parallel(work)


def load_memcached(port, requests):
    def work(number):
        chance = random.Random(number)
        counts = {"stored": 0, "right": 0, "deleted": 0, "counted": 0}
        held = {}
        connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        stream = connection.makefile("rwb")

        def ask(text):
            stream.write(text)
            stream.flush()
            return stream.readline()

        for request in range(requests // CLIENTS):
            key = f"client{number}.{chance.randrange(500)}".encode()
            action = chance.choice(["set", "set", "get", "get", "get", "delete", "append"])
            if action == "set" or (action == "append" and key not in held):
                held[key] = chance.randbytes(chance.choice([1, 30, 300, 3000, 30000, 100000]))
                answer = ask(b"set %s 0 0 %d\r\n%s\r\n" % (key, len(held[key]), held[key]))
                assert answer == b"STORED\r\n", answer
                counts["stored"] += 1
            elif action == "append":
                more = chance.randbytes(100)
                held[key] += more
                answer = ask(b"append %s 0 0 %d\r\n%s\r\n" % (key, len(more), more))
                assert answer == b"STORED\r\n", answer
                counts["stored"] += 1
            elif action == "delete":
                answer = ask(b"delete %s\r\n" % key)
                assert answer == (b"DELETED\r\n" if key in held else b"NOT_FOUND\r\n"), answer
                counts["deleted"] += held.pop(key, None) is not None
            else:
                answer = ask(b"get %s\r\n" % key)
                if key in held:
                    assert answer == b"VALUE %s 0 %d\r\n" % (key, len(held[key])), answer
                    assert stream.read(len(held[key]) + 2) == held[key] + b"\r\n", "other contents"
                    answer = stream.readline()
                assert answer == b"END\r\n", answer
                counts["right"] += 1
        assert ask(b"set count%d 0 0 1\r\n0\r\n" % number) == b"STORED\r\n"
        for _ in range(200):
            counts["counted"] = int(ask(b"incr count%d 1\r\n" % number))
        return counts

    return in_parallel(work)


def main():
    what, arguments = sys.argv[1], sys.argv[2:]
    if what == "port":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            print(free.getsockname()[1])
        return 0
    if what in ("http", "http-reloads"):
        return load_http(int(arguments[0]), arguments[1], int(arguments[2]), what == "http-reloads")
    return load_memcached(int(arguments[0]), int(arguments[1]))


if __name__ == "__main__":
    sys.exit(main())
