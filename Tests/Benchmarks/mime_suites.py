"""`Tests/bench mime-suites`: our parser against the expectations of three others, and against Python's email package."""

import os
import subprocess
import tempfile

from .results import Results, print_table

TITLE = "MIME: the suites of mail-parser, mime4j and zbateson, and Python's email on 6,046 real mails"
PACKAGES = ["python3"]

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def run(arguments):
    """Runs the tests that compare, and prints what they counted."""
    results = Results("mime-suites", arguments.quick)
    with tempfile.NamedTemporaryFile("r", suffix=".tsv") as table:
        environment = dict(os.environ, SLUICE_CONFORMANCE_TABLE=table.name)
        command = ["swift", "test", "--no-parallel", "--filter", r"MIMETests\.(ConformanceTests|PythonTests)"]
        ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        rows = [line.rstrip("\n").split("\t") for line in table]
    if not rows:
        raise RuntimeError(f"the tests should count cases; they said:\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}")
    report(results, rows)
    results.target("mime-suites-test-status", ended.returncode, "==", 0, digits=0)
    results.finish(arguments.json)


def report(results, rows):
    """Prints the tables and the targets."""
    suites = [(row[0], *map(int, row[1:])) for row in rows if row[0] not in ("python", "python rule")]
    total = ("all", *(sum(row[column] for row in suites) for column in range(1, 8)))
    print_table(
        ["suite", "cases", "agree", "an RFC decides for us", "ours right", "theirs right", "undecided", "unexplained"],
        [[row[0], *map(str, row[1:])] for row in [*suites, total]],
    )
    _, cases, agree, decided, ours, theirs, undecided, unexplained = total
    # What no RFC decides is no case of theirs; where both agree, nothing shows that one does not.
    ruled = cases - ours - undecided
    print_table(
        ["all cases", "number", "passed"],
        [
            ["decided by an RFC, or read alike by both", str(ruled), str(agree + decided)],
            ["left open by the RFCs, theirs loses something", str(ours), str(ours)],
            ["left open by the RFCs", str(undecided), "-"],
        ],
    )
    for row in rows:
        if row[0] == "python":
            results.note(f"Python's email: {row[2]} of {row[1]} mails read alike; the others differ by these rules:")
    print_table(["rule", "mails"], [row[1:] for row in rows if row[0] == "python rule"])
    results.note("Each difference has its reason in Tests/MIMETests/Differences.md.")
    results.target("mime-suites-right", 100 * (agree + decided + ours) / cases, ">=", 98, digits=1)
    results.target("mime-suites-decided", 100 * (agree + decided) / ruled, "==", 100, digits=1)
    results.target("mime-suites-unexplained", unexplained + theirs, "==", 0, digits=0)
