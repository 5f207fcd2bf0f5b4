"""`Tests/bench queue`: messages made durable per second by our journal and by other ways, on the same disk in one run."""

import json
import os
import shutil
import time

from . import machine, sluice
from .processes import run as run_program
from .results import Results, number, print_table

TITLE = "messages made durable per second, by the journal and by other ways"
PACKAGES = ["gcc", "libc6-dev", "libsqlite3-dev", "libspf2-dev", "libc-ares-dev", "pkg-config"]

SIZE = 5 << 10  # octets of a usual mail
LARGE = 25 << 20  # octets of a mail that goes the way of large messages
PRODUCERS = [1, 8, 64, 256]
ROUNDS = 3
QUICK_SECONDS = 40  # what a quick run may take after the build

FILES_GOAL = 10  # times the file-per-message way, at 64 producers
DISK_GOAL = 0.5  # of the disk's own rate with groups of 64 messages
WRITTEN_GOAL = 1.1  # octets written per octet of mail
LATENCY_GOAL = 3  # times the 99th percentile of a bare fdatasync

# Messages of one run, by way and producers: enough for about two seconds on a disk with 1,000 synchronisations a second.
MESSAGES = {
    "journal": {1: 2_000, 8: 8_000, 64: 96_000, 256: 128_000},
    "sync": {1: 2_000, 8: 4_000, 64: 4_096, 256: 4_096},
    "files": {1: 1_000, 8: 2_000, 64: 2_048, 256: 2_048},
    "sqlite": {1: 2_000, 8: 2_000, 64: 2_048, 256: 2_048},
}
GROUPED = 32_000
NAMES = {
    "journal": "sluice's journal",
    "sync": "an fdatasync a message",
    "files": "a file a message",
    "sqlite": "SQLite, FULL",
}


def octets_on_disk(place):
    """What the block device under a directory has written since the system started, with all that is cached written out;
    None if the directory lies on no block device.

    A process's own count (write_bytes of /proc/PID/io) is no measure: for one page it counts the whole folio that the
    kernel keeps the page in, though the page alone reaches the disk.
    """
    device = os.stat(place).st_dev
    os.sync()
    try:
        with open(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat", encoding="ascii") as file:
            return int(file.read().split()[6]) * 512
    except OSError:
        return None


class Benchmark:
    """The programs and samples of one run."""

    def __init__(self, directory, binary, results):
        self.directory = directory
        self.binary = binary
        self.results = results
        self.peers = f"{directory}/queuepeers"
        source = f"{os.path.dirname(os.path.realpath(__file__))}/queuepeers.c"
        run_program(["gcc", "-O2", "-Wall", "-pthread", "-o", self.peers, source, "-lsqlite3"])

    def measure(self, way, producers, messages, size, turn):
        """One run in a fresh directory; its sample is kept."""
        place = f"{self.directory}/run"
        os.mkdir(place)
        before = octets_on_disk(place)
        try:
            if way == "journal":
                said = run_program([self.binary, f"{place}/queue", str(producers), str(messages), str(size)])
            else:
                said = run_program([self.peers, way, place, str(producers), str(messages), str(size)])
            after = octets_on_disk(place)
        finally:
            shutil.rmtree(place)
        sample = json.loads(said)
        if before is not None:
            sample["written_per_octet"] = (after - before) / (messages // producers * producers * size)
        self.results.add(way=way, producers=producers, size=size, round=turn, **sample)

    def round(self, turn, share):
        """All ways once, in turn, so that all meet the same disk."""
        self.measure("groups", 1, int(GROUPED * share), SIZE, turn)
        for producers in PRODUCERS:
            for way, messages in MESSAGES.items():
                self.measure(way, producers, max(int(messages[producers] * share), producers * 4), SIZE, turn)
        self.measure("journal", 1, max(int(8 * share), 2), LARGE, turn)


def run(arguments):
    """Runs the benchmark and prints its table and targets."""
    results = Results("queue", arguments.quick)
    binary = sluice.build("QueueBenchmark")
    started = time.monotonic()
    with machine.workspace() as directory:
        benchmark = Benchmark(directory, binary, results)
        for turn in range(ROUNDS):
            if arguments.quick and turn > 0 and time.monotonic() - started > QUICK_SECONDS / 2:
                break
            benchmark.round(turn, 0.25 if arguments.quick else 1)
        kind = machine.file_system_type(directory)
    report(results, kind)
    results.finish(arguments.json)


def report(results, kind):
    """Prints the table, what must be known to read it, and sets the targets."""
    rows = []
    for producers in PRODUCERS:
        for way, name in NAMES.items():
            of = {"way": way, "producers": producers, "size": SIZE}
            row = [f"{producers} producers, {name}", number(results.median("per_second", **of))]
            row += [milliseconds(results.median(measure, **of)) for measure in ("p50", "p99")]
            rows.append(row + [number(results.median("written_per_octet", **of), 2)])
    of = {"way": "groups"}
    rows.append(["the disk: groups of 64, one thread", number(results.median("per_second", **of))])
    rows[-1] += [milliseconds(results.median(measure, **of)) for measure in ("p50", "p99")] + ["-"]
    of = {"way": "journal", "size": LARGE}
    rows.append(["25 MB, sluice's journal", number(results.median("per_second", **of), 1)])
    rows[-1] += [milliseconds(results.median(measure, **of)) for measure in ("p50", "p99")]
    rows[-1].append(number(results.median("written_per_octet", **of), 2))
    print()
    print_table(["way", "messages/s", "p50 ms", "p99 ms", "written/octet"], rows)
    print()
    turns = 1 + max(sample["round"] for sample in results.samples)
    results.note(f"Medians of {turns} rounds on {kind}, ways in turn; {SIZE:,} octets a message. Times are from handing a")
    results.note("message over to knowing that it is durable; sluice's messages are delivered and freed in the same run.")
    results.note("written/octet is what the block device wrote meanwhile, with the file system's own blocks; where there is")
    results.note("no block device, what the kernel counts for the process, which is more than reaches a disk.")
    targets(results)


def targets(results):
    """Compares the medians with the goals; ratios are taken within a round, where all met the same disk."""
    files = ratio(results, "per_second", ("journal", 64), ("files", 64))
    disk = ratio(results, "per_second", ("journal", 64), ("groups", 1))
    latency = ratio(results, "p99", ("journal", 1), ("sync", 1))
    results.target("queue-over-file-per-message-64", files, ">=", FILES_GOAL)
    results.target("queue-over-disk-rate-64", disk, ">=", DISK_GOAL)
    small = results.median("written_per_octet", way="journal", producers=64, size=SIZE)
    large = results.median("written_per_octet", way="journal", size=LARGE)
    results.target("queue-written-per-octet-64", small, "<=", WRITTEN_GOAL)
    results.target("queue-written-per-octet-25MB", large, "<=", WRITTEN_GOAL)
    results.target("queue-commit-p99-over-fdatasync", latency, "<=", LATENCY_GOAL)


def ratio(results, measure, ours, theirs):
    """The median over the rounds of our figure by theirs."""
    rounds = sorted({sample["round"] for sample in results.samples})
    values = []
    for turn in rounds:
        pair = [
            results.median(measure, way=way, producers=producers, size=SIZE, round=turn)
            for way, producers in (ours, theirs)
        ]
        if all(pair):
            values.append(pair[0] / pair[1])
    values.sort()
    return values[len(values) // 2] if values else None


def milliseconds(seconds):
    """A time as the table shows it."""
    return number(None if seconds is None else seconds * 1000, 2)
