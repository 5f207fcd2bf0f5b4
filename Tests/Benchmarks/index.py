"""`Tests/bench index`: our search index beside SQLite FTS5, tantivy, Lucene and Xapian, on the same mails and queries."""

import glob
import os
import shutil
import time
from contextlib import suppress

from . import index_workload as workload
from . import machine, mails, sluice
from .processes import run as run_program
from .results import Results, number, print_table

TITLE = "the search index beside SQLite FTS5, tantivy, Lucene and Xapian: equal hits, rates, sizes, latencies"
PACKAGES = [
    "gcc", "libc6-dev", "python3", "python3-venv", "python3-xapian", "openjdk-17-jdk-headless", "liblucene8-java",
]

MAILS, QUICK_MAILS = 20_000, 1_500
MANY_USERS = 1_000
ROUNDS = 3
QUICK_SECONDS = 46  # what a quick run may take after the build
PATIENCE, QUICK_PATIENCE = 3, 0.25  # seconds for the queries of a class; three times that for one mail a commit
TIMES, QUICK_TIMES = 1_000, 150  # how often the queries of a class are asked at most
XAPIAN_MAILS = 20_000  # beyond these Xapian is left out, and named: it adds less than 2 MB of text a second
TANTIVY = "tantivy==0.25.1"

HERE = os.path.dirname(os.path.realpath(__file__))
TOOLS = os.path.join(sluice.ROOT, ".build-index")
# The system's own, for which Debian packages Xapian and whose SQLite is the system's library.
SYSTEM_PYTHON = "/usr/bin/python3"
JARS = ["lucene-core", "lucene-analyzers-common"]
PEERS = ["fts5", "tantivy", "lucene", "xapian"]
NAMES = {"sluice": "sluice", "fts5": "SQLite FTS5", "tantivy": "tantivy", "lucene": "Lucene", "xapian": "Xapian"}


class Tools:
    """The drivers: for each engine that is here, the command before its arguments."""

    def __init__(self, results):
        self.drivers = {"sluice": [sluice.build("IndexBenchmark"), "measure"]}
        self.environment = dict(os.environ)
        os.makedirs(TOOLS, exist_ok=True)
        for peer, prepare in [("fts5", _fts5), ("tantivy", _tantivy), ("lucene", _lucene), ("xapian", _xapian)]:
            try:
                self.drivers[peer] = prepare()
            except (RuntimeError, OSError) as error:
                results.note(f"not compared: {NAMES[peer]}, which could not be installed: {str(error).strip()[-300:]}")
        shim = f"{TOOLS}/nosync.so"
        run_program(["gcc", "-O2", "-shared", "-fPIC", "-o", shim, f"{HERE}/nosync.c"])
        self.environment["LD_PRELOAD"] = shim

    def measure(self, engine, *arguments):
        """Runs a driver; returns its figures by name."""
        # Ours waits for the disk when it writes segments, as it does in the server.
        environment = None if engine == "sluice" else self.environment
        said = run_program([*self.drivers[engine], *map(str, arguments)], env=environment)
        rows = [line.split("\t") for line in said.splitlines() if "\t" in line]
        return {name: float(value) for name, value in rows}


def _fts5():
    run_program([SYSTEM_PYTHON, "-c", "import sqlite3; sqlite3.connect('').execute('CREATE VIRTUAL TABLE t USING fts5(words)')"])
    return [SYSTEM_PYTHON, f"{HERE}/index_peers.py", "fts5"]


def _tantivy():
    python = f"{TOOLS}/venv/bin/python"
    if not os.path.exists(python):
        run_program([SYSTEM_PYTHON, "-m", "venv", f"{TOOLS}/venv"])
    run_program([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", TANTIVY])
    return [python, f"{HERE}/index_peers.py", "tantivy"]


def _lucene():
    found = [sorted(glob.glob(f"/usr/share/java/{jar}-8*.jar")) for jar in JARS]
    if not all(found):
        raise RuntimeError("liblucene8-java is not here")
    path = ":".join([TOOLS, *(jars[-1] for jars in found)])
    run_program(["javac", "-d", TOOLS, "-cp", path, f"{HERE}/IndexPeer.java"])
    return ["java", "-Xmx1g", "-cp", path, "IndexPeer"]


def _xapian():
    run_program([SYSTEM_PYTHON, "-c", "import xapian"])
    return [SYSTEM_PYTHON, f"{HERE}/index_peers.py", "xapian"]


class Benchmark:
    """The workload and samples of one run."""

    def __init__(self, directory, tools, results, count):
        self.directory, self.tools, self.results, self.count = directory, tools, results, count
        self.workload = f"{directory}/workload"
        self.unequal = []
        self.compared = 0
        os.mkdir(self.workload)
        paths, source = mails.corpus()
        corpus = os.path.dirname(os.path.dirname(paths[0]))
        run_program([tools.drivers["sluice"][0], "prepare", corpus, self.workload])
        known, left_out = workload.write(self.workload, count, MANY_USERS)
        results.note(f"{count:,} mails drawn at random (fixed seed) from {known - left_out:,} of {known:,}: {source};")
        results.note(f"{left_out} are left out, for which the engines' rules for words could answer a query differently.")

    def measure(self, engine, users, turn):
        """One engine in a fresh directory; its sample and its hits are kept."""
        place, hits = f"{self.directory}/run", f"{self.directory}/hits-{engine}-{users}"
        os.mkdir(place)
        with suppress(FileNotFoundError):
            os.remove(hits)
        patience, times = (QUICK_PATIENCE, QUICK_TIMES) if self.results.quick else (PATIENCE, TIMES)
        try:
            figures = self.tools.measure(engine, self.workload, users, place, hits, patience, times)
        finally:
            shutil.rmtree(place)
        self.results.add(engine=engine, users=users, round=turn, figures=figures)
        if engine != "sluice":
            self.compare(engine, users)

    def compare(self, engine, users):
        """Demands the same hits, by count and number, for every query."""
        queries = workload.read_queries(self.workload, users)
        lines = []
        for name in ("sluice", engine):
            with open(f"{self.directory}/hits-{name}-{users}") as file:
                lines.append([line.split() for line in file.read().split("\n")[: len(queries)]])
        for query, ours, theirs in zip(queries, *lines):
            self.compared += 1
            if ours != theirs:
                odd = sorted(map(int, set(ours) ^ set(theirs)))[:5]
                said = f"{NAMES[engine]}: {query}: {len(ours)} hits here, {len(theirs)} there; such as {odd}"
                self.unequal.append(said)

    def round(self, turn):
        """All engines once, in turn."""
        for users in (1, MANY_USERS):
            for engine in self.tools.drivers:
                if engine == "xapian" and users > 1:
                    continue
                self.measure(engine, users, turn)


def run(arguments):
    """Runs the benchmark and prints its table and targets."""
    results = Results("index", arguments.quick)
    tools = Tools(results)
    count = arguments.mails or (QUICK_MAILS if arguments.quick else MAILS)
    if count > XAPIAN_MAILS and tools.drivers.pop("xapian", None):
        results.note(f"not compared: Xapian, which would take many minutes for more than {XAPIAN_MAILS:,} mails")
    started = time.monotonic()
    with machine.workspace() as directory:
        benchmark = Benchmark(directory, tools, results, count)
        for turn in range(arguments.rounds or ROUNDS):
            begun = time.monotonic()
            benchmark.round(turn)
            took = time.monotonic() - begun
            if arguments.quick and time.monotonic() - started + took > QUICK_SECONDS:
                break
    for line in benchmark.unequal[:20]:
        results.note(f"unequal hits: {line}")
    report(results, benchmark)
    results.finish(arguments.json)
    if benchmark.unequal:
        raise RuntimeError(f"{len(benchmark.unequal)} of {benchmark.compared} comparisons of hits differ; see above")


# A row: its name, the figure, how many users, the factor to the unit that is shown, and the digits.
ROWS = [
    ["one mail a commit: mails/s", "commit_rate", 1, 1, 0],
    ["  until visible, p50 µs", "visible_p50", 1, 1e6, 1],
    ["  until visible, p99 µs", "visible_p99", 1, 1e6, 1],
    ["  the same while merging", "visible_p99_merging", 1, 1e6, 1],
    ["  until visible, longest µs", "visible_max", 1, 1e6, 0],
    ["  octets written per octet of text", "written_per_text", 1, 1, 2],
    ["all at once: MB of text per CPU second", "bulk_mb_per_cpu_second", 1, 1, 1],
    ["index / text, one user", "size_per_text", 1, 1, 3],
    ["index / text, 1,000 users", "size_per_text", MANY_USERS, 1, 3],
    ["memory, MB, one user", "memory_mb", 1, 1, 0],
    ["memory, MB, 1,000 users", "memory_mb", MANY_USERS, 1, 0],
]
for name in workload.CLASSES:
    ROWS += [[f"{name}, {share} µs", f"{name} {share}", 1, 1e6, 1] for share in ("p50", "p99")]
ROWS += [[f"one of 1,000 users, {share} µs", f"{workload.MANY_CLASS} {share}", MANY_USERS, 1e6, 1] for share in ("p50", "p99")]


def value(results, engine, name, users=1):
    """The median of a figure over the rounds, or None."""
    found = sorted(
        sample["figures"][name]
        for sample in results.samples
        if sample["engine"] == engine and sample["users"] == users and name in sample["figures"]
    )
    return found[len(found) // 2] if found else None


def ratio(results, over, under, name, users=1):
    """The median over the rounds of one engine's figure by another's."""
    found = []
    for sample in results.samples:
        if sample["engine"] != over or sample["users"] != users:
            continue
        for other in results.samples:
            if (other["engine"], other["users"], other["round"]) == (under, users, sample["round"]):
                pair = sample["figures"].get(name), other["figures"].get(name)
                if all(pair):
                    found.append(pair[0] / pair[1])
    found.sort()
    return found[len(found) // 2] if found else None


def report(results, benchmark):
    """Prints the table: every figure, and behind a peer's how often it holds ours."""
    engines = [engine for engine in NAMES if engine in benchmark.tools.drivers]
    rows = []
    for name, figure, users, factor, digits in ROWS:
        row = [name]
        for engine in engines:
            shown = value(results, engine, figure, users)
            cell = number(None if shown is None else shown * factor, digits)
            times = ratio(results, engine, "sluice", figure, users)
            row.append(cell if engine == "sluice" or times is None else f"{cell} ({times:,.2f}×)")
        rows.append(row)
    print()
    print_table(["figure (a peer's by ours)", *(NAMES[engine] for engine in engines)], rows)
    print()
    turns = 1 + max(sample["round"] for sample in results.samples)
    results.note(f"Medians of {turns} rounds, engines in turn; newest 10 hits. All hits of a query were compared {benchmark.compared} times,")
    results.note(f"{len(benchmark.unequal)} of them unequal. Peers commit on top of all mails and do not wait for the disk; tantivy's, FTS5's and")
    results.note("Xapian's drivers are Python (5-15 µs a query, and the documents they make count as indexing); Lucene's CPU time holds that of")
    results.note("its compiler, and its index is sorted newest first. Peers have one field of words and an exact sender; ours has words of")
    results.note("subject, people and file names apart, too. Memory is what is not a file's, at its highest (ours) or at the end (peers).")
    results.target("index-unequal-hits", len(benchmark.unequal), "==", 0, digits=0)
    targets(results)


def best(results, name, peers=PEERS):
    """The peer with the smallest median of a figure."""
    known = {peer: value(results, peer, name) for peer in peers}
    known = {peer: figure for peer, figure in known.items() if figure}
    return min(known, key=known.get) if known else None


def targets(results):
    """What the index is to reach at 200,000 mails; with fewer these show where it stands."""
    results.target("index-commits-per-second", value(results, "sluice", "commit_rate"), ">=", 10_000, 0)
    results.target("index-commits-over-fts5", ratio(results, "sluice", "fts5", "commit_rate"), ">=", 8)
    results.target("index-commits-over-tantivy", ratio(results, "sluice", "tantivy", "commit_rate"), ">=", 150)
    merging = value(results, "sluice", "visible_p99_merging")
    results.target("index-visible-p99-ms-while-merging", None if merging is None else merging * 1000, "<=", 1)
    results.target("index-written-per-text", value(results, "sluice", "written_per_text"), "<=", 1.6)
    results.target("index-fts5-written-over-ours", ratio(results, "fts5", "sluice", "written_per_text"), ">=", 15)
    results.target("index-size-per-text", value(results, "sluice", "size_per_text"), "<=", 0.33, 3)
    results.target("index-size-per-text-1000-users", value(results, "sluice", "size_per_text", MANY_USERS), "<=", 0.48, 3)
    results.target("index-bulk-over-tantivy", ratio(results, "sluice", "tantivy", "bulk_mb_per_cpu_second"), ">=", 2)
    common = best(results, "common word p50", ["lucene", "fts5"])
    results.target("index-common-word-p50-best-of-lucene-fts5-over-ours", ratio(results, common, "sluice", "common word p50"), ">=", 10)
    for name, goal in [("two words", 4), ("phrase", 2), ("prefix", 20), ("word, sender, unread", 2)]:
        label = name.replace(", ", "-").replace(" ", "-")
        results.target(f"index-{label}-p50-tantivy-over-ours", ratio(results, "tantivy", "sluice", f"{name} p50"), ">=", goal)
    for name in workload.CLASSES:
        label = name.replace(", ", "-").replace(" ", "-")
        peer = best(results, f"{name} p99")
        results.target(f"index-{label}-p99-best-peer-over-ours", ratio(results, peer, "sluice", f"{name} p99"), ">=", 1)
    results.target("index-memory-mb", value(results, "sluice", "memory_mb"), "<=", 200, 0)
    results.target("index-memory-mb-1000-users", value(results, "sluice", "memory_mb", MANY_USERS), "<=", 200, 0)
