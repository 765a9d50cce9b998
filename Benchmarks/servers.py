"""The servers among the real programs. Their clients are not measured, and run on the system's malloc."""

import glob
import os
import pwd
import re
import select
import shutil
import signal
import socket
import subprocess
import time

import harness

SOURCES = os.path.join(harness.ROOT, "Benchmarks/Programs")
PAUSE = 0.02  # s, between two looks for a server


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def path_of(command):
    """Returns the path of a command, also of those that Debian does not put into PATH, or None."""
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda each: [int(n) for n in re.findall(r"\d+", each)])
    return shutil.which(command, path=os.pathsep.join([*reversed(folders), *os.get_exec_path(), "/usr/sbin"]))


class Server:
    """A server. It writes a file with its process identifier in the folder, and ends at a signal."""

    ending = signal.SIGTERM

    def __init__(self, folder, pid_file):
        self.port, self.pid_file = free_port(), os.path.join(folder, pid_file)

    def drive(self, comparison):
        """Gives each server that starts the same load and then stops it, until the comparison is over."""
        while comparison.poll() is None:
            server = self.started()
            if server is None:
                time.sleep(PAUSE)
            else:
                self.finish(server, self.ending if self.loaded() else signal.SIGKILL)
        left = self.started()
        if left is not None:
            self.finish(left, signal.SIGKILL)

    def loaded(self):
        """Returns whether all of the load succeeded. If not, the run must not count."""
        try:
            self.load()
            return True
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
            harness.warn(f"the load failed: {failure}")
            return False

    def finish(self, server, ending):
        """Ends a server, and waits for that."""
        try:
            if ending == signal.SIGKILL:
                os.remove(self.pid_file)
            signal.pidfd_send_signal(server, ending)
            select.select([server], [], [], harness.LIMIT)
        except (FileNotFoundError, ProcessLookupError):
            pass  # It has ended by itself.
        finally:
            os.close(server)

    def started(self):
        """Returns a descriptor of the server's process if it takes connections, else None."""
        try:
            with open(self.pid_file) as file:
                lines = file.read().splitlines()
            process = os.pidfd_open(int(lines[0]))
        except (OSError, ValueError, IndexError):
            return None
        if self.answers(lines):
            return process
        os.close(process)
        return None

    def answers(self, _):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=60).close()
            return True
        except OSError:
            return False

    def client(self, *words, **options):
        """Runs a client, fails if the client does, and returns what it wrote."""
        return subprocess.run(
            [str(word) for word in words], check=True, env=harness.environment(None), timeout=harness.LIMIT,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, **options).stdout


class Redis(Server):
    NEEDS = ["redis-server", "redis-benchmark"]
    # Requests of each kind, and how many a client sends before it waits.
    REQUESTS, PIPELINED = 500000, 16

    def __init__(self, folder):
        super().__init__(folder, "redis.pid")
        server = f"redis-server --bind 127.0.0.1 --port {self.port} --save '' --appendonly no --pidfile {self.pid_file}"
        # Debian links the server with jemalloc. So "glibc" has to be preloaded here, too.
        self.command = ["sh", "-c", f"LD_PRELOAD=${{LD_PRELOAD:-libc.so.6}} exec {server}"]

    def load(self):
        self.client(
            "redis-benchmark", "-q", "-p", self.port, "-t", "set,get", "-n", self.REQUESTS, "-r", 200000, "-d", 200,
            "-P", self.PIPELINED, "-c", 20)


class PlainRedis(Redis):
    """Clients that wait for each answer, as most do."""

    REQUESTS, PIPELINED = 100000, 1


class Postgres(Server):
    NEEDS = ["initdb", "postgres", "pgbench"]
    ending = signal.SIGINT  # ends the sessions, too
    # Each run makes its tables anew. Nothing waits for the disk, happens at times of its own, or stays in /dev/shm.
    SETTINGS = {
        "fsync": "off", "autovacuum": "off", "checkpoint_timeout": "1h", "max_wal_size": "4GB", "shared_buffers": "32MB",
        "max_parallel_workers_per_gather": "0", "dynamic_shared_memory_type": "mmap", "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "", "logging_collector": "off", "log_min_messages": "fatal"}

    def __init__(self, folder):
        base = os.path.join(folder, "postgres")
        super().__init__(base, "postmaster.pid")
        os.mkdir(base)
        settings = [word for name, value in self.SETTINGS.items() for word in ("-c", f"{name}={value}")]
        self.command = [path_of("postgres"), "-D", base, "-p", str(self.port), *settings]
        options = {}
        if os.geteuid() == 0:
            options = self.leave_root(folder, base)
        self.client(
            path_of("initdb"), "-D", base, "-A", "trust", "-U", "bench", "--no-sync", "--locale=C", "-E", "UTF8", cwd=base,
            **options)

    def leave_root(self, folder, base):
        """Makes another user run the server, because it refuses to run as root. The loader leaves out a library that this
        user cannot read; then the run fails, with exit code 126."""
        names = {each.pw_name: each for each in pwd.getpwall()}
        user = names.get("postgres") or names["nobody"]
        os.chmod(folder, 0o711)
        os.chown(base, user.pw_uid, user.pw_gid)
        check = '[ -z "$LD_PRELOAD" ] || [ -r "$LD_PRELOAD" ] || exit 126; exec "$@"'
        self.command = [
            "setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "sh", "-c", check, "sh",
            *self.command]
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def answers(self, lines):
        return lines[-1].strip() == "ready"

    def load(self):
        def pgbench(*words):
            self.client(path_of("pgbench"), "-h", "127.0.0.1", "-p", self.port, "-U", "bench", *words, "postgres")

        pgbench("-i", "-q")
        for words in (["-N", "-t", 800], ["-S", "-t", 2000], ["-S", "-C", "-t", 25]):
            pgbench("-n", "-c", 4, "--random-seed=1", *words)
        # One session, because the peak would depend on what others do at the same time.
        pgbench("-n", "-f", os.path.join(SOURCES, "queries.sql"), "-t", 3)


class Nginx(Server):
    NEEDS = ["nginx", "h2load", "openssl"]
    ending = signal.SIGQUIT  # after the last answer
    REQUESTS = 10000  # of each kind

    def __init__(self, folder):
        base = os.path.join(folder, "nginx")
        super().__init__(base, "pid")
        self.secure = free_port()
        files = os.path.join(base, "files")
        os.makedirs(files)
        for number in range(1, 41):
            with open(os.path.join(files, f"{number}.txt"), "w") as file:
                file.writelines(f"line {line}: {line * 7919 % 10007}\n" for line in range(number * number))
        with open(os.path.join(files, "page.shtml"), "w") as file:
            file.writelines(f'<p><!--#include virtual="/{number}.txt" --></p>\n' for number in range(1, 13))
        names = [f"{number}.txt" for number in range(1, 41)] + ["page.shtml"] * 10
        self.addresses = [f"/{part}{name}" for name in names for part in ("", "again/")]
        self.client(
            "openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", 30,
            "-subj", "/CN=localhost", "-keyout", f"{base}/key", "-out", f"{base}/certificate")
        with open(os.path.join(SOURCES, "nginx.conf")) as file:
            text = file.read()
        # As root, the worker would become another user, who cannot read this folder.
        user = "user root;" if os.geteuid() == 0 else ""
        for name, value in (("USER", user), ("SECURE_PORT", self.secure), ("PORT", self.port), ("FOLDER", base)):
            text = text.replace(f"@{name}@", str(value))
        with open(f"{base}/nginx.conf", "w") as file:
            file.write(text)
        self.command = [path_of("nginx"), "-p", base, "-c", f"{base}/nginx.conf", "-e", f"{base}/errors"]

    def load(self):
        def h2load(kind, port, *words):
            command = ["h2load", "-n", self.REQUESTS, "-c", 20, "-H", "accept-encoding: gzip", *words]
            output = self.client(*command, *(f"{kind}://127.0.0.1:{port}{address}" for address in self.addresses))
            if f"status codes: {self.REQUESTS} 2xx" not in output:
                raise subprocess.CalledProcessError(1, "h2load: not all requests had an answer")

        h2load("http", self.port, "--h1")
        h2load("https", self.secure, "-m", 4)
