"""`Tests/bench smtp-attacks`: what normal mail notices while strangers attack the server."""

import json
import math
import os
import random
import socket
import string
import subprocess
import sys
import time
from contextlib import contextmanager

from . import machine, sluice
from .dns import NameServer
from .processes import run as run_command
from .results import Results, number, print_table

TITLE = "the time of a normal delivery, the memory and the log while clients attack"
PACKAGES = ["gcc", "libc6-dev", "knot", "openssl", "libsqlite3-dev", "libspf2-dev", "libc-ares-dev", "pkg-config"]

ROUNDS = 5
DELIVERIES = 1000  # in each third of a round: ten are beyond the 99th percentile
QUICK_ROUNDS = 1
QUICK_DELIVERIES = 200
PAUSE = 0.002  # seconds between two deliveries: a mail now and then, not a second attack
SETTLING = 0.5  # seconds
SIZE = 5 * 1024
GOAL = 2  # the 99th percentile under attack over the one without
MEMORY_GOAL = 192  # MB: 64 for the input of all sessions together, and 128 for 10,000 sessions of 12 KB and a half
NORMAL = "normal.example"  # how the client of the deliveries calls itself, to tell its lines in the log
ATTACKS = {
    "slow-loris": "1,000 clients that each send an octet of a command every half second, all at once",
    "idle": "10,000 clients that said EHLO and then nothing",
    "endless-line": "20 clients that send 64 KB of a line every 50 ms, and come again when they are sent away",
    "megabyte-command": "20 clients that send commands of 1 MB, 64 KB every 50 ms, and come again",
    "nuls": "20 clients that send 64 KB of commands with NULs every 50 ms, and come again",
    "endless-header": "10 clients that send 64 KB of header fields every 50 ms, and come again",
    "never-reading": "200 clients that send 3.5 KB of commands every 50 ms and never read a reply, and come again",
    "tls-garbage": "200 handshakes a second, half of them after STARTTLS, that are random octets",
    "half-closed": "200 clients a second that end their side within a command",
}


class AttackedSluice(sluice.Sluice):
    """The server with a certificate, and a second listener where TLS begins with the first octet."""

    def __init__(self, directory, binary, resolver_port):
        os.makedirs(directory)
        self.tls_port = machine.free_port()
        self.certificate, self.key = f"{directory}/mx.pem", f"{directory}/mx.key"
        subject = ["-subj", "/CN=mx.bench.example", "-days", "2"]
        files = ["-keyout", self.key, "-out", self.certificate]
        kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        run_command(["openssl", "req", "-x509", *kind, *subject, *files])
        super().__init__(directory, binary, resolver_port)

    def _replacements(self, file_name, resolver_port):
        replacements = super()._replacements(file_name, resolver_port)
        if file_name == "inbound.yaml":
            files = f"{{ certificate: {self.certificate}, key: {self.key} }}"
            tls = f'{{ certificates: [{files}], listen: ["127.0.0.1:{self.tls_port}"] }}'
            replacements["listen"] += f"\n    tls: {tls}"
        return replacements


class Attackers:
    """The program of the attackers, which is also their sink."""

    def __init__(self, directory):
        source = os.path.join(os.path.dirname(__file__), "attackers.c")
        self.binary = f"{directory}/attackers"
        run_command(["cc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-o", self.binary, source])

    @contextmanager
    def running(self, *arguments):
        """Runs it, at full strength within `with`; the dictionary that this gives has its last words afterwards."""
        words = {}
        process = subprocess.Popen(
            [self.binary, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=_stand_back,
        )
        try:
            if process.stdout.readline().strip() != "ready":
                raise RuntimeError(f"the attackers ended with {process.wait()}")
            yield words
        finally:
            process.stdin.close()
            last = process.stdout.read()
            process.wait()
        words.update(json.loads(last))


def _stand_back():
    """Leaves the processors to all others: attackers have machines of their own."""
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def deliver(port, recipient, count):
    """Sends so many mails, a connection each, and returns the seconds from connecting to the last reply of each."""
    times = []
    for _ in range(count):
        text = "".join(random.choices(string.ascii_lowercase + " ", k=SIZE))
        lines = "\r\n".join(text[start : start + 76] for start in range(0, SIZE, 76))
        header = f"From: a@sender.example\r\nSubject: {text[:20]}\r\nMessage-ID: <{random.random()}@sender.example>\r\n"
        start = time.monotonic()
        with socket.create_connection(("127.0.0.1", port), timeout=60) as client, client.makefile("rwb") as stream:
            _say(stream, None, b"220")
            _say(stream, f"EHLO {NORMAL}", b"250")
            _say(stream, "MAIL FROM:<a@sender.example>", b"250")
            _say(stream, f"RCPT TO:<{recipient}>", b"250")
            _say(stream, "DATA", b"354")
            _say(stream, f"{header}\r\n{lines}\r\n.", b"250")
            times.append(time.monotonic() - start)
            _say(stream, "QUIT", b"221")
        time.sleep(PAUSE)
    return times


def _say(stream, line, code):
    if line is not None:
        stream.write(line.encode() + b"\r\n")
        stream.flush()
    while (reply := stream.readline())[3:4] == b"-":
        pass
    if not reply.startswith(code):
        raise RuntimeError(f"a normal delivery was told {reply!r}, not {code.decode()}")


def percentile(times, share):
    """The time that this share of them does not exceed."""
    return sorted(times)[math.ceil(len(times) * share) - 1]


class Round:
    """Deliveries without the attack, beside the same attack on a sink, and under the attack: a third each.

    Every so many mails the server writes its index to the disk. The thirds take turns in being first, so that this
    does not always meet the same one.
    """

    def __init__(self, server, attackers, recipient, deliveries):
        self.server = server
        self.attackers = attackers
        self.recipient = recipient
        self.deliveries = deliveries

    def measure(self, name, first):
        """One round's figures, beginning with one of the thirds."""
        thirds = [self._usual, self._beside_sink, self._attacked]
        figures = {}
        for third in thirds[first:] + thirds[:first]:
            figures |= third(name)
        return figures | {"ratio": figures["p99"] / figures["usual_p99"]}

    def _deliver(self):
        return deliver(self.server.port, self.recipient, self.deliveries)

    def _usual(self, _):
        times = self._deliver()
        return {"usual_p50": percentile(times, 0.5) * 1e3, "usual_p99": percentile(times, 0.99) * 1e3}

    def _beside_sink(self, name):
        ports = machine.free_port(), machine.free_port()
        with self.attackers.running("sink", *ports, ""), self.attackers.running(name, *ports, self.recipient):
            times = self._deliver()
        return {"beside_p99": percentile(times, 0.99) * 1e3}

    def _attacked(self, name):
        root = self.server.server.pid
        log = len(self.server.server.read_log())
        machine.forget_peak_memory(root)
        before = machine.peak_memory(root)
        ports = self.server.port, self.server.tls_port
        with self.attackers.running(name, *ports, self.recipient) as words:
            start, cpu, octets = time.monotonic(), machine.cpu_seconds(root), machine.octets_read(root)
            times = self._deliver()
            seconds = time.monotonic() - start
            cpu, octets = machine.cpu_seconds(root) - cpu, machine.octets_read(root) - octets
        time.sleep(SETTLING)
        peak = machine.peak_memory(root)
        return {
            "p50": percentile(times, 0.5) * 1e3,
            "p99": percentile(times, 0.99) * 1e3,
            "memory_before": before / 1e6,
            "memory": peak / 1e6,
            "memory_grown": (peak - before) / 1e6,
            "hit": 100 * words["led"] / words["made"],
            "connections": words["made"],
            "sent": words["octets"] / 1e6 / seconds,
            "read": (octets - self.deliveries * SIZE) / 1e6 / seconds,
            "cpu": cpu / seconds,
            "lines": self._attack_lines(log) / words["made"],
        }

    def _attack_lines(self, before):
        """How many lines the log has had since, without those about normal mail."""
        lines = self.server.server.read_log()[before:].splitlines()
        return sum(f"helo={NORMAL}" not in line and "message.id=" not in line for line in lines)


def run(arguments):
    """Runs the benchmark and prints its table and targets."""
    results = Results("smtp-attacks", arguments.quick)
    binary = sluice.build()
    sluice.build("spf-worker")
    rounds, deliveries = (QUICK_ROUNDS, QUICK_DELIVERIES) if arguments.quick else (ROUNDS, DELIVERIES)
    rounds = arguments.rounds or rounds
    with machine.workspace() as directory:
        dns = NameServer(f"{directory}/dns")
        server = AttackedSluice(f"{directory}/sluice", binary, dns.port)
        attackers = Attackers(directory)
        try:
            dns.start()
            recipient = server.add_user("user")
            server.start()
            deliver(server.port, recipient, deliveries)
            for turn in range(rounds):
                for place, name in enumerate(ATTACKS):
                    figures = Round(server, attackers, recipient, deliveries).measure(name, (turn + place) % 3)
                    results.add(attack=name, round=turn, **figures)
        except RuntimeError:
            print(server.server.read_log()[-3000:] if server.server else "", file=sys.stderr)
            raise
        finally:
            server.stop()
            dns.stop()
    report(results, deliveries)
    results.finish(arguments.json)


COLUMNS = [  # what the table shows of each attack: its head, the figure, the digits
    ("p50 ms", "usual_p50", 1),
    ("p99 ms", "usual_p99", 1),
    ("beside p99", "beside_p99", 1),
    ("attacked p50", "p50", 1),
    ("p99", "p99", 1),
    ("ratio", "ratio", 2),
    ("MB before", "memory_before", 0),
    ("peak MB", "memory", 0),
    ("cores", "cpu", 2),
    ("clients", "connections", 0),
    ("hit %", "hit", 0),
    ("MB/s sent", "sent", 2),
    ("read", "read", 2),
    ("lines each", "lines", 2),
]


def report(results, deliveries):
    """Prints the table and the targets."""
    rows = []
    for name in ATTACKS:
        rows.append([name] + [number(results.median(figure, attack=name), digits) for _, figure, digits in COLUMNS])
        grown = results.median("memory_grown", attack=name)
        results.target(f"smtp-attack-{name}-p99", results.median("ratio", attack=name), "<=", GOAL)
        results.target(f"smtp-attack-{name}-memory-growth-mb", grown, "<=", MEMORY_GOAL, digits=0)
        results.target(f"smtp-attack-{name}-lines-a-connection", results.median("lines", attack=name), "<=", 1)
    print()
    print_table(["attack"] + [head for head, *_ in COLUMNS], rows)
    print()
    for name, text in ATTACKS.items():
        results.note(f"{name}: {text}.")
    results.note("A delivery: 5 KB over a connection of its own, from connecting to 250, through pipelines/inbound.yaml.")
    results.note(f"A round: {deliveries:,} deliveries without the attack, as many beside it and under it; medians of rounds.")
    results.note("Ratio: the 99th percentile under the attack over the one without it in the same round.")
    results.note("Beside: the same attackers on a sink, which reads and forgets: what they take of the machine alone.")
    results.note("Attackers and sink run only while a processor is idle (SCHED_IDLE); all clients act in lockstep.")
    results.note("Cores: the server's CPU time under attack and deliveries, over the time they took.")
    results.note("Hit: connections that the server led to where their attack begins; read: what the server has read.")
    results.note("Peak: by the kernel's count (VmHWM), of all processes of the server.")
    results.note("Lines: what the log got about the attackers, for each of their connections.")
