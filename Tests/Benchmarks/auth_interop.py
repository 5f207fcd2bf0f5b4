"""DKIM and ARC against dkimpy and OpenDKIM: theirs through a running server, ours through theirs."""

import base64
import glob
import os
import re
import smtplib
import sqlite3
import subprocess
import sys
import time

from . import machine
from .dns import NameServer
from .processes import Server
from .processes import run as call
from .results import Results
from .sluice import ROOT

TITLE = "signatures and seals of others through the server, and ours through dkimpy and OpenDKIM"
PACKAGES = ["knot", "opendkim", "openssl", "python3-venv"]
VENV = os.path.join(ROOT, ".build-peers", "dkim")
PYTHON_PACKAGES = ["dkimpy==1.1.8", "PyNaCl==1.6.2", "authres==1.2.0"]
USER = "ann@example.org"
SEED = bytes(range(32))  # of the Ed25519 key
ED25519_PREFIX = bytes.fromhex("302e020100300506032b657004220420")  # PKCS#8 around a seed (RFC 8410, section 7)

MAIL = (
    b"From: Joe <joe@sender.example>\r\nTo: ann@example.org\r\nSubject: Is dinner  ready?\r\n"
    b"Date: Fri, 11 Jul 2003 21:00:37 -0700\r\nMessage-ID: <%s@sender.example>\r\n\r\n"
    b"Hi. \r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\n\r\n"
)

# Canonicalizations of header and body, and OpenDKIM's names for the algorithms by selector.
FORMS = [f"{header}/{body}" for header in ("relaxed", "simple") for body in ("relaxed", "simple")]
ALGORITHMS = {"rsa": "rsa-sha256", "ed": "ed25519-sha256"}

# OpenDKIM 2.11.0~beta2 signs something else than what it sends: neither it nor dkimpy verifies such a signature.
BROKEN_IN_OPENDKIM = ("ed", "simple")

PIPELINE = """sluice: 1
pipeline: inbound
receive: {{ smtp: {{ listen: ["127.0.0.1:{port}"] }} }}
session:
  recipient: [ check-recipient ]
  message:
    - check-dkim
    - check-arc
    - authentication-results
{signing}
    - seal-arc: {{ domain: example.org, selector: rsa, key: "${{file:rsa.pem}}" }}
accept: {{ queue: {{ when-full: '452 4.3.1 Try again later' }} }}
deliver: [ store-metadata ]
on-error:
  transient: {{ retry: {{ first: 1m, factor: 2, max: 1h, for: 5d }}, then: quarantine }}
  permanent: quarantine
"""

# Each of our signatures is made in every form with every key, and looked at alone.
SIGNING = """\
    - sign-dkim:
        as: sign-{selector}-{header}-{body}
        domain: example.org
        selector: {selector}
        key: "${{file:{selector}.pem}}"
        header-form: {header}
        body-form: {body}"""

SITE = """sluice: 1
host-name: mx.example.org
local-domains: [example.org]
postmaster: user@example.org
data-directory: {directory}/data
resolver: {{ servers: ["127.0.0.1:{dns}"] }}
control: {{ listen: "127.0.0.1:{control}" }}
"""


def peers():
    """The module of dkimpy, installed into an environment of its own."""
    if not os.path.exists(f"{VENV}/bin/dkimverify"):
        call([sys.executable, "-m", "venv", VENV])
        call([f"{VENV}/bin/pip", "install", "--quiet", *PYTHON_PACKAGES])
    sys.path[:0] = glob.glob(f"{VENV}/lib/python3*/site-packages")
    import dkim

    return dkim


class Keys:
    """Keys of both kinds, and their records."""

    def __init__(self, directory):
        from nacl.signing import SigningKey

        self.path = f"{directory}/rsa.pem"
        self.paths = {selector: f"{directory}/{selector}.pem" for selector in ALGORITHMS}
        call(["openssl", "genrsa", "-out", self.path, "2048"])
        os.chmod(self.path, 0o600)
        with open(self.path, "rb") as file:
            self.rsa = file.read()
        der = subprocess.run(
            ["openssl", "rsa", "-in", self.path, "-pubout", "-outform", "DER"], capture_output=True, check=True
        ).stdout
        texts = {"rsa": f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"}
        public = base64.b64encode(SigningKey(SEED).verify_key.encode()).decode()
        texts["ed"] = f"v=DKIM1; k=ed25519; p={public}"
        pem = base64.b64encode(ED25519_PREFIX + SEED).decode()
        with open(f"{directory}/ed.pem", "w") as file:
            file.write(f"-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----\n")
        os.chmod(self.paths["ed"], 0o600)
        self.records = {
            f"{selector}._domainkey.{domain}": text
            for selector, text in texts.items()
            for domain in ("sender.example", "example.org")
        }

    def zone(self):
        """The records in the form of a zone, in strings of at most 255 octets."""
        lines = []
        for name, text in self.records.items():
            pieces = " ".join(f'"{text[start:start + 200]}"' for start in range(0, len(text), 200))
            lines.append(f"{name}. TXT {pieces}\n")
        return "".join(lines)

    def look_up(self, name, timeout=5):
        """What dkimpy asks."""
        return self.records.get(name.decode().rstrip("."), "").encode()


class Trial:
    """One run: a server, its DNS, and what the peers say."""

    def __init__(self, directory, dkim):
        self.directory = directory
        self.dkim = dkim
        self.pipelines = f"{directory}/pipelines"
        os.makedirs(self.pipelines)
        self.keys = Keys(self.pipelines)
        self.port = machine.free_port()
        self.dns = NameServer(f"{directory}/dns", self.keys.zone())
        self.server = None
        with open(f"{directory}/records", "w") as file:
            file.writelines(f"{name} {text}\n" for name, text in self.keys.records.items())

    def start(self, binary):
        """Starts DNS and server."""
        self.dns.start()
        with open(f"{self.pipelines}/inbound.yaml", "w") as file:
            steps = [
                SIGNING.format(selector=selector, header=form.split("/")[0], body=form.split("/")[1])
                for selector in ALGORITHMS
                for form in FORMS
            ]
            file.write(PIPELINE.format(port=self.port, signing="\n".join(steps)))
        with open(f"{self.pipelines}/site.yaml", "w") as file:
            file.write(SITE.format(directory=self.directory, dns=self.dns.port, control=machine.free_port()))
        call([binary, "user", "add", USER, "--pipelines", self.pipelines])
        self.server = Server([binary, "run", self.pipelines], f"{self.directory}/log")
        self.server.wait_for_line("ready")
        machine.wait_for_port(self.port, self.server.is_alive)

    def stop(self):
        """Ends both."""
        if self.server:
            self.server.stop()
        self.dns.stop()

    def through_server(self, content):
        """Sends a mail; returns the fields that the server put before it, and its facts."""
        before = self.arrivals()
        with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
            client.sendmail("joe@sender.example", [USER], content)
        deadline = time.monotonic() + 30
        while len(now := self.arrivals()) == len(before):
            if time.monotonic() > deadline:
                raise RuntimeError(f"a mail did not arrive; the server said:\n{self.server.read_log()[-2000:]}")
            time.sleep(0.05)
        trace, facts = now[-1]
        # Return-Path is the first line; nobody signs it.
        return trace.split(b"\r\n", 1)[1], facts.decode()

    def arrivals(self):
        """Trace and facts of all stored mails, the oldest first."""
        rows = []
        for path in glob.glob(f"{self.directory}/data/**/*", recursive=True):
            if os.path.isfile(path) and open(path, "rb").read(15) == b"SQLite format 3":
                with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
                    if store.execute("SELECT 1 FROM sqlite_master WHERE name = 'arrival'").fetchone():
                        rows += store.execute("SELECT sequence, trace, facts FROM arrival")
        return [row[1:] for row in sorted(rows)]

    def opendkim(self, mode, content, *settings):
        """What OpenDKIM's test mode says of a mail."""
        folder = f"{self.directory}/opendkim"
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with open(f"{folder}/conf", "w") as file:
            file.write("\n".join([f"Mode {mode}", "RequireSafeKeys no", *settings]) + "\n")
        with open(f"{folder}/mail", "wb") as file:
            file.write(content)
        done = subprocess.run(
            ["opendkim", "-x", f"{folder}/conf", "-t", f"{folder}/mail", "-vvv"], capture_output=True, check=False
        )
        return (done.stdout + done.stderr).decode(errors="replace")

    def opendkim_passes(self, content, selector, domain):
        """Whether OpenDKIM verifies the topmost signature, which is said to be by that key."""
        said = self.opendkim("v", content, f"TestDNSData file:{self.directory}/records")
        if not re.search(rf"verification \(s={selector},? d={domain}, ", said):
            raise RuntimeError(f"opendkim verifies nothing; it said:\n{said[-1000:]}")
        return "succeeded" in said


def signed_by_opendkim(trial, mail, selector, form):
    """A mail with OpenDKIM's signature before it."""
    said = trial.opendkim(
        "s", mail, "Domain sender.example", f"Selector {selector}", f"KeyFile {trial.keys.paths[selector]}",
        f"Canonicalization {form}", "InternalHosts 0.0.0.0/0", f"SignatureAlgorithm {ALGORITHMS[selector]}",
    )
    value = re.search(r"hname='DKIM-Signature' hvalue='(.*?)'", said, re.DOTALL)
    if value is None:
        raise RuntimeError(f"opendkim signs nothing with {ALGORITHMS[selector]}; it said:\n{said[-1000:]}")
    return b"DKIM-Signature: " + re.sub(r"\r?\n", "\r\n", value[1]).encode() + b"\r\n" + mail


def is_broken(selector, form):
    """Whether OpenDKIM is known to sign wrongly."""
    return (selector, form.split("/")[0]) == BROKEN_IN_OPENDKIM


def opendkim_on_its_own(trial):
    """OpenDKIM's word on its own signatures, so that the exception is its fault and nobody else's."""
    for selector, algorithm in ALGORITHMS.items():
        for form in FORMS:
            passes = trial.opendkim_passes(signed_by_opendkim(trial, MAIL % b"own", selector, form), selector, "sender.example")
            yield f"opendkim on its own {algorithm} {form}", passes != is_broken(selector, form)


def theirs(trial):
    """Mails signed and sealed by others, each with what ours must find and write into its field."""
    dkim, keys = trial.dkim, trial.keys
    private = {"rsa": keys.rsa, "ed": base64.b64encode(SEED)}
    for selector, algorithm in ALGORITHMS.items():
        for form in FORMS:
            mail = MAIL % f"{selector}-{form}".replace("/", "-").encode()
            field = dkim.sign(
                mail, selector.encode(), b"sender.example", private[selector],
                canonicalize=tuple(word.encode() for word in form.split("/")),
                signature_algorithm=algorithm.encode(),
            )
            yield f"dkimpy {algorithm} {form}", field + mail, "dkim=pass header.d=sender.example"
            signed = signed_by_opendkim(trial, mail, selector, form)
            wanted = "dkim=fail" if is_broken(selector, form) else "dkim=pass header.d=sender.example"
            yield f"opendkim {algorithm} {form}", signed, wanted
    yield "a changed mail", signed.replace(b"lost", b"won"), "dkim=fail"
    mail = b"Authentication-Results: mx.other.example; arc=none; spf=pass smtp.mailfrom=sender.example\r\n" + MAIL % b"arc"
    fields = dkim.arc_sign(mail, b"rsa", b"sender.example", keys.rsa, b"mx.other.example")
    sealed = b"".join(fields) + mail
    yield "dkimpy ARC seal", sealed, "arc=pass"
    yield "dkimpy ARC seal, changed", sealed.replace(b"lost", b"won"), "arc=fail"


OURS = re.compile(rb"^DKIM-Signature: (?:[^\r]|\r\n[ \t])*d=example\.org;(?:[^\r]|\r\n[ \t])*\r\n", re.MULTILINE)


def check_ours(trial, name, content, is_broken):
    """What the peers say of the signatures and seals that the server has made; yields name and whether it is right."""
    dkim, look_up = trial.dkim, trial.keys.look_up
    signatures = OURS.findall(content)
    bare = OURS.sub(b"", content)
    yield f"ours, as many as the pipeline makes: {name}", len(signatures) == len(FORMS) * len(ALGORITHMS)
    for field in signatures:
        tags = dict(tag.strip().split(b"=", 1) for tag in re.sub(rb"\s", b"", field).split(b":", 1)[1].split(b";"))
        kind = f"{tags[b'a'].decode()} {tags[b'c'].decode()}"
        # Each is shown alone: OpenDKIM's test mode says nothing of others.
        alone = field + bare
        yield f"ours, dkimpy verifies {kind}: {name}", dkim.DKIM(alone).verify(idx=0, dnsfunc=look_up)
        passes = trial.opendkim_passes(alone, tags[b"s"].decode(), "example.org")
        yield f"ours, opendkim verifies {kind}: {name}", passes
        # And it looks at all of it.
        changed = alone.replace(b"dinner", b"supper")
        yield f"ours, opendkim refuses {kind}, changed: {name}", not trial.opendkim_passes(
            changed, tags[b"s"].decode(), "example.org"
        )
    status, _, reason = dkim.arc_verify(content, dnsfunc=look_up)
    # dkimpy gives no status to a chain that ends with a seal which says that it is broken.
    wanted = (None, "ARC-Seal[2] reported failure, the chain is terminated") if is_broken else (b"pass", "success")
    yield f"ours, dkimpy validates the chain: {name}", (status, reason) == wanted


def all_checks(trial):
    """Name, whether it is right, and what there is to see of every check."""
    for text, is_right in opendkim_on_its_own(trial):
        yield text, is_right, ""
    for name, content, wanted in theirs(trial):
        trace, facts = trial.through_server(content)
        seen = f"{trace.decode(errors='replace')}{facts}"
        unfolded = re.sub(rb"\r\n[ \t]+", b" ", trace).decode()
        method, result = re.match(r"(\w+)=(\w+)", wanted).groups()
        yield f"theirs: {name}", f"{method}.result: {result}\n" in facts and wanted in unfolded, seen
        for text, is_right in check_ours(trial, name, trace + content, wanted == "arc=fail"):
            yield text, is_right, seen


def run_trials(trial, results):
    """All checks; notes those that are not right and returns how many were and how many there were."""
    right, total = 0, 0
    for text, is_right, seen in all_checks(trial):
        total += 1
        right += bool(is_right)
        results.add(check=text, right=bool(is_right))
        if not is_right:
            results.note(f"not right: {text}\n{seen}")
    return right, total


def run(arguments):
    """Runs all trials with the debug build and prints what was right."""
    results = Results("auth-interop", arguments.quick)
    dkim = peers()
    build = ["swift", "build", "--package-path", ROOT]
    if subprocess.run([*build, "--product", "sluice"], stdin=subprocess.DEVNULL).returncode != 0:
        raise RuntimeError("the build failed; see above")
    binary = os.path.join(
        subprocess.run([*build, "--show-bin-path"], capture_output=True, text=True, check=True).stdout.strip(), "sluice"
    )
    with machine.workspace() as directory:
        trial = Trial(directory, dkim)
        try:
            trial.start(binary)
            right, total = run_trials(trial, results)
        finally:
            trial.stop()
    results.note(f"{right} of {total} checks are right, with dkimpy {PYTHON_PACKAGES[0][8:]} and OpenDKIM of Debian.")
    results.target("auth-interop-wrong", total - right, "==", 0, digits=0)
    results.finish(arguments.json)
