"""`Tests/bench smtp-attacks`: what normal mail notices while strangers attack the server."""

import os
import random
import socket
import string
import subprocess
import sys
import time
from statistics import median

from . import machine, sluice
from .dns import NameServer
from .processes import run as run_command
from .results import Results, number, print_table

TITLE = "the time of a normal delivery, the memory and the log while clients attack"
PACKAGES = ["knot", "openssl", "libsqlite3-dev", "libspf2-dev", "libc-ares-dev", "pkg-config"]

ROUNDS = 5
DELIVERIES = 300  # in each half of a round: three are beyond the 99th percentile
QUICK_ROUNDS = 1
QUICK_DELIVERIES = 100
PAUSE = 0.005  # seconds between two deliveries: a mail now and then, not a second attack
SETTLING = 1  # seconds
STARTING = 120  # seconds that an attack may take to be at full strength
SIZE = 5 * 1024
GOAL = 2  # the 99th percentile under attack over the one without
NORMAL = "normal.example"  # how the client of the deliveries calls itself, to tell its lines in the log
ATTACKS = {
    "slow-loris": "1,000 clients that each send an octet of a command every half second",
    "idle": "10,000 clients that said EHLO and then nothing",
    "endless-line": "20 clients that send 64 KB of a line, and NULs, every 50 ms, and come again",
    "endless-header": "10 clients that send 64 KB of header fields every 50 ms, and come again",
    "never-reading": "200 clients that send commands without end and never read a reply",
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


class Attack:
    """Attackers in a process of their own, at full strength within `with`."""

    def __init__(self, name, server):
        program = os.path.join(os.path.dirname(__file__), "attackers.py")
        arguments = [sys.executable, program, name, str(server.port), str(server.tls_port)]
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.connections = 0

    def __enter__(self):
        if self.process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"the attackers ended with {self.process.wait(STARTING)}")
        return self

    def __exit__(self, *_):
        # They end when their input does, and say how many connections they made.
        self.process.stdin.close()
        answer = self.process.stdout.read().strip()
        self.process.wait()
        self.connections = int(answer or 0)


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
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def attack_lines(server, before):
    """How many lines the log has had since, without those about normal mail."""
    lines = server.server.read_log()[before:].splitlines()
    return sum(f"helo={NORMAL}" not in line and "message.id=" not in line for line in lines)


def measure(server, recipient, name, turn, results, deliveries):
    """A round: deliveries without the attack, then with it."""
    usual = deliver(server.port, recipient, deliveries)
    before = len(server.server.read_log())
    memory_before = sum(map(machine.memory, server.roots))
    with machine.PeakMemory(server.roots) as memory:
        with Attack(name, server) as attack:
            time.sleep(SETTLING)
            attacked = deliver(server.port, recipient, deliveries)
    time.sleep(SETTLING)
    results.add(
        attack=name,
        round=turn,
        p50=percentile(attacked, 0.5) * 1e3,
        p99=percentile(attacked, 0.99) * 1e3,
        usual_p50=percentile(usual, 0.5) * 1e3,
        usual_p99=percentile(usual, 0.99) * 1e3,
        ratio=percentile(attacked, 0.99) / percentile(usual, 0.99),
        memory_before=memory_before / 1e6,
        memory=memory.octets / 1e6,
        connections=attack.connections,
        lines=attack_lines(server, before) / max(1, attack.connections),
    )


def run(arguments):
    """Runs the benchmark and prints its table and targets."""
    results = Results("smtp-attacks", arguments.quick)
    binary = sluice.build()
    sluice.build("spf-worker")
    rounds, deliveries = (QUICK_ROUNDS, QUICK_DELIVERIES) if arguments.quick else (ROUNDS, DELIVERIES)
    with machine.workspace() as directory:
        dns = NameServer(f"{directory}/dns")
        server = AttackedSluice(f"{directory}/sluice", binary, dns.port)
        try:
            dns.start()
            recipient = server.add_user("user")
            server.start()
            deliver(server.port, recipient, deliveries)
            for name in ATTACKS:
                for turn in range(rounds):
                    measure(server, recipient, name, turn, results, deliveries)
        except RuntimeError:
            print(server.server.read_log()[-3000:] if server.server else "", file=sys.stderr)
            raise
        finally:
            server.stop()
            dns.stop()
    report(results)
    results.finish(arguments.json)


def report(results):
    """Prints the table and the targets."""
    rows = []
    for name in ATTACKS:
        figures = ["usual_p50", "usual_p99", "p50", "p99", "ratio", "memory_before", "memory", "connections", "lines"]
        digits = [1, 1, 1, 1, 2, 0, 0, 0, 2]
        rows.append([name] + [number(results.median(f, attack=name), d) for f, d in zip(figures, digits)])
        results.target(f"smtp-attack-{name}-p99", results.median("ratio", attack=name), "<=", GOAL)
        results.target(f"smtp-attack-{name}-lines-a-connection", results.median("lines", attack=name), "<=", 1)
    print()
    header = ["attack", "p50 ms", "p99 ms", "attacked p50", "p99", "ratio", "MB before", "peak MB", "clients", "lines each"]
    print_table(header, rows)
    print()
    for name, text in ATTACKS.items():
        results.note(f"{name}: {text}.")
    results.note("A delivery: 5 KB over a connection of its own, from connecting to 250, through pipelines/inbound.yaml.")
    results.note("Ratio: the 99th percentile with the attack over the one just before; medians over the rounds.")
    results.note("The attackers run on the same machine: what they take of its processors counts against the server.")
    results.note("Lines: what the log got about the attackers, for each of their connections.")
