"""`Tests/bench mime-growth`: what hostile mail costs our parser in instructions and memory as it doubles in size."""

import os
import re
import subprocess

from . import machine, sluice
from .processes import run as run_program
from .results import Results, number, print_table

TITLE = "MIME: instructions and memory for hostile mail that doubles in size"
PACKAGES = ["gcc", "binutils", "libc6-dev", "valgrind", "libsqlite3-dev", "libspf2-dev", "libc-ares-dev"]

SIZES = [64 * 1024, 128 * 1024, 256 * 1024, 512 * 1024]
QUICK_SIZES = SIZES[:2]
MEMORY_SIZES = [2**20, 8 * 2**20, 32 * 2**20]
QUICK_MEMORY_SIZES = MEMORY_SIZES[:2]
# Twice the input may take twice the work, and a little more where arrays grow; quadratic work would take four times as much.
GROWTH_GOAL = 2.2
MEMORY_GOAL = 3  # times the mail, beside the mail itself and what the limits allow
# What 10,000 parts take, or 10,000 addresses: limits that a small mail can reach as well as a large one.
ALLOWANCE = 6 * 2**20
COUNTED = re.compile(r"Collected : (\d+)")
HERE = os.path.dirname(os.path.realpath(__file__))

HTML = "Content-Type: text/html\n\n"
MIXED = "Content-Type: multipart/mixed; boundary=b\n\n"
# What is there once, and what is there again and again until the size is reached.
PATTERNS = {
    "plain lines": ("\n", "The quick brown fox jumps over the lazy dog.\n"),
    "nested multiparts": ("", MIXED + "--b\n"),
    "one boundary again and again": (MIXED, "--b\n\n"),
    "lines that almost are boundaries": (MIXED.replace("=b", "=bbbbbbbbbb"), "--bbbbbbbbb\n"),
    "delimiters after the end": (MIXED + "--b--\n", "--b\n"),
    "messages in messages": ("", "Content-Type: message/rfc822\n\n"),
    "open comments": ("To: ", "("),
    "nested comments": ("To: ", "()"),
    "quotes": ("Content-Type: x/y; a=", '"\\'),
    "parameters": ("Content-Type: x/y", "; a=b"),
    "sections": ("Content-Type: x/y", "; a*1*=b"),
    "word beginnings": ("Subject: ", "=?a?q?x"),
    "words": ("Subject: ", "=?utf-8?q?a?= "),
    "addresses": ("To: ", "a@b,"),
    "dots": ("To: ", "a ."),
    "at signs": ("To: ", "@"),
    "angles": ("To: ", "<"),
    "folds": ("Subject:", "\n "),
    "fields": ("", "A:\n"),
    "lines without colons": ("", "A\nTo: b\n"),
    "numbers": ("Date: ", "1 "),
    "ids": ("References: ", "<"),
    "returns": ("", "\r"),
    "zeros": ("\n", "\0"),
    "tags": (HTML, "<a "),
    "entities": (HTML, "&a"),
    "comments": (HTML, "<!--"),
    "scripts": (HTML, "<script>"),
    "end tags": (HTML + "<script>", "</"),
    "padding": ("Content-Transfer-Encoding: base64\n\n", "A="),
    "escapes": ("Content-Transfer-Encoding: quoted-printable\n\n", "=\n"),
    "begins": ("\n", "begin 644 a\n"),
}


class Driver:
    """The parser in a process of its own, under callgrind or beside a counter of memory."""

    def __init__(self, directory, binary):
        self.directory = directory
        # Callgrind cannot read the debugging information of this compiler, and needs none to count.
        self.binary = f"{directory}/MIMEBenchmark"
        run_program(["strip", "-o", self.binary, binary])
        self.counter = f"{directory}/mallocs.so"
        run_program(["gcc", "-O2", "-shared", "-fPIC", "-o", self.counter, f"{HERE}/mallocs.c"])

    def write(self, prefix, unit, size):
        """Writes a mail of about this size; returns the list of mails that has it alone."""
        text = prefix + unit * ((size - len(prefix)) // len(unit))
        with open(f"{self.directory}/mail", "w", newline="") as file:
            file.write(text)
        with open(f"{self.directory}/list", "w") as file:
            file.write(f"{self.directory}/mail\n")
        return f"{self.directory}/list"

    def instructions(self, mail_list):
        """Instructions to read everything of the listed mails, and what it takes to start."""
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        ended = subprocess.run(
            [*command, self.binary, "everything", mail_list, "1"], capture_output=True, text=True, check=True)
        return int(COUNTED.search(ended.stderr)[1])

    def peak(self, mail_list):
        """The most octets that the process had allocated at once."""
        ended = subprocess.run(
            [self.binary, "everything", mail_list, "1"], capture_output=True, text=True, check=True,
            env={**os.environ, "LD_PRELOAD": self.counter})
        return int(ended.stderr.split()[-2])


def run(arguments):
    """Runs the benchmark and prints its table and targets."""
    results = Results("mime-growth", arguments.quick)
    binary = sluice.build("MIMEBenchmark")
    with machine.workspace() as directory:
        driver = Driver(directory, binary)
        nothing = driver.write("\n", "\n", 1)
        base = driver.instructions(nothing), driver.peak(nothing)
        for name, (prefix, unit) in PATTERNS.items():
            for size in QUICK_SIZES if arguments.quick else SIZES:
                mail_list = driver.write(prefix, unit, size)
                results.add(pattern=name, size=size, instructions=driver.instructions(mail_list) - base[0])
            for size in QUICK_MEMORY_SIZES if arguments.quick else MEMORY_SIZES:
                memory = driver.peak(driver.write(prefix, unit, size)) - base[1] - size
                results.add(pattern=name, memory_size=size, memory=memory)
    report(results)
    results.finish(arguments.json)


def report(results):
    """Prints the table and sets the targets."""
    rows, growths, memories = [], [], []
    for name in PATTERNS:
        of_name = [sample for sample in results.samples if sample["pattern"] == name]
        counted = [sample for sample in of_name if "size" in sample]
        weighed = [sample for sample in of_name if "memory_size" in sample]
        growths.append(max(b["instructions"] / a["instructions"] for a, b in zip(counted, counted[1:])))
        memories.append(max((sample["memory"] - ALLOWANCE) / sample["memory_size"] for sample in weighed))
        rows.append([
            name, *(number(sample["instructions"] / sample["size"], 1) for sample in counted), number(growths[-1], 2),
            *(number(sample["memory"] / sample["memory_size"], 2) for sample in weighed)])
    sizes = sorted({sample["size"] for sample in results.samples if "size" in sample})
    memory_sizes = sorted({sample["memory_size"] for sample in results.samples if "memory_size" in sample})
    print()
    print_table(
        ["mail", *(f"{size // 1024} KB" for size in sizes), "growth", *(f"{size // 2**20} MB" for size in memory_sizes)], rows)
    print()
    results.note("KB: instructions an octet, to read everything that can be asked for, parsing anew three times;")
    results.note("growth: the largest factor for twice the size; MB: memory beside the mail, in sizes of the mail.")
    results.note(f"The limits allow {ALLOWANCE // 2**20} MB for any mail, which the target leaves out.")
    results.target("mime-growth-of-work-for-twice-the-mail", max(growths), "<=", GROWTH_GOAL)
    results.target("mime-memory-in-sizes-of-the-mail", max(memories), "<=", MEMORY_GOAL)
