#!/usr/bin/env python3
"""Sends large mails at once, and watches the server's own memory (RssAnon) until all of their data is with it.

large.py PORT PID RECIPIENT SIZE SESSIONS FILE [half] [forged=HOST] [watch=DIRECTORY]

Every session sends the same mail of about SIZE octets, which is written to FILE; the end of the data follows when all
sessions have sent theirs. With `half`, every session breaks off in the middle instead. With `forged`, the mail claims
results of that host, which the server takes out; FILE then gets the mail without them. With `watch`, memory is watched
on until the queue's directory holds no more files of large mails: until they are delivered.
"""

import base64
import json
import os
import random
import socket
import sys
import threading
import time

PIECE = 1 << 16
PATIENCE = 300  # seconds


def mail(size):
    """A mail with one attachment of random octets."""
    content = base64.encodebytes(random.Random(size).randbytes(size * 57 // 78)).replace(b"\n", b"\r\n")
    head = [
        "From: Ann <ann@sender.example>", "To: user@example.org", "Subject: Large", "Message-ID: <large@sender.example>",
        "Date: Mon, 2 Feb 2026 10:00:00 +0000", "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=part", "",
        "--part", "Content-Type: text/plain", "", "See the file.", "--part", "Content-Type: application/octet-stream",
        "Content-Disposition: attachment; filename=file.bin", "Content-Transfer-Encoding: base64", "",
    ]
    return "\r\n".join(head).encode() + b"\r\n" + content + b"--part--\r\n"


def memory(pid):
    """The server's memory that no file stands behind."""
    with open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    raise RuntimeError("no RssAnon")


class Session(threading.Thread):
    """One client."""

    def __init__(self, port, recipient, content, together):
        super().__init__()
        self.port, self.recipient, self.content, self.together = port, recipient, content, together
        self.reply = ""

    def run(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as client:
            lines = client.makefile("r", encoding="latin-1")
            lines.readline()
            hello = ["EHLO client.sender.example", "MAIL FROM:<a@sender.example>", f"RCPT TO:<{self.recipient}>", "DATA"]
            for line in hello:
                client.sendall(f"{line}\r\n".encode())
                while (said := lines.readline())[3:4] == "-":
                    pass
            if not said.startswith("354"):
                self.reply = said
                self.together.abort()
                return
            for start in range(0, len(self.content), PIECE):
                client.sendall(self.content[start : start + PIECE])
            self.together.wait(PATIENCE)
            if self.together.half:
                return
            client.sendall(b".\r\n")
            self.reply = lines.readline()


def options(words):
    """The words behind the arguments, with what stands behind their equals signs."""
    return dict(word.split("=", 1) if "=" in word else (word, "") for word in words)


def watch(pid, directory):
    """The most memory the server takes until its queue holds no large mail any more."""
    peak, end = 0, time.monotonic() + PATIENCE
    while any(name.startswith("spool-") for name in os.listdir(directory)) and time.monotonic() < end:
        peak = max(peak, memory(pid))
        time.sleep(0.002)
    return peak


def main():
    port, pid, recipient, size, sessions, file = sys.argv[1:7]
    wanted = options(sys.argv[7:])
    whole = mail(int(size))
    with open(file, "wb") as output:
        output.write(whole)
    if "forged" in wanted:
        whole = f"Authentication-Results: {wanted['forged']}; spf=pass\r\n".encode() + whole
    together = threading.Barrier(int(sessions) + 1)
    together.half = "half" in wanted
    content = memoryview(whole)[: len(whole) // 2] if together.half else memoryview(whole)
    before = peak = memory(pid)
    clients = [Session(int(port), recipient, content, together) for _ in range(int(sessions))]
    for client in clients:
        client.start()
    while together.n_waiting < int(sessions) and not together.broken:
        peak = max(peak, memory(pid))
        time.sleep(0.005)
    together.wait(PATIENCE)
    peak = max(peak, memory(pid))
    later = watch(pid, wanted["watch"]) if "watch" in wanted else 0
    for client in clients:
        client.join()
    replies = [client.reply.strip() for client in clients]
    print(json.dumps({"grown": peak - before, "delivering": max(later - before, 0), "replies": replies}))


main()
