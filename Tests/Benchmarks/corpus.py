"""`Tests/bench corpus`: every mail of a public corpus through SMTP into a mailbox, and nothing lost, doubled or changed."""

import hashlib
import os
import queue
import re
import smtplib
import threading
import time
from collections import Counter

from . import machine, mails, probes, sluice
from .dns import NameServer
from .results import Results, number, print_table

TITLE = "6,046 real mails through SMTP: stored once, byte for byte, searchable"
PACKAGES = ["knot", "libsqlite3-dev", "libspf2-dev", "libc-ares-dev", "pkg-config"]

CONNECTIONS = 8
QUICK_MAILS = 500
SEARCHES, QUICK_SEARCHES = 200, 40
RESENT = 200  # mails with attachments that are sent again: their attachments must not be stored again
PATIENCE = 300  # seconds
POLL = 0.1  # seconds

# What a server may put before a mail it accepts; the rest must be the mail itself, byte for byte.
TRACE = re.compile(
    rb"(?:(?:Return-Path|Received|Received-SPF|Authentication-Results|Delivered-To):[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)*",
    re.IGNORECASE,
)


def send(port, contents, recipient):
    """Sends mails over several connections; returns the seconds it took and what was refused, by the mail's index."""
    work, refused = queue.SimpleQueue(), {}
    for item in enumerate(contents):
        work.put(item)
    start = time.monotonic()
    threads = [threading.Thread(target=_send_some, args=(port, work, recipient, refused)) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - start, refused


def _send_some(port, work, recipient, refused):
    client = None
    while True:
        try:
            index, content = work.get_nowait()
        except queue.Empty:
            break
        options = ["BODY=8BITMIME"] if not content.isascii() else []
        try:
            if client is None:
                client = smtplib.SMTP("127.0.0.1", port, local_hostname="client.sender.example", timeout=60)
                client.ehlo()
            sender = f"corpus{index}@host{index % 97}.sender.example"
            client.sendmail(sender, [recipient], content, mail_options=options)
        except smtplib.SMTPServerDisconnected as error:
            refused[index] = str(error)
            client = None
        except (smtplib.SMTPException, OSError) as error:
            refused[index] = str(error)
    if client is not None:
        client.quit()


def wait_until_delivered(server, wanted):
    """Waits until the ledger says that so many are delivered; returns the ledger."""
    deadline = time.monotonic() + PATIENCE
    while (ledger := server.ledger())["delivered"] < wanted:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{wanted} messages should be delivered within {PATIENCE} s; the ledger: {ledger}")
        time.sleep(POLL)
    return ledger


def digest(content):
    """What two mails with the same octets have in common."""
    return hashlib.sha256(content).digest()


class Mailbox:
    """A user's mail as the server gives it back."""

    def __init__(self, server, user, directory, sent):
        server.command("mail", "export", f"{user}@{sluice.DOMAIN}", "--directory", directory, "--raw")
        self.count = 0
        self.traced = 0
        self.numbers = {}
        wanted = set(map(digest, sent))
        for name in os.listdir(directory):
            with open(os.path.join(directory, name), "rb") as file:
                content = file.read()
            key = digest(content)
            if key not in wanted:
                # A corpus mail may itself start with Received fields, so try each place where a field ends.
                for candidate in _without_trace(content):
                    if digest(candidate) in wanted:
                        key = digest(candidate)
                        self.traced += 1
                        break
            self.count += 1
            self.numbers.setdefault(key, []).append(int(name.removesuffix(".eml")))

    def compare(self, sent):
        """How many of the sent mails are stored exactly as often as they were sent, and how many strangers there are."""
        expected = Counter(map(digest, sent))
        exact = sum(count for key, count in expected.items() if len(self.numbers.get(key, [])) == count)
        strangers = sum(len(numbers) for key, numbers in self.numbers.items() if key not in expected)
        return exact, strangers


def _without_trace(content):
    end = TRACE.match(content).end()
    starts = [match.end() for match in re.finditer(rb"\r\n(?![ \t])", content[:end])]
    return [content[start:] for start in starts]


def run(arguments):
    """Runs the benchmark and prints its counts and targets."""
    results = Results("corpus", arguments.quick)
    binary = sluice.build()
    paths, source = mails.corpus()
    if arguments.quick:
        paths = paths[:: max(1, len(paths) // QUICK_MAILS)][:QUICK_MAILS]
    sent = [mails.wire_form(open(path, "rb").read()) for path in paths]
    results.note(f"{len(sent)} mails, {sum(map(len, sent)):,} octets: {source}")
    results.note("The step that refuses spam is taken out of the copied pipeline file: all of the corpus must arrive.")
    with machine.workspace() as directory:
        dns = NameServer(f"{directory}/dns")
        dns.start()
        server = sluice.Sluice(f"{directory}/sluice", binary, dns.port, refuse_spam=False)
        try:
            recipient = server.add_user("corpus")
            again = server.add_user("again")
            server.start()
            check(results, server, sent, recipient, again, directory)
        finally:
            status = server.stop()
            dns.stop()
    results.target("corpus-exit-status", status, "==", 0, digits=0)
    results.finish(arguments.json)


def check(results, server, sent, recipient, again, directory):
    """Sends, waits, compares, searches."""
    start, cpu = time.monotonic(), machine.cpu_seconds(server.roots[0])
    seconds, refused = send(server.port, sent, recipient)
    for index, why in sorted(refused.items())[:5]:
        results.note(f"refused: mail {index}: {why}")
    taken = [content for index, content in enumerate(sent) if index not in refused]
    ledger = wait_until_delivered(server, len(taken))
    stored_seconds = time.monotonic() - start
    cpu = machine.cpu_seconds(server.roots[0]) - cpu
    mailbox = Mailbox(server, "corpus", _made(f"{directory}/export"), taken)
    exact, strangers = mailbox.compare(taken)
    asked, found, missing = probes.search(server, taken, mailbox, QUICK_SEARCHES if results.quick else SEARCHES)
    for query in missing[:5]:
        results.note(f"not found: {query}")
    blobs, blobs_again, contents = attachments(server, taken, again)
    rows = [
        ["sent", number(len(sent))],
        ["accepted per second (bound by the eight smtplib clients)", number(len(taken) / seconds)],
        ["delivered per second", number(len(taken) / stored_seconds)],
        ["CPU seconds per 1,000", number(cpu / len(taken) * 1000, 2)],
        ["refused", number(len(refused))],
        ["in the mailbox", number(mailbox.count)],
        ["as often and byte for byte as sent", number(exact)],
        ["  of these after trace fields of the server's own", number(mailbox.traced)],
        ["not among those sent", number(strangers)],
        ["attachment contents stored", number(blobs)],
        ["  after their mails came once more", number(blobs_again)],
        ["  distinct contents that Python's email package sees", number(contents)],
        ["searches by words of the mails", number(asked)],
        ["  that found their mail", number(found)],
    ]
    print()
    print_table(["corpus", "count"], rows)
    results.add(ledger=ledger, refused=refused, counts={label.strip(): value for label, value in rows})
    balance = sum(ledger[key] for key in ("delivered", "bounced", "quarantined", "discarded", "pending"))
    results.target("corpus-refused", len(refused), "==", 0, digits=0)
    results.target("corpus-stored-once-byte-identical", exact, "==", len(sent), digits=0)
    results.target("corpus-strangers", strangers, "==", 0, digits=0)
    results.target("corpus-ledger-difference", ledger["received"] - balance, "==", 0, digits=0)
    results.target("corpus-attachment-contents-added-by-resending", blobs_again - blobs, "==", 0, digits=0)
    results.target("corpus-searches-without-their-mail", asked - found, "==", 0, digits=0)


def attachments(server, taken, again):
    """The attachment contents stored, the same after some were sent once more, and how many Python sees in the mails."""
    with_attachments = [content for content in taken if probes.attachment_digests(content)]
    contents = set().union(*map(probes.attachment_digests, with_attachments)) if with_attachments else set()
    before = server.attachments()["blobs"]
    delivered = server.ledger()["delivered"]
    resent = with_attachments[:RESENT]
    _, refused = send(server.port, resent, again)
    wait_until_delivered(server, delivered + len(resent) - len(refused))
    return before, server.attachments()["blobs"], len(contents)


def _made(directory):
    os.makedirs(directory)
    return directory
