#!/usr/bin/env python3
"""The parts of pipelines/quickstart that need more than a shell: ports, SMTP, and the table of what was done.

quickstart.py ports SMTP DNS HTTP                  exit status 69 and a line for each port that is taken
quickstart.py deliver FIXTURES PORT LOG SLUICE     sends the mails that FIXTURES/envelopes.txt lists, shows each step
"""

import json
import re
import smtplib
import socket
import subprocess
import sys
import time

# How long the server may take to put the last mail into its mailbox, on a slow and busy machine.
DELIVERY_SECONDS = 120
LINE = re.compile(r"^\S+ \S+ \w+ (?P<text>.*?) (?=[\w.]+=)(?P<fields>.*)$")
FIELD = re.compile(r'([\w.]+)=("(?:[^"\\]|\\.)*"|\S*)')


def check_ports(smtp, dns, http):
    taken = []
    for name, port, kinds in [
        ("SMTP", smtp, [socket.SOCK_STREAM]),
        ("DNS", dns, [socket.SOCK_STREAM, socket.SOCK_DGRAM]),
        ("HTTP", http, [socket.SOCK_STREAM]),
    ]:
        for kind in kinds:
            with socket.socket(socket.AF_INET, kind) as probe:
                if kind == socket.SOCK_STREAM:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError as error:
                    taken.append(f"port {port} of 127.0.0.1, which is for {name}: {error.strerror.lower()}")
                    break
    for line in taken:
        print(f"quickstart: {line}", file=sys.stderr)
    if taken:
        print(
            "quickstart: end what listens there (ss -lntup shows it), or take other ports: "
            "pipelines/quickstart --port-offset 100",
            file=sys.stderr,
        )
    return 69 if taken else 0


class Mail:
    """One sample mail: its envelope, what the client was told, and what the log says about it."""

    def __init__(self, directory, line):
        self.name, self.sender, *self.recipients = line.split()
        with open(f"{directory}/{self.name}", "rb") as file:
            self.content = file.read()
        self.title = self.name.removesuffix(".eml")
        self.id = None
        self.reply = ""
        self.steps = {}
        self.refusal = {}
        self.copies = []

    def send(self, connection):
        """One transaction; the reply that ended it."""
        code, text = connection.mail(self.sender)
        accepted = 0
        if code == 250:
            for recipient in self.recipients:
                code, text = connection.rcpt(recipient)
                accepted += code == 250
        if accepted:
            code, text = connection.data(self.content)
        else:
            connection.rset()
        self.reply = f"{code} {text.decode(errors='replace')}"


def log_events(path):
    """The log's lines: text and fields of each."""
    with open(path, encoding="utf-8") as file:
        for line in file:
            if match := LINE.match(line):
                fields = {
                    key: json.loads(value) if value.startswith('"') else value
                    for key, value in FIELD.findall(match["fields"])
                }
                yield match["text"], fields


def send_all(mails, port, log):
    """Sends the mails one after the other, and finds each one's number in what the server logged meanwhile."""
    known = set()
    for mail in mails:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example") as connection:
            connection.ehlo()
            mail.send(connection)
        new = {fields["message.id"] for _, fields in log_events(log) if "message.id" in fields} - known
        mail.id = min(new, default=None)
        known |= new


def await_delivery(mails, log):
    accepted = {mail.id for mail in mails if mail.reply.startswith("250")}
    deadline = time.monotonic() + DELIVERY_SECONDS
    while True:
        delivered = {fields["message.id"] for text, fields in log_events(log) if text == "message delivered"}
        if accepted <= delivered:
            return
        if time.monotonic() > deadline:
            sys.exit(f"quickstart: {len(accepted - delivered)} mails were not delivered in time; see {log}")
        time.sleep(0.1)


def read_steps(mails, log):
    """What each step did to each mail; returns the steps in the order of the pipeline."""
    by_id = {mail.id: mail for mail in mails if mail.id}
    order = []
    for text, fields in log_events(log):
        mail = by_id.get(fields.get("message.id"))
        if mail and text == "step done":
            step = fields["step"]
            if step not in order:
                order.append(step)
            seconds = float(fields["duration"].split()[0]) if "duration" in fields else None
            mail.steps.setdefault(step, []).append((fields["verdict"], seconds))
        elif mail and text in ("message refused", "recipient refused", "step failed"):
            mail.refusal = fields
    return sorted(order, key=lambda step: step.startswith("deliver."))


def find_copies(mails, sluice):
    """Where the mails ended up, and what is known about them; compares each copy with what was sent."""

    def run(*arguments):
        return subprocess.run([sluice, *arguments], check=True, stdout=subprocess.PIPE).stdout

    for user in sorted({recipient for mail in mails for recipient in mail.recipients if mail.reply[0] == "2"}):
        for hit in json.loads(run("mail", "list", user, "--limit", "1000", "--json"))["hits"]:
            raw = run("mail", "show", user, str(hit["id"]), "--raw")
            text = run("mail", "show", user, str(hit["id"])).decode(errors="replace")
            facts = dict(re.findall(r"^  ([a-z][\w.-]*): ?(.*)$", text, re.MULTILINE))
            for mail in mails:
                if mail.content == raw and user in mail.recipients:
                    mail.copies.append((user, hit["id"], hit["mailbox"], facts))


def cell(results):
    """A step's time in milliseconds, or its verdict where the mail went no further."""
    if not results:
        return ""
    for verdict, _ in results:
        if verdict != "proceed":
            return verdict
    times = [seconds for _, seconds in results if seconds is not None]
    return f"{1000 * sum(times):.1f}" if times else "ok"


def print_table(rows):
    """Rows of cells; the first column to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [text.rjust(width) for text, width in zip(row[1:], widths[1:])]
        print("  ".join(cells).rstrip())


def show_steps(mails, steps):
    print("The time of each step in milliseconds, or its verdict where the mail went no further:\n")
    names = [step.split(".")[-1] for step in steps]
    sides = ["deliver" if step.startswith("deliver.") else "session" for step in steps]
    line = sides.index("deliver") if "deliver" in sides else len(sides)
    # Names of two words stand on two lines, so that the table stays narrow; `|` is the durable line.
    first = [name.rpartition("-")[0] + ("-" if "-" in name else "") for name in names]
    last = [name.rpartition("-")[2] for name in names]
    table = [[""] + first[:line] + ["|"] + first[line:], [""] + last[:line] + ["|"] + last[line:]]
    for mail in mails:
        cells = [cell(mail.steps.get(step, [])) for step in steps]
        code = mail.reply.split()[0]
        table.append([mail.title] + cells[:line] + [code] + cells[line:])
    print_table(table)
    print("\nWith 250 the mail is on our disk (the durable line); what stands right of it happens after the reply.")


def show_ends(mails):
    print("\nWhat the steps found out, and where the mail is now:\n")
    table = [["", "spf", "score", "attachments", "defects", "stored as"]]
    for mail in mails:
        for user, number, mailbox, facts in mail.copies:
            defects = [name for name in facts.get("mime.defects", "").split(",") if name.strip()]
            table.append(
                [
                    mail.title,
                    facts.get("spf.result", ""),
                    facts.get("spam.score", ""),
                    facts.get("mime.attachments", ""),
                    str(len(defects)),
                    f"{user} {mailbox} {number}",
                ]
            )
    print_table(table)


def show_refusals(mails):
    refused = [mail for mail in mails if not mail.reply.startswith("250")]
    if refused:
        print("\nRefused in the dialogue, so the sender still has it; the reason is for our log only:\n")
    for mail in refused:
        reason, step = mail.refusal.get("reason", "?"), mail.refusal.get("step", "?")
        print(f"{mail.title}: {mail.reply}\n    {step}: {reason}")


def deliver(directory, port, log, sluice):
    with open(f"{directory}/envelopes.txt", encoding="utf-8") as file:
        mails = [Mail(directory, line) for line in file if line.strip() and not line.startswith("#")]
    send_all(mails, port, log)
    await_delivery(mails, log)
    steps = read_steps(mails, log)
    find_copies(mails, sluice)
    show_steps(mails, steps)
    show_refusals(mails)
    show_ends(mails)
    lost = [mail.name for mail in mails if mail.reply.startswith("250") and len(mail.copies) != len(mail.recipients)]
    if lost:
        print(f"quickstart: not found again as sent: {', '.join(lost)}", file=sys.stderr)
        return 70
    print("\nEvery accepted mail was read back from each mailbox, octet for octet as it was sent.")
    return 0


def main():
    match sys.argv[1:]:
        case ["ports", smtp, dns, http]:
            return check_ports(int(smtp), int(dns), int(http))
        case ["deliver", directory, port, log, sluice]:
            return deliver(directory, int(port), log, sluice)
    print(__doc__, file=sys.stderr)
    return 64


if __name__ == "__main__":
    sys.exit(main())
