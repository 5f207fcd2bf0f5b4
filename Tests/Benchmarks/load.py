"""The load generator: mailblast, which sends varied, real mail."""

import json
import os
import subprocess

from .processes import run

PATIENCE = 60  # seconds that a run may take: the slowest that ended (clients wait for OpenSMTPD to take connections) took 29


class LoadFailed(RuntimeError):
    """A server that did not take what was sent."""


def compile_mailblast(directory):
    """Compiles mailblast with the system's C compiler; returns its path."""
    source = os.path.join(os.path.dirname(__file__), "mailblast.c")
    binary = f"{directory}/mailblast"
    run(["cc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", binary, source])
    return binary


def mailblast(binary, port, sessions, messages, kept, recipient, file):
    """Sends real mails; returns the seconds until all were accepted. Ends the load if that takes too long."""
    arguments = [port, sessions, messages, 0 if kept else 1, recipient, file]
    try:
        answer = json.loads(run([binary, *map(str, arguments)], timeout=PATIENCE))
    except subprocess.TimeoutExpired:
        raise LoadFailed(f"it had not taken {messages} messages after {PATIENCE} s") from None
    if answer["accepted"] != messages:
        raise LoadFailed(f"mailblast on port {port}: {answer}, where {messages} should have been accepted")
    return answer["seconds"]
