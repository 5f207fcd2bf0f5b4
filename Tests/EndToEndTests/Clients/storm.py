"""Sends numbered mails over several connections until it is told to stop, and writes down what it saw.

storm.py PORT TO CONNECTIONS STOPFILE LOG SEED

Each mail carries a token of its own in its subject and is sent once; one in three has an attachment, often one that another
has, too. LOG gets one line a mail: `accepted TOKEN CRC` after the 250, with the CRC-32 of the mail, `refused TOKEN CODE`
after another reply, `unsure TOKEN CRC` when the connection ended between data and reply, and `unsent TOKEN` when it ended
before. It ends when STOPFILE exists, and prints the counts.
"""

import json
import os
import random
import smtplib
import sys
import threading
import time
import zlib
from base64 import encodebytes

port, recipient, connections, stop_file, log_path, seed = sys.argv[1:]
lock = threading.Lock()
counts = {}


def note(log, what, token, code=""):
    with lock:
        log.write(f"{what} {token} {code}\n")
        log.flush()
        counts[what] = counts.get(what, 0) + 1


def mail(token, chance):
    text = "".join(f"{chance.randrange(10**9)} some words of the text\r\n" for _ in range(chance.randrange(1, 120)))
    head = (
        f"From: storm@sender.example\r\nTo: {recipient}\r\nSubject: {token}\r\nMessage-ID: <{token}@sender.example>\r\n"
        f"Date: Mon, 2 Feb 2026 10:00:00 +0000\r\n"
    )
    if chance.randrange(3):
        return f"{head}\r\n{token}\r\n{text}".encode()
    content = encodebytes(random.Random(chance.randrange(40)).randbytes(6000)).decode().replace("\n", "\r\n")
    return (
        f"{head}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n{text}"
        f"--b\r\nContent-Type: application/x-storm\r\nContent-Transfer-Encoding: base64\r\n\r\n{content}--b--\r\n"
    ).encode()


def run(index, log):
    chance = random.Random(f"{seed}-{index}")
    client, number = None, 0
    while not os.path.exists(stop_file):
        if client is None:
            try:
                client = smtplib.SMTP("127.0.0.1", int(port), local_hostname="client.sender.example", timeout=30)
                client.ehlo()
            except (OSError, smtplib.SMTPException):
                client = None
                time.sleep(0.02)
                continue
        number += 1
        token = f"token{index:02}x{number:05}"
        if not send(client, token, mail(token, chance), log):
            client.close()
            client = None
    if client is not None:
        client.close()


def send(client, token, content, log):
    """Sends one mail and notes what came of it; false when the connection is over."""
    data_sent, checksum = False, zlib.crc32(content)
    try:
        for verb, argument in (("mail", "FROM:<storm@sender.example>"), ("rcpt", f"TO:<{recipient}>"), ("data", "")):
            code, _ = client.docmd(verb, argument)
            if code not in (250, 354):
                note(log, "refused", token, code)
                return client.docmd("rset")[0] == 250
        data_sent = True
        client.send(smtplib._quote_periods(content) + b".\r\n")
        code, _ = client.getreply()
    except (OSError, smtplib.SMTPException):
        note(log, "unsure" if data_sent else "unsent", token, checksum)
        return False
    note(log, "accepted" if code == 250 else "refused", token, checksum if code == 250 else code)
    return True


with open(log_path, "a") as log:
    threads = [threading.Thread(target=run, args=(index, log)) for index in range(int(connections))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print(json.dumps(counts))
