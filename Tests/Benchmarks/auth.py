"""`Tests/bench auth`: checks of SPF and DKIM per second of processor time, beside what others use, and in the pipeline."""

import base64
import os
import subprocess
import sys

from . import auth_pipeline, machine, sluice
from .dns import NameServer
from .processes import run as run_command
from .results import Results, number, print_table

TITLE = "SPF and DKIM checks per core-second, beside pyspf, Mail::SPF, libopendkim and dkimpy"
PACKAGES = [
    "knot", "gcc", "libc6-dev", "pkg-config", "openssl", "libsqlite3-dev", "libspf2-dev", "libc-ares-dev", "libidn2-dev",
    "publicsuffix", "python3-spf", "python3-dkim", "python3-nacl", "libmail-spf-perl", "libopendkim-dev",
]

SPF_GOAL = 15_000  # checks a core-second, warm
DKIM_GOAL = 1.3  # times the time of libopendkim
DOMAINS = 20
ROUNDS = 3
HERE = os.path.dirname(os.path.realpath(__file__))
SYSTEM_PYTHON = "/usr/bin/python3"  # the one for which Debian packages the peers

# Clients in 192.0.0.0/8 pass by the last mechanism, so that the include and the exchangers are evaluated first.
POLICIES = """_spf.sender.example. TXT "v=spf1 ip4:198.51.100.0/24 ip6:2001:db8::/32 -all"
mx1.sender.example. A 203.0.113.1
mx2.sender.example. A 203.0.113.2
out.sender.example. A 192.0.2.7
""" + "".join(
    f"""d{index}.sender.example. TXT "v=spf1 include:_spf.sender.example mx a:out.sender.example/8 -all"
d{index}.sender.example. MX 10 mx1.sender.example.
d{index}.sender.example. MX 20 mx2.sender.example.
"""
    for index in range(DOMAINS)
)


def make_keys(directory):
    """RSA-2048 and Ed25519 keys: by selector the private key as dkimpy wants it, and the record."""
    keys = {}
    for selector, options in [("rsa", ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]), ("ed", ["ED25519"])]:
        path = f"{directory}/{selector}.pem"
        run_command(["openssl", "genpkey", "-out", path, "-algorithm", *options])
        public = subprocess.run(
            ["openssl", "pkey", "-in", path, "-pubout", "-outform", "DER"], capture_output=True, check=True
        ).stdout
        with open(path, "rb") as file:
            private = file.read()
        kind = "rsa"
        if selector == "ed":
            kind, public = "ed25519", public[-32:]
            der = base64.b64decode(b"".join(private.splitlines()[1:-1]))
            private = base64.b64encode(der[-32:])
        record = f"v=DKIM1; k={kind}; p={base64.b64encode(public).decode()}"
        with open(f"{directory}/{selector}.key", "w") as file:
            file.write(record)
        keys[selector] = (private, record)
    return keys


def key_records(keys):
    """The records for the zone, in strings of at most 255 octets."""
    lines = []
    for selector, (_, record) in keys.items():
        strings = " ".join(f'"{record[start:start + 250]}"' for start in range(0, len(record), 250))
        lines.append(f"{selector}._domainkey.sender.example. TXT {strings}\n")
    return "".join(lines)


SIGN = """
import sys, dkim
path, selector, size, kind, out = sys.argv[1:]
with open(path, "rb") as file: key = file.read()
body = b"".join(b"line %d of a message that is signed and verified\\r\\n" % n for n in range(int(size) // 50))
message = b"From: anna@sender.example\\r\\nTo: b@example.org\\r\\nSubject: s\\r\\nDate: Fri, 2 Jan 2026 03:04:05 +0000\\r\\n\\r\\n" + body
field = dkim.sign(message, selector.encode(), b"sender.example", key, signature_algorithm=kind.encode(),
    canonicalize=(b"relaxed", b"relaxed"), include_headers=[b"from", b"to", b"subject", b"date"])
with open(out, "wb") as file: file.write(field + message)
"""


def sign(directory, keys):
    """Messages of 5 KB and 1 MB with each key, signed by dkimpy; paths by selector and size."""
    messages = {}
    for selector, (private, _) in keys.items():
        with open(f"{directory}/{selector}.dkimpy", "wb") as file:
            file.write(private)
        kind = "ed25519-sha256" if selector == "ed" else "rsa-sha256"
        for label, size in [("5 KB", 5_000), ("1 MB", 1_000_000)]:
            out = f"{directory}/{selector}-{size}.eml"
            run_command([SYSTEM_PYTHON, "-c", SIGN, f"{directory}/{selector}.dkimpy", selector, str(size), kind, out])
            messages[selector, label] = out
    return messages


def measure(results, cell, peer, command, wanted):
    """Runs one contender and keeps its rate per second of processor time; a wrong result counts as no rate."""
    try:
        count, seconds, processor, seen = run_command(command).split()
    except (RuntimeError, OSError, ValueError) as error:
        results.note(f"{peer} could not run ({cell}): {str(error).strip()[-200:]}")
        return
    if seen != wanted:
        results.note(f"{peer} comes to {seen}, not {wanted} ({cell})")
        return
    rate = int(count) / max(float(processor), 1e-9)
    results.add(cell=cell, peer=peer, rate=rate, wall=int(count) / float(seconds))


def run(arguments):
    """Runs the benchmark and prints its table and targets."""
    results = Results("auth", arguments.quick)
    sluice.build("spf-worker")
    ours = sluice.build("AuthBenchmark")
    scale = 10 if arguments.quick else 1
    with machine.workspace() as directory:
        keys = make_keys(directory)
        records = POLICIES + key_records(keys) + auth_pipeline.make_keys(directory)
        dns = NameServer(f"{directory}/dns", records)
        dns.start()
        try:
            libopendkim = f"{directory}/dkimrate"
            compile_peer(results, libopendkim)
            messages = sign(directory, keys)
            rounds = 1 if arguments.quick else ROUNDS
            auth_pipeline.measure(directory, results, dns.port, SYSTEM_PYTHON)
            for _ in range(rounds):
                measure_spf(results, ours, dns.port, scale)
                for (selector, label), path in messages.items():
                    key = f"{directory}/{selector}.key"
                    measure_dkim(results, (ours, libopendkim), dns.port, (selector, label), path, key, scale)
        finally:
            dns.stop()
    report(results)
    results.finish(arguments.json)


def compile_peer(results, path):
    """Builds the program around libopendkim."""
    try:
        run_command(["gcc", "-O2", "-o", path, f"{HERE}/dkimrate.c", "-lopendkim"])
    except RuntimeError as error:
        results.note(f"libopendkim could not be built: {str(error)[-300:]}")


def measure_spf(results, ours, port, scale):
    """One round of SPF checks with warm caches."""
    counts = {"sluice": 100_000 // scale, "pyspf": 5_000 // scale, "Mail::SPF": 2_000 // scale}
    commands = {
        "sluice": [ours, "spf", port, counts["sluice"], DOMAINS],
        "pyspf": [SYSTEM_PYTHON, "-I", f"{HERE}/authpeers.py", "spf", port, counts["pyspf"], DOMAINS],
        "Mail::SPF": ["perl", f"{HERE}/mailspf.pl", port, counts["Mail::SPF"], DOMAINS],
    }
    for peer, command in commands.items():
        measure(results, "SPF", peer, list(map(str, command)), "pass")
    command = [ours, "spf-new", port, counts["sluice"], DOMAINS]
    measure(results, "SPF, no client twice", "sluice", list(map(str, command)), "pass")


def measure_dkim(results, programs, port, which, path, key, scale):
    """One round of verifications of one message."""
    ours, libopendkim = programs
    selector, label = which
    cell = f"DKIM {'RSA-2048' if selector == 'rsa' else 'Ed25519'} {label}"
    count = (10_000 if label == "5 KB" else 300) // scale
    measure(results, cell, "sluice", [ours, "dkim", str(port), str(count), path], "pass")
    measure(results, cell, "libopendkim", [libopendkim, path, key, str(count)], "pass")
    measure(results, cell, "dkimpy", [SYSTEM_PYTHON, "-I", f"{HERE}/authpeers.py", "dkim", path, key, str(count // 5)], "pass")


def report(results):
    """The table of rates and the targets."""
    cells = list(dict.fromkeys(sample["cell"] for sample in results.samples if sample["cell"] != "pipeline"))
    peers = ["sluice", "pyspf", "Mail::SPF", "libopendkim", "dkimpy"]
    results.note("Checks per second of processor time, helper processes included; caches warm, one DNS server on loopback.")
    print()
    rows = [[cell, *(number(results.median("rate", cell=cell, peer=peer)) for peer in peers)] for cell in cells]
    print_table(["per core-second", *peers], rows)
    results.target("auth-spf-checks-per-core-second", results.median("rate", cell="SPF", peer="sluice"), ">=", SPF_GOAL, 0)
    for cell in cells:
        if not cell.startswith("DKIM"):
            continue
        own, other = (results.median("rate", cell=cell, peer=peer) for peer in ("sluice", "libopendkim"))
        ratio = other / own if own and other else None
        name = cell.lower().replace(" ", "-")
        results.target(f"auth-{name}-time-to-libopendkim", ratio, "<=", DKIM_GOAL)
    auth_pipeline.report(results)


if __name__ == "__main__":
    sys.exit("run Tests/bench auth")
