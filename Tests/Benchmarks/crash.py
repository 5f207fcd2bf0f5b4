"""`Tests/bench crash`: crashes at random points of random workloads, and whether everything promised survives them."""

import random
import subprocess

from . import sluice
from .results import Results, number, print_table

TITLE = "crash points survived by the queue, the attachments and the index, on simulated disks"
PACKAGES = ["libsqlite3-dev", "libspf2-dev", "libc-ares-dev", "pkg-config"]

QUICK_SECONDS = 30


def benchmark(binary, seconds, seed, results):
    """Runs schedules until the time is over; returns crash points survived and promises broken."""
    rows, survived, broken = [], 0, 0
    with subprocess.Popen([binary, str(seconds), str(seed)], stdout=subprocess.PIPE, text=True) as child:
        for line in child.stdout:
            words = line.split()
            if words[0] == "broken":
                results.note(line.rstrip())
                continue
            name, schedules, points, failures = words[1], *map(int, words[2:])
            results.add(workload=name, schedules=schedules, survived=points, broken=failures)
            rows.append([name, number(schedules), number(points), number(failures)])
            survived, broken = survived + points, broken + failures
    if child.returncode != 0:
        raise RuntimeError(f"the crash schedules ended with status {child.returncode}")
    print_table(["workload", "schedules", "crash points survived", "promises broken"], rows)
    return survived, broken


def run_for(arguments):
    """How many seconds were asked for."""
    if arguments.minutes is not None:
        return max(1, round(arguments.minutes * 60))
    return QUICK_SECONDS if arguments.quick else 300


def run(arguments):
    results = Results("crash", arguments.quick)
    seed = arguments.seed if arguments.seed is not None else random.randrange(1_000_000_000)
    seconds = run_for(arguments)
    results.note(f"{seconds} seconds from seed {seed} on; SLUICE_CRASH=WORKLOAD:SEED Tests/run --filter ^CrashTests sees one again")
    survived, broken = benchmark(sluice.build("CrashBenchmark"), seconds, seed, results)
    results.target("crash-points-survived", survived, ">=", 1000, digits=0)
    results.target("promises-broken", broken, "==", 0, digits=0)
    results.finish(arguments.json)
