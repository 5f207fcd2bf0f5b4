"""The load generators: Postfix's smtp-source, and our own mailblast with varied, real mail."""

import json
import os
import subprocess
import time

from .processes import run

SIZE = 5 * 1024


def compile_mailblast(directory):
    """Compiles mailblast with the system's C compiler; returns its path."""
    source = os.path.join(os.path.dirname(__file__), "mailblast.c")
    binary = f"{directory}/mailblast"
    run(["cc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", binary, source])
    return binary


def smtp_source(port, sessions, messages, kept, recipient, word):
    """Sends mails of 5 KB, each with the word as its subject; returns the seconds until all were accepted."""
    command = ["smtp-source", "-s", str(sessions), "-m", str(messages), "-l", str(SIZE), "-S", word]
    command += ["-M", "client.sender.example", "-f", "source@client.sender.example", "-t", recipient]
    command += ["-d"] if kept else []
    start = time.monotonic()
    done = subprocess.run([*command, f"127.0.0.1:{port}"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"smtp-source gave up on port {port}: {done.stderr.strip()[-500:]}")
    return time.monotonic() - start


def mailblast(binary, port, sessions, messages, kept, recipient, file):
    """Sends real mails; returns the seconds until all were accepted."""
    arguments = [port, sessions, messages, 0 if kept else 1, recipient, file]
    answer = json.loads(run([binary, *map(str, arguments)]))
    if answer["accepted"] != messages:
        raise RuntimeError(f"mailblast on port {port}: {answer}, where {messages} should have been accepted")
    return answer["seconds"]
