"""`Tests/bench mime`: mails read by our parser, GMime and Python's email, on one core in one run."""

import base64
import os
import random
import subprocess
import sys

from . import machine, mails, sluice
from .processes import run as run_program
from .results import Results, number, print_table

TITLE = "MIME: mails read in full per second and core, beside GMime and Python's email"
PACKAGES = ["gcc", "libc6-dev", "pkg-config", "libgmime-3.0-dev", "libsqlite3-dev", "libspf2-dev", "libc-ares-dev"]

ROUNDS = 3
GMIME_GOAL = 3  # times GMime, in octets per second of processor time
RATE_GOAL = 1e9  # octets a second: the header scan, and base64
ATTACHMENTS, ATTACHMENT = 5, 1_500_000  # of the large mail: 10 MB in base64
SECONDS = 0.7  # that one measurement shall take, roughly
HERE = os.path.dirname(os.path.realpath(__file__))

# What a driver prints: mails, octets and seconds, then what it brought out, which must be about the same for all.
MEASURES = ["mails", "octets", "seconds", "fields", "field_octets", "addresses", "texts", "text_octets", "files", "file_octets"]
# How far what a peer brings out may differ before it is said to do other work: damaged mail is read differently.
TOLERANCE = 0.02

WORK = """Each reads mails that are in memory, on one core, timed by the processor time of its process:
  all      take the mail apart; walk all parts, those of messages within included; decode every header field of every part
           (unfolded, encoded words in UTF-8); parse the address fields, the date and the message id; bring every text into
           UTF-8 by its charset, HTML as it is; decode every other leaf into memory of its own
  sluice   ParsedMessage, HeaderField.value, Part.decodedText(), Part.decoded() (Tests/MIMEBenchmark)
  GMime    g_mime_parser on a memory stream, without copies of bodies; g_mime_header_get_value, g_mime_text_part_get_text,
           g_mime_data_wrapper_write_to_stream (Tests/Benchmarks/mimegmime.c)
  Python   email with policy.default, get_payload(decode=True) and the charset (Tests/Benchmarks/mimepeers.py)
What each brought out stands in the second table: the peers differ on damaged mail, not in what they are asked for."""


def large_mail(path):
    """Writes a mail of 10 MB: a text and attachments in base64, lines of 76 characters."""
    generator = random.Random(1)
    lines = [
        "From: Anna <anna@example.com>", "To: Ben <ben@example.org>", "Subject: =?utf-8?q?F=C3=BCnf_Dateien?=",
        "Date: Mon, 2 Feb 2026 10:00:00 +0000", "Message-ID: <1@example.com>", "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="=_bench"', "", "--=_bench",
        "Content-Type: text/plain; charset=utf-8", "", "See the files.",
    ]
    for index in range(ATTACHMENTS):
        text = base64.b64encode(generator.randbytes(ATTACHMENT)).decode()
        lines += [
            "--=_bench", f'Content-Type: application/octet-stream; name="{index}.bin"',
            f'Content-Disposition: attachment; filename="{index}.bin"', "Content-Transfer-Encoding: base64", "",
            *(text[start:start + 76] for start in range(0, len(text), 76)),
        ]
    lines += ["--=_bench--", ""]
    with open(path, "w", newline="") as file:
        file.write("\r\n".join(lines))


def write_list(path, paths):
    """Writes a list of mails for the drivers, and returns its path."""
    with open(path, "w") as file:
        file.writelines(f"{name}\n" for name in paths)
    return path


class Benchmark:
    """The drivers, the mails, and the samples."""

    def __init__(self, directory, ours, results):
        self.directory = directory
        self.results = results
        self.drivers = {"sluice": [ours], "GMime": [f"{directory}/mimegmime"], "Python": [sys.executable, f"{HERE}/mimepeers.py"]}
        self.core = str(min(os.sched_getaffinity(0)))
        self._compile()

    def _compile(self):
        try:
            flags = run_program(["pkg-config", "--cflags", "--libs", "gmime-3.0"]).split()
            run_program(["gcc", "-O2", "-o", f"{self.directory}/mimegmime", f"{HERE}/mimegmime.c", *flags])
        except (RuntimeError, OSError) as error:
            self.results.note(f"GMime could not be built: {str(error).strip()[-300:]}")
            del self.drivers["GMime"]
        self.counter = f"{self.directory}/mallocs.so"
        run_program(["gcc", "-O2", "-shared", "-fPIC", "-o", self.counter, f"{HERE}/mallocs.c"])

    def read(self, peer, kind, mail_list, passes):
        """Runs one driver and returns what it printed."""
        command = ["taskset", "-c", self.core, *self.drivers[peer], kind, mail_list, str(passes)]
        return dict(zip(MEASURES, map(float, run_program(command).split())))

    def measure(self, peer, kind, corpus, mail_list):
        """One sample, of as many passes as fill the time."""
        once = self.read(peer, kind, mail_list, 1)
        passes = max(1, min(200, int(SECONDS / max(once["seconds"], 1e-4))))
        sample = self.read(peer, kind, mail_list, passes) if passes > 1 else once
        scanned = sample["field_octets"] if kind == "header" else sample["octets"]
        self.results.add(
            peer=peer, kind=kind, corpus=corpus, rate=scanned / sample["seconds"],
            microseconds=sample["seconds"] / sample["mails"] * 1e6,
            **{f"once_{name}": once[name] for name in MEASURES if name != "seconds"})

    def allocations(self, peer, corpus, mail_list):
        """Allocations a mail: those of three passes without those of one."""
        counts = []
        for passes in (1, 3):
            command = [*self.drivers[peer], "full", mail_list, str(passes)]
            ended = subprocess.run(
                command, capture_output=True, text=True, env={**os.environ, "LD_PRELOAD": self.counter})
            counts.append(int(ended.stderr.split()[-1]))
        count = sum(1 for _ in open(mail_list)) * 2
        self.results.add(peer=peer, kind="allocations", corpus=corpus, allocations=(counts[1] - counts[0]) / count)


def run(arguments):
    """Runs the benchmark and prints its tables and targets."""
    results = Results("mime", arguments.quick)
    ours = sluice.build("MIMEBenchmark")
    paths, source = mails.corpus()
    results.note(f"\n{len(paths):,} mails: {source}")
    results.note(WORK)
    with machine.workspace() as directory:
        benchmark = Benchmark(directory, ours, results)
        large_mail(f"{directory}/large.eml")
        lists = {
            "corpus": write_list(f"{directory}/corpus", paths),
            "10 MB mail": write_list(f"{directory}/large", [f"{directory}/large.eml"]),
        }
        for _ in range(1 if arguments.quick else ROUNDS):
            for corpus, mail_list in lists.items():
                for peer in benchmark.drivers:
                    benchmark.measure(peer, "full", corpus, mail_list)
            for kind in ("facts", "structure", "header"):
                benchmark.measure("sluice", kind, "corpus", lists["corpus"])
            benchmark.measure("sluice", "base64", "10 MB mail", lists["10 MB mail"])
        for peer in benchmark.drivers:
            if peer != "Python":  # which allocates from pools of its own
                benchmark.allocations(peer, "corpus", lists["corpus"])
    report(results, list(benchmark.drivers))
    results.finish(arguments.json)


def report(results, peers):
    """Prints the tables and sets the targets."""
    rows = []
    for corpus in ("corpus", "10 MB mail"):
        for peer in peers:
            of = {"peer": peer, "kind": "full", "corpus": corpus}
            allocations = results.median("allocations", peer=peer, kind="allocations", corpus=corpus)
            rows.append([
                f"{corpus}, {peer}", number((results.median("rate", **of) or 0) / 1e6, 1),
                number(results.median("microseconds", **of), 1), number(allocations, 1)])
    for kind, text in (("facts", "as parse-mime asks"), ("structure", "structure alone"), ("header", "header alone")):
        of = {"peer": "sluice", "kind": kind}
        rows.append([
            f"corpus, sluice, {text}", number((results.median("rate", **of) or 0) / 1e6, 1),
            number(results.median("microseconds", **of), 1), "-"])
    rows.append(["10 MB mail, sluice, base64 alone", number((results.median("rate", kind="base64") or 0) / 1e6, 1), "-", "-"])
    print()
    print_table(["reading", "MB/s", "µs a mail", "allocations a mail"], rows)
    print()
    print_work(results, peers)
    targets(results)


def print_work(results, peers):
    """What each brought out of the same mails, and a note where a peer's differs by more than the tolerance."""
    names = MEASURES[3:]
    rows = []
    for corpus in ("corpus", "10 MB mail"):
        for peer in peers:
            values = [results.median(f"once_{name}", peer=peer, kind="full", corpus=corpus) for name in names]
            rows.append([f"{corpus}, {peer}", *(number(value) for value in values)])
    print_table(["brought out", *names], rows)
    for name in ("fields", "texts", "text_octets", "file_octets"):
        own, other = (results.median(f"once_{name}", peer=peer, kind="full", corpus="corpus") for peer in ("sluice", "GMime"))
        if own and other and abs(own - other) > TOLERANCE * other:
            results.note(f"GMime brings out other {name}: {other:,.0f}, ours {own:,.0f}; the ratio compares unlike work")


def targets(results):
    """Ratios of the medians; both sides met the same machine in the same rounds."""
    for corpus in ("corpus", "10 MB mail"):
        own, other = (results.median("rate", peer=peer, kind="full", corpus=corpus) for peer in ("sluice", "GMime"))
        name = "mime-over-gmime-" + ("corpus" if corpus == "corpus" else "10MB")
        results.target(name, own / other if own and other else None, ">=", GMIME_GOAL)
    results.target("mime-header-scan-octets-per-second", results.median("rate", kind="header"), ">=", RATE_GOAL, digits=0)
    results.target("mime-base64-octets-per-second", results.median("rate", kind="base64"), ">=", RATE_GOAL, digits=0)
