"""What many connections cost that do nothing."""

import resource
import socket
import time
from contextlib import ExitStack

from . import machine

SETTLING = 1  # seconds after the last connection


def memory(server, connections):
    """Opens connections that say EHLO and then wait; returns the server's memory in octets before and with them."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Room for what else is open, here and in the server, which inherits the limit.
    if files[1] < connections + 1000:
        raise RuntimeError(f"a process may open {files[1]} files only, too few for {connections} connections")
    resource.setrlimit(resource.RLIMIT_NOFILE, (files[1], files[1]))
    with ExitStack() as clients:
        server.start()
        before = sum(map(machine.memory, server.roots))
        for _ in range(connections):
            client = clients.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
            _say(client, None, b"220")
            _say(client, b"EHLO client.sender.example\r\n", b"250")
        time.sleep(SETTLING)
        during = sum(map(machine.memory, server.roots))
        # That they were there all along, and are still served.
        _say(client, b"NOOP\r\n", b"250")
    return before, during


def _say(client, line, code):
    if line:
        client.sendall(line)
    reply = b""
    while not (reply.endswith(b"\n") and reply.splitlines()[-1][3:4] == b" "):
        received = client.recv(4096)
        if not received:
            break
        reply += received
    if not reply.startswith(code):
        raise RuntimeError(f"an idle connection was told {reply[:200]!r}, not {code.decode()}")
