"""`Tests/bench smtp`: mail accepted and mail stored per second, Sluice beside Postfix, under the ceiling of smtp-sink."""

import sys
import time
from dataclasses import dataclass

from . import load, machine, mails, sluice
from .dns import NameServer
from .postfix import Postfix, Sink
from .results import Results, number, print_table

TITLE = "accepted and stored mail per second, beside Postfix"
PACKAGES = ["postfix", "knot", "gcc", "libc6-dev", "libsqlite3-dev", "libspf2-dev", "libc-ares-dev", "pkg-config"]

ACCEPTED_GOAL = 3  # times Postfix: taken with 250, and durable
STORED_GOAL = 2  # times Postfix: in the mailbox, and for Sluice found by a search
ROUNDS = 3
QUICK_SECONDS = 45  # what a quick run may take after the build
POLL = 0.05  # seconds between looks into the mailbox
PATIENCE = 300  # seconds without an end after which a run has failed


@dataclass(frozen=True)
class Cell:
    """One way of sending."""

    load: str
    sessions: int
    kept: bool

    def __str__(self):
        return f"{self.load}, {self.sessions} sessions, {'connections kept' if self.kept else 'one a connection'}"


CELLS = [Cell("smtp-source", sessions, kept) for sessions in (10, 50) for kept in (False, True)]
REAL_MAIL = Cell("real mails", 50, True)


class Benchmark:
    """The servers, the load and the samples of one run."""

    def __init__(self, directory, results):
        self.directory = directory
        self.results = results
        quick = results.quick
        self.messages = {
            "postfix": 400 if quick else 4000,
            "sluice": 1500 if quick else 15000,
            "smtp-sink": 2000 if quick else 20000,
        }
        self.mailblast = load.compile_mailblast(directory)
        self.mails = mails.Blast(directory, limit=1000)
        self.servers = []
        self.words = {}

    def prepare(self, binary, resolver_port):
        """Makes and starts the servers, with a mailbox for every run."""
        for index, cell in enumerate([*CELLS, REAL_MAIL]):
            for turn in range(ROUNDS):
                self.words[cell, turn] = f"run{index}{turn}", f"benchword{index:02}{turn}"
        self._start(sluice.Sluice(f"{self.directory}/sluice", binary, resolver_port))
        for peer in (Postfix, Sink):
            try:
                self._start(peer(f"{self.directory}/{peer.name}"))
            except (RuntimeError, OSError, LookupError) as error:
                self.results.note(f"{peer.name} is left out: {error}")

    def _start(self, server):
        for user, _ in self.words.values():
            server.add_user(user)
        try:
            server.start()
        except BaseException:
            server.stop()
            raise
        self.servers.append(server)

    def show_logs(self):
        """Prints the ends of the servers' logs, for who must find out why a run failed."""
        for server in self.servers:
            print(f"-- {server.name}:\n{server.server.read_log()[-3000:]}", file=sys.stderr)

    def stop(self):
        """Ends the servers."""
        for server in self.servers:
            server.stop()

    def measure(self, server, cell, turn):
        """One run: send, wait until all is in the mailbox, keep the sample."""
        user, word = self.words[cell, turn]
        count = self.messages[server.name]
        address = f"{user}@{sluice.DOMAIN}"
        file = self.mails.file(word) if cell.load == "real mails" else None
        stored_before = server.stored(user) if hasattr(server, "stored") else 0
        cpu_before = server.cpu_seconds()
        start = time.monotonic()
        if file:
            accepted = load.mailblast(self.mailblast, server.port, cell.sessions, count, cell.kept, address, file)
        else:
            accepted = load.smtp_source(server.port, cell.sessions, count, cell.kept, address, word)
        sample = {"peer": server.name, "cell": str(cell), "round": turn, "messages": count}
        sample["accepted_per_second"] = count / accepted
        if hasattr(server, "stored"):
            self._wait(server, user, word, stored_before + count, count)
            sample["stored_per_second"] = count / (time.monotonic() - start)
        sample["cpu_seconds_per_1000"] = (server.cpu_seconds() - cpu_before) / count * 1000
        self.results.add(**sample)

    def _wait(self, server, user, word, stored, found):
        deadline = time.monotonic() + PATIENCE
        while (seen := server.stored(user)) < stored:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{server.name} delivered {seen} of {stored} messages within {PATIENCE} s")
            time.sleep(POLL)
        # A mailbox counts as searchable when one search finds every message of the run.
        while hasattr(server, "searchable") and (seen := server.searchable(user, f"subject:{word}")) != found:
            if time.monotonic() > deadline or seen > found:
                raise RuntimeError(f"{server.name} finds {seen} messages by a search, where {found} were sent")
            time.sleep(POLL)


def run(arguments):
    """Runs the benchmark and prints its table and targets."""
    results = Results("smtp", arguments.quick)
    binary = sluice.build()
    started = time.monotonic()
    with machine.workspace() as directory:
        dns = NameServer(f"{directory}/dns")
        benchmark = Benchmark(directory, results)
        try:
            dns.start()
            benchmark.prepare(binary, dns.port)
            for turn in range(ROUNDS):
                for cell in [*CELLS, REAL_MAIL]:
                    if arguments.quick and turn > 0 and time.monotonic() - started > QUICK_SECONDS:
                        continue
                    for server in benchmark.servers:
                        benchmark.measure(server, cell, turn)
        except RuntimeError:
            benchmark.show_logs()
            raise
        finally:
            benchmark.stop()
            dns.stop()
        report(results, benchmark)
    results.finish(arguments.json)


def report(results, benchmark):
    """Prints the table, what must be known to read it, and sets the targets."""
    rows, ratios = [], {"accepted_per_second": [], "stored_per_second": []}
    for cell in map(str, [*CELLS, REAL_MAIL]):
        for server in benchmark.servers:
            row = [cell, server.name]
            for measure, ratio in ratios.items():
                value = results.median(measure, cell=cell, peer=server.name)
                base = results.median(measure, cell=cell, peer="postfix")
                row += [number(value), number(value / base, 2) + "x" if value and base else "-"]
                if server.name == "sluice" and value and base and cell != str(REAL_MAIL):
                    ratio.append(value / base)
            row.append(number(results.median("cpu_seconds_per_1000", cell=cell, peer=server.name), 2))
            rows.append(row)
    print()
    print_table(["load", "server", "accepted/s", "", "stored/s", "", "CPU s/1000"], rows)
    print()
    rounds = [sum(s["cell"] == str(c) and s["peer"] == "postfix" for s in results.samples) for c in CELLS]
    results.note(f"Medians of {min(rounds)} to {max(rounds)} rounds; ratios are to Postfix in the same run.")
    results.note("Stored: sluice = delivered in its ledger and all found by one search; postfix = files in Maildir/new.")
    for server in benchmark.servers:
        results.note(f"{server.name}: {benchmark.messages[server.name]} messages a run; syncs: {server.syncs}")
    results.note("No server here acknowledges before a sync but smtp-sink, which never syncs. Postfix pauses no sender here")
    results.note("(in_flow_delay = 0) and does no DNS, no parsing and no index; sluice looks SPF up in Knot DNS on this")
    results.note("machine, parses and indexes.")
    results.note(f"Real mails: {benchmark.mails.count} of {benchmark.mails.source},")
    results.note(f"{benchmark.mails.mean:,.0f} octets on average, varied senders. Targets: the lowest of the smtp-source rows.")
    lowest = {measure: min(values, default=None) for measure, values in ratios.items()}
    results.target("smtp-accepted-over-postfix", lowest["accepted_per_second"], ">=", ACCEPTED_GOAL)
    results.target("smtp-searchable-over-postfix", lowest["stored_per_second"], ">=", STORED_GOAL)
