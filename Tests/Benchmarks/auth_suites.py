"""`Tests/bench auth-suites`: the public suites of SPF, DKIM, DMARC, ARC and the Public Suffix List, in one table."""

import os
import subprocess
import tempfile

from .results import Results, print_table

TITLE = "all public suites of SPF, DKIM, DMARC, ARC and the Public Suffix List"
PACKAGES = ["pkg-config", "libspf2-dev", "libsqlite3-dev", "libc-ares-dev", "libidn2-dev", "publicsuffix"]

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))

# Each suite: the name under which its test counts, what it is, and how many cases the issue of the suite has.
SUITES = [
    ("spf-in-memory", "RFC 7208 suite 2014-04, explanations included, data in memory", 203),
    ("spf-over-udp", "the same through real DNS messages over UDP", 203),
    ("arc-validation", "ARC validation suite", 75),
    ("arc-signing", "ARC signing suite: our fields are the published ones", 17),
    ("dkim", "DKIM samples at their times; one has expired since, which a test shows", 6),
    ("dmarc", "DMARC vectors", 59),
    ("psl", "the Public Suffix List's own tests, less those that it has commented out", 78),
]
TESTS = "ConformanceTests|VectorTests|PublicSuffixListTests"


def run(arguments):
    """Runs the conformance tests and prints what they counted."""
    results = Results("auth-suites", arguments.quick)
    with tempfile.NamedTemporaryFile("r", suffix=".counts") as counts:
        command = ["swift", "test", "--no-parallel", "--filter", TESTS]
        environment = {**os.environ, "SLUICE_SUITE_COUNTS": counts.name}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        counted = {name: (int(passed), int(total)) for name, passed, total in map(str.split, counts)}
    if not counted:
        raise RuntimeError(f"no suite was counted; the tests said:\n{(done.stdout + done.stderr)[-3000:]}")
    if done.returncode != 0:
        failed = [line for line in done.stdout.splitlines() if " recorded an issue " in line]
        results.note("\n".join(["some tests failed:", *(line[:300] for line in failed[:10])]))
    results.add(counts=counted)
    rows = []
    for name, title, cases in SUITES:
        passed, total = counted.get(name, (None, None))
        rows.append([title, "-" if passed is None else str(passed), "-" if total is None else str(total), str(cases)])
    print()
    print_table(["suite", "passed", "run", "published"], rows)
    for name, _, cases in SUITES:
        results.target(f"auth-suite-{name}", counted.get(name, (None,))[0], "==", cases, digits=0)
    results.finish(arguments.json)
