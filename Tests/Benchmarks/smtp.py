"""`Tests/bench smtp`: mail accepted and mail stored per second, Sluice beside other servers, under the ceiling of smtp-sink."""

import sys
import time
from dataclasses import dataclass
from statistics import median

from . import idle, load, machine, mails, sluice
from .dns import NameServer
from .dovecot import PostfixDovecot
from .exim import Exim
from .opensmtpd import OpenSMTPD
from .postfix import Postfix, Sink
from .results import Results, number, print_table

TITLE = "accepted and stored mail per second, beside Postfix, Dovecot, OpenSMTPD and Exim"
PACKAGES = ["postfix", "dovecot-lmtpd", "knot", "gcc", "libc6-dev", "libsqlite3-dev", "libspf2-dev", "libc-ares-dev"]
PACKAGES += ["pkg-config"]
# What OpenSMTPD and Exim are linked to; they themselves cannot be installed beside Postfix.
PACKAGES += ["libevent-2.1-7", "libidn12", "libgnutls-dane0", "libnsl2", "libdb5.3", "libpcre2-8-0"]

ROUNDS = 3
RUN_SECONDS = 1.5  # about what one run takes at most: so much is sent as the server stored in this time before
QUICK_RUN_SECONDS = 0.6
# What all rounds together take: how long the first one took says how long the runs of the others may be. Three rounds
# of 144 runs of 1.5 s, with those that take longer because each of 200 sessions sends a mail, are about 20 minutes.
FULL_SECONDS = 1320
QUICK_SECONDS = 40
LARGEST_RUN = 200 * 2**20  # octets that one run sends at most, but each session sends one mail
SHORTEST = 0.3  # of its length before a run may be cut to: less would measure the beginning only
POLL = 0.05  # seconds between looks into the mailbox
PATIENCE = 60  # seconds without an end after which a run has failed
IDLE_CONNECTIONS = 10_000
SIZES = {"5 KB": 5 * 1024, "50 KB": 50 * 1024, "1 MB": 2**20}


@dataclass(frozen=True)
class Cell:
    """One way of sending."""

    size: str
    sessions: int
    kept: bool

    def __str__(self):
        return f"{self.size}, {self.sessions} sessions, {'many' if self.kept else 'one'} a connection"


CELLS = [Cell(size, sessions, kept) for size in SIZES for sessions in (1, 10, 50, 200) for kept in (False, True)]
JUDGED = {"one": Cell("5 KB", 50, False), "many": Cell("5 KB", 50, True)}  # the targets are about these
PEERS = [Postfix, PostfixDovecot, OpenSMTPD, Exim, Sink]
QUICK_PEERS = [Postfix, PostfixDovecot, Sink]  # those of the targets


class Benchmark:
    """The servers, the load and the samples of one run."""

    def __init__(self, directory, results):
        self.directory = directory
        self.results = results
        self.cells = list(JUDGED.values()) if results.quick else CELLS
        self.mailblast = load.compile_mailblast(directory)
        self.mails = {
            size: mails.Blast(directory, SIZES[size]) for size in dict.fromkeys(cell.size for cell in self.cells)
        }
        self.servers = []
        self.users = {cell: f"user{index}" for index, cell in enumerate(self.cells)}
        self.rates = {}
        self.overloaded = {}  # how many sessions a peer did not take, by its name and whether connections are kept
        self.runs = 0
        self.run_seconds = QUICK_RUN_SECONDS if results.quick else RUN_SECONDS

    def prepare(self, binary, resolver_port):
        """Makes and starts the servers, with a mailbox for every way of sending, and finds out how fast they are."""
        self._start(sluice.Sluice, "sluice", binary, resolver_port)
        if self.results.quick:
            self.results.note("a quick run leaves OpenSMTPD and Exim out, which no target is about")
        for peer in QUICK_PEERS if self.results.quick else PEERS:
            try:
                self._start(peer, peer.name)
            except (RuntimeError, OSError, LookupError) as error:
                self.results.note(f"{peer.name} is left out: {error}")
        for server in self.servers:
            # A first rate for each way: some servers take many connections much slower than many messages over one.
            for first in {(cell.size, cell.kept): cell for cell in reversed(self.cells)}.values():
                self._send(server, first, max(20, first.sessions))

    def _start(self, kind, name, *arguments):
        server = kind(f"{self.directory}/{name}", *arguments)
        for user in self.users.values():
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
        """One run of about the wanted length; keeps the sample.

        A peer that does not take it is noted, and not asked again for so many sessions or more.
        """
        way = (server.name, cell.kept)
        if cell.sessions >= self.overloaded.get(way, cell.sessions + 1):
            return
        rate = self.rates.get((server.name, cell)) or self.rates[server.name, cell.size, cell.kept]
        wanted = rate * self.run_seconds
        count = max(cell.sessions, int(min(wanted, LARGEST_RUN / SIZES[cell.size])))
        try:
            sample = self._send(server, cell, count)
        except load.LoadFailed as error:
            if server is self.servers[0]:
                raise
            self.overloaded[way] = cell.sessions
            self.results.note(f"{server.name}, {cell}: not measured, {error}")
            return
        self.results.add(peer=server.name, cell=str(cell), round=turn, messages=count, **sample)

    def _send(self, server, cell, count):
        """Sends, waits until all is in the mailbox, and returns what was seen."""
        self.runs += 1
        user, word = self.users[cell], f"bench{self.runs:07}"
        file = self.mails[cell.size].file(word)
        stores = hasattr(server, "stored")
        stored_before = server.stored(user) if stores else 0
        cpu_before = sum(map(machine.cpu_seconds, server.roots))
        address = f"{user}@{sluice.DOMAIN}"
        with machine.PeakMemory(server.roots) as memory:
            start = time.monotonic()
            accepted = load.mailblast(self.mailblast, server.port, cell.sessions, count, cell.kept, address, file)
            if stores:
                self._wait(server, user, word, stored_before + count, count)
            stored = time.monotonic() - start
        cpu = sum(map(machine.cpu_seconds, server.roots)) - cpu_before
        self.rates[server.name, cell] = self.rates[server.name, cell.size, cell.kept] = count / stored
        sample = {"accepted_per_second": count / accepted, "cpu_seconds_per_1000": cpu / count * 1000}
        sample["peak_memory"] = memory.octets
        if stores:
            sample["stored_per_second"] = count / stored
        return sample

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
    sluice.build("spf-worker")
    started = time.monotonic()
    with machine.workspace() as directory:
        dns = NameServer(f"{directory}/dns")
        benchmark = Benchmark(directory, results)
        try:
            dns.start()
            benchmark.prepare(binary, dns.port)
            measure_all(benchmark, started + (QUICK_SECONDS if arguments.quick else FULL_SECONDS))
            idle_memory = measure_idle(f"{directory}/idle", binary, dns.port, results)
        except RuntimeError:
            benchmark.show_logs()
            raise
        finally:
            benchmark.stop()
            dns.stop()
        report(results, benchmark)
        set_targets(results, idle_memory)
    results.finish(arguments.json)


def measure_all(benchmark, deadline):
    """Runs every server with every load, in turn; later rounds have shorter runs where time would not suffice."""
    for turn in range(ROUNDS):
        started = time.monotonic()
        for cell in benchmark.cells:
            for server in benchmark.servers:
                benchmark.measure(server, cell, turn)
        now = time.monotonic()
        left = ROUNDS - turn - 1
        if left:
            benchmark.run_seconds *= min(1, max(SHORTEST, (deadline - now) / left / (now - started)))


def measure_idle(directory, binary, resolver_port, results):
    """Returns the megabytes that the server takes with many idle connections, or None when there cannot be so many."""
    server = sluice.Sluice(directory, binary, resolver_port)
    try:
        before, during = idle.memory(server, IDLE_CONNECTIONS)
    except (RuntimeError, OSError) as error:
        results.note(f"idle connections are left out: {error}")
        return None
    finally:
        server.stop()
    results.note(
        f"{IDLE_CONNECTIONS:,} idle connections: {during / 1e6:,.0f} MB, without them {before / 1e6:,.0f} MB;"
        f" {(during - before) / IDLE_CONNECTIONS / 1024:.1f} KiB each."
    )
    return during / 1e6


def report(results, benchmark):
    """Prints the table and what must be known to read it."""
    rows = []
    for cell in map(str, benchmark.cells):
        for server in benchmark.servers:
            row = [cell, server.name]
            for measure in ("accepted_per_second", "stored_per_second"):
                row.append(number(results.median(measure, cell=cell, peer=server.name)))
                ratio = ratio_of(results, measure, cell, server.name, "postfix")
                row.append(number(ratio, 2) + "x" if ratio else "-")
            row.append(number(results.median("cpu_seconds_per_1000", cell=cell, peer=server.name), 2))
            memory = results.median("peak_memory", cell=cell, peer=server.name)
            row.append(number(memory and memory / 1e6))
            rows.append(row)
    print()
    print_table(["load", "server", "accepted/s", "", "stored/s", "", "CPU s/1000", "peak MB"], rows)
    print()
    results.note(f"Medians of {ROUNDS} rounds; ratios are to Postfix in the same round.")
    results.note(f"A run takes {benchmark.run_seconds:.1f} s or more in the last round.")
    results.note("Stored: sluice = delivered in its ledger and all found by one search; others = files in Maildir/new.")
    results.note("CPU and memory: of the server's processes alone (for sluice also its SPF helper), without load and DNS.")
    for server in benchmark.servers:
        results.note(f"{server.name} syncs: {server.syncs}")
    results.note("No peer here does DNS, parsing or an index. Sluice runs pipelines/inbound.yaml, its limit of sessions")
    results.note("lifted: it looks up SPF, DKIM, ARC and DMARC in Knot DNS on this machine, parses and indexes.")
    results.note("Postfix pauses no sender here (in_flow_delay = 0).")
    if not results.quick:
        results.note("OpenSMTPD's backlog of connections is 5: where more come at once, clients try again after a second.")
    for size, blast in benchmark.mails.items():
        results.note(f"{size}: {blast.count} mails, {blast.mean:,.0f} octets on average; varied senders; {blast.source}.")


def ratio_of(results, measure, cell, peer, base):
    """The median of the ratios of two servers within a round, or None without any."""
    values = {
        name: {s["round"]: s[measure] for s in results.samples if (s["cell"], s["peer"]) == (str(cell), name) and measure in s}
        for name in (peer, base)
    }
    ratios = [value / values[base][turn] for turn, value in values[peer].items() if values[base].get(turn)]
    return median(ratios) if ratios else None


def set_targets(results, idle_memory):
    """Compares what was measured to the goals."""

    def ratios(measure, base, *ways):
        return [r for way in ways if (r := ratio_of(results, measure, JUDGED[way], "sluice", base)) is not None]

    def target(name, values, goal, goal_number):
        # Where a goal is about both ways of sending, the worse one counts.
        worse = min if goal == ">=" else max
        results.target(name, worse(values, default=None), goal, goal_number)

    accepted, stored, cpu = "accepted_per_second", "stored_per_second", "cpu_seconds_per_1000"
    target("smtp-accepted-many-a-connection-over-postfix", ratios(accepted, "postfix", "many"), ">=", 10)
    target("smtp-accepted-one-a-connection-over-postfix", ratios(accepted, "postfix", "one"), ">=", 5)
    target("smtp-accepted-one-a-connection-over-smtp-sink", ratios(accepted, "smtp-sink", "one"), ">=", 0.6)
    target("smtp-searchable-over-postfix-dovecot", ratios(stored, "postfix+dovecot", "one", "many"), ">=", 5)
    target("smtp-cpu-over-postfix-dovecot", ratios(cpu, "postfix+dovecot", "one", "many"), "<=", 0.5)
    results.target("smtp-idle-connections-megabytes", idle_memory, "<=", 200, digits=0)
