"""The default inbound pipeline with the checks of who sent a message, beside the same pipeline without them."""

import base64
import re
import subprocess
import time
from statistics import median

from . import load, machine, mails, sluice
from .processes import run as run_command
from .results import number, print_table

SESSIONS = 50
DOMAINS = 20
SIZE = 5 * 1024  # octets of a mail, about
MAILS = 400  # signed ones, sent in turn
MESSAGES = 24_000  # a run: some seconds, so that what is accepted but not delivered at its end is a small part
WARM = 1_500  # messages before, so that what can be remembered of the senders is
ROUNDS = 7  # each with servers of its own, between which a ratio differs by a tenth
SAMPLE = 40  # messages that are looked at whether they passed
GOAL = 0.8  # of the rate without checks
POLL = 0.05  # seconds between looks at the ledger
PATIENCE = 300  # seconds without an end after which a run has failed

# The steps of the four checks with what depends on them, as pipelines/inbound.yaml has them.
CHECKS = [
    r"  mail:\n +- check-spf[^\n]*\n",
    r" +- check-(dkim|arc|dmarc)\b[^\n]*\n",
    r" +- authentication-results\b[^\n]*\n",
    r" +- as: obey-dmarc\b[^\n]*\n +decide:\n( +- \{[^\n]*\n)+?(?=    - )",
    r" +- \{ name: spf-[^\n]*\n",
]

# Reads a mail after its length and one signing domain after another; writes the mails so, signed.
SIGN = """
import re, struct, sys, dkim
directory, domains = sys.argv[1], int(sys.argv[2])
keys = [open(f"{directory}/pipeline{n}.pem", "rb").read() for n in range(domains)]
data, place, number = sys.stdin.buffer.read(), 0, 0
while place < len(data):
    (length,) = struct.unpack_from("<I", data, place)
    mail = data[place + 4:place + 4 + length]
    place += 4 + length
    domain = f"d{number % domains}.sender.example"
    head, _, body = mail.partition(b"\\r\\n\\r\\n")
    fields = re.split(rb"\\r\\n(?![ \\t])", head)
    other = (b"from", b"dkim-signature", b"authentication-results", b"arc-seal", b"arc-message-signature",
        b"arc-authentication-results")
    fields = [field for field in fields if field.partition(b":")[0].strip().lower() not in other]
    fields.insert(0, b"From: Anna <anna@" + domain.encode() + b">")
    mail = b"\\r\\n".join(fields) + b"\\r\\n\\r\\n" + body
    key = keys[number % domains]
    mail = dkim.sign(mail, b"rsa", domain.encode(), key, canonicalize=(b"relaxed", b"relaxed"),
        include_headers=[b"from", b"to", b"subject", b"date", b"message-id"]) + mail
    mail = re.sub(rb"(?m)^\\.", b"..", mail)
    mail = mail + (b"" if mail.endswith(b"\\r\\n") else b"\\r\\n") + b".\\r\\n"
    sys.stdout.buffer.write(struct.pack("<I", len(mail)) + mail)
    number += 1
"""


class Unchecked(sluice.Sluice):
    """The default pipeline without SPF, DKIM, ARC and DMARC."""

    name = "unchecked"

    def _write_pipelines(self, resolver_port, refuse_spam):
        super()._write_pipelines(resolver_port, refuse_spam)
        path = f"{self.pipelines}/inbound.yaml"
        with open(path) as file:
            text = file.read()
        for pattern in CHECKS:
            text, count = re.subn(pattern, "", text)
            if count == 0:
                raise RuntimeError(f"pipelines/inbound.yaml has nothing like {pattern}: the benchmark must follow it")
        with open(path, "w") as file:
            file.write(text)


def make_keys(directory):
    """An RSA-2048 key for each domain; gives the records of the zone, with a policy of DMARC for each."""
    lines = []
    for index in range(DOMAINS):
        path = f"{directory}/pipeline{index}.pem"
        run_command(["openssl", "genrsa", "-traditional", "-out", path, "2048"])
        public = subprocess.run(
            ["openssl", "rsa", "-in", path, "-pubout", "-outform", "DER"], capture_output=True, check=True
        ).stdout
        record = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"
        strings = " ".join(f'"{record[start:start + 250]}"' for start in range(0, len(record), 250))
        lines.append(f"rsa._domainkey.d{index}.sender.example. TXT {strings}\n")
        lines.append(f'_dmarc.d{index}.sender.example. TXT "v=DMARC1; p=reject; rua=mailto:dmarc@sender.example"\n')
    return "".join(lines)


def signed_mails(directory, python):
    """Mails with From and a signature of several domains, as mailblast takes them; the path and what they are."""
    blast = mails.Blast(directory, SIZE)
    bare = []
    place = 0
    while place < len(blast.bytes) and len(bare) < MAILS:
        length = int.from_bytes(blast.bytes[place:place + 4], "little")
        mail = re.sub(rb"(?m)^\.\.", b".", blast.bytes[place + 4:place + 4 + length - 3])
        bare.append(len(mail).to_bytes(4, "little") + mail)
        place += 4 + length
    done = subprocess.run(
        [python, "-c", SIGN, directory, str(DOMAINS)], input=b"".join(bare), capture_output=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"dkimpy could not sign: {done.stderr.decode()[-500:]}")
    path = f"{directory}/signed"
    with open(path, "wb") as file:
        file.write(done.stdout)
    return path, f"{len(bare)} of {blast.source}, {sum(map(len, bare)) / len(bare):,.0f} octets on average"


class Comparison:
    """Both servers, and the rates of each."""

    def __init__(self, directory, results, dns_port, python):
        self.results = results
        self.count = 1_500 if results.quick else MESSAGES
        binary = sluice.build()
        self.mailblast = load.compile_mailblast(directory)
        self.file, self.source = signed_mails(directory, python)
        self.servers = [
            sluice.Sluice(f"{directory}/checked", binary, dns_port, refuse_spam=False),
            Unchecked(f"{directory}/unchecked", binary, dns_port, refuse_spam=False),
        ]
        self.servers[0].name = "checked"
        for server in self.servers:
            server.add_user("user")

    def run(self, rounds):
        """Measures both in turn, started anew for each round: how a process lies in memory makes several percent."""
        for turn in range(rounds):
            order = self.servers if turn % 2 == 0 else self.servers[::-1]
            try:
                for server in order:
                    server.start()
                    self._send(server, WARM)
                if turn == 0:
                    self._check()
                for server in order:
                    self._measure(server, turn)
            except RuntimeError:
                self._show_logs()
                raise
            finally:
                for server in order:
                    server.stop()

    def _show_logs(self):
        for server in self.servers:
            if server.server:
                lines = server.server.read_log().splitlines()
                print("\n".join(line for line in lines if re.search("refused|error|warn", line))[-3000:])

    def _send(self, server, count):
        """Sends mails and waits until they are delivered; the seconds until all were accepted, and delivered."""
        before = server.ledger()["delivered"]
        start = time.monotonic()
        address = f"user@{sluice.DOMAIN}"
        accepted = load.mailblast(self.mailblast, server.port, SESSIONS, count, True, address, self.file)
        while server.ledger()["delivered"] < before + count:
            if time.monotonic() - start > PATIENCE:
                raise RuntimeError(f"{server.name} did not deliver {count} messages within {PATIENCE} s")
            time.sleep(POLL)
        return accepted, time.monotonic() - start

    def _check(self):
        """A rate is worth something only if the messages really were checked, and passed."""
        server = self.servers[0]
        seen = min(SAMPLE, WARM)
        passed = 0
        for number in range(1, seen + 1):
            text = server.command("mail", "show", f"user@{sluice.DOMAIN}", str(number))
            field = text.rpartition("Authentication-Results:")[2]
            passed += all(result in field for result in ("spf=pass", "dkim=pass", "arc=none", "dmarc=pass"))
        self.results.note(f"Checked: {passed} of {seen} messages pass SPF, DKIM and DMARC.")
        if passed < 0.95 * seen:
            raise RuntimeError("nearly all should pass; the checks or the benchmark's signatures are broken")

    def _measure(self, server, turn):
        before = sum(map(machine.cpu_seconds, server.roots))
        accepted, stored = self._send(server, self.count)
        self.results.add(
            cell="pipeline", peer=server.name, round=turn, accepted=self.count / accepted, stored=self.count / stored,
            cpu=(sum(map(machine.cpu_seconds, server.roots)) - before) / self.count * 1e6)


def measure(directory, results, dns_port, python):
    """Measures both pipelines; the table and the target."""
    comparison = Comparison(directory, results, dns_port, python)
    rounds = 1 if results.quick else ROUNDS
    comparison.run(rounds)
    results.note(f"Pipelines: {comparison.source}, each signed by one of {DOMAINS} domains with RSA-2048;")
    results.note(f"{SESSIONS} sessions, connections kept, {comparison.count} messages a run, {rounds} rounds in turn.")


def report(results):
    """The table of both pipelines, and the target: the lower of both ratios, each taken within a round."""
    rows = [
        [peer, *(number(results.median(what, cell="pipeline", peer=peer)) for what in ("accepted", "stored", "cpu"))]
        for peer in ("checked", "unchecked")
    ]
    print()
    print_table(["default pipeline", "accepted/s", "stored/s", "CPU µs a message"], rows)
    ratios = {what: _ratios(results, what) for what in ("accepted", "stored")}
    lowest = min((median(each) for each in ratios.values() if each), default=None)
    results.target("auth-pipeline-rate-to-unchecked", lowest, ">=", GOAL)


def _ratios(results, what):
    by_round = {}
    for sample in results.samples:
        if sample["cell"] == "pipeline":
            by_round.setdefault(sample["round"], {})[sample["peer"]] = sample[what]
    return [both["checked"] / both["unchecked"] for both in by_round.values() if len(both) == 2]
