"""The machine: its description, a place on its real disk, its free ports, its processes' CPU time and memory."""

import os
import platform
import shutil
import socket
import tempfile
import threading
import time
from contextlib import contextmanager, suppress

TICKS = os.sysconf("SC_CLK_TCK")
MEMORY_INTERVAL = 0.4  # seconds between looks; more of them would cost what is measured


def description():
    """What a reader needs to know to judge a figure."""
    model = "unknown"
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 2**30, 1),
        "kernel": platform.release(),
        "system": _system_name(),
        "load_1m": round(os.getloadavg()[0], 2),
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _system_name():
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "unknown")
    except OSError:
        return "unknown"


def file_system_type(path):
    """The type of the file system that holds `path`, such as ext4."""
    path = os.path.realpath(path)
    best, kind = "", "unknown"
    with open("/proc/mounts") as file:
        for line in file:
            point, name = line.split()[1:3]
            point = point.replace("\\040", " ")
            inside = point == "/" or path == point or path.startswith(point + "/")
            if inside and len(point) >= len(best):
                best, kind = point, name
    return kind


@contextmanager
def workspace():
    """A fresh directory on a real disk, readable on the way down by the peers' users, removed afterwards."""
    candidates = [os.environ.get("SLUICE_BENCH_DIRECTORY"), "/var/tmp", tempfile.gettempdir(), os.getcwd()]
    for parent in filter(None, candidates):
        if os.access(parent, os.W_OK) and file_system_type(parent) not in ("tmpfs", "ramfs"):
            break
    else:
        raise RuntimeError("no writable directory on a real disk; name one in SLUICE_BENCH_DIRECTORY")
    path = tempfile.mkdtemp(prefix="sluice-bench-", dir=parent)
    os.chmod(path, 0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def free_port():
    """A loopback port that is free for TCP and UDP now."""
    while True:
        with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagram:
            stream.bind(("127.0.0.1", 0))
            port = stream.getsockname()[1]
            try:
                datagram.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def wait_for(arrived, alive=lambda: True, what="what was waited for", seconds=30):
    """Waits until something is so; raises when the server ends first or it takes too long."""
    deadline = time.monotonic() + seconds
    while not arrived():
        if not alive() or time.monotonic() > deadline:
            raise RuntimeError(f"{what} did not come within {seconds} s, or the server ended before")
        time.sleep(0.02)


def wait_for_port(port, alive=lambda: True):
    """Waits until something accepts connections; raises when it ends or takes too long."""

    def connects():
        with socket.socket() as client:
            client.settimeout(1)
            return client.connect_ex(("127.0.0.1", port)) == 0

    wait_for(connects, alive, f"a server on port {port}")


def processes(root):
    """A process and all that descend from it, each with its CPU ticks and those of its ended children."""
    children, ticks = {}, {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat") as file:
                # The command's name stands in parentheses and may hold anything, so count from the last one.
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue  # It ended meanwhile; its time is in its parent's sum.
        children.setdefault(int(fields[1]), []).append(int(name))
        ticks[int(name)] = sum(int(field) for field in fields[11:15])
    found, open_ends = {}, [root]
    while open_ends:
        process = open_ends.pop()
        found[process] = ticks.get(process, 0)
        open_ends += children.get(process, [])
    return found


def cpu_seconds(root):
    """CPU seconds used so far by a process, what descends from it, and its ended children that were waited for."""
    return sum(processes(root).values()) / TICKS


def memory(root):
    """Octets of memory that a process and what descends from it take; shared pages count once."""
    kilobytes = 0
    for process in processes(root):
        try:
            with open(f"/proc/{process}/smaps_rollup") as file:
                kilobytes += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        except OSError:
            continue  # It ended meanwhile.
    return kilobytes * 1024


def forget_peak_memory(root):
    """Lets the peaks of a process, and of what descends from it, begin anew."""
    for process in processes(root):
        with suppress(OSError), open(f"/proc/{process}/clear_refs", "w") as file:
            file.write("5")


def peak_memory(root):
    """The most octets that a process and what descends from it have taken, as the kernel counts them.

    Unlike a look now and then, it costs the process nothing meanwhile; but pages that several share count for each.
    """
    kilobytes = 0
    for process in processes(root):
        with suppress(OSError), open(f"/proc/{process}/status") as file:
            kilobytes += sum(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))
    return kilobytes * 1024


def octets_read(process):
    """How many octets a process has read so far, from sockets too."""
    with open(f"/proc/{process}/io") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("rchar:"))


class PeakMemory:
    """Looks at the memory of servers now and then while a block runs, and keeps the largest value."""

    def __init__(self, roots):
        self.roots = roots
        self.octets = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def _watch(self):
        while True:
            self.octets = max(self.octets, sum(map(memory, self.roots)))
            if self.ended.wait(MEMORY_INTERVAL):
                return
