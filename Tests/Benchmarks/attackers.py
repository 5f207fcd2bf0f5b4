"""Clients that attack: `attackers.py NAME PORT TLS-PORT` attacks until its input ends.

It says `ready` at full strength, and at the end how many connections it has made.
"""

import os
import random
import resource
import select
import socket
import sys
import time
from contextlib import suppress

EHLO = b"EHLO attacker.example\r\n"
CHUNK = 64 * 1024
ENVELOPE = EHLO + b"MAIL FROM:<a@sender.example>\r\nRCPT TO:<postmaster>\r\nDATA\r\n"


class Attackers:
    """So many clients, each a socket that does not block."""

    def __init__(self, port, tls_port):
        self.port = port
        self.tls_port = tls_port
        self.made = 0
        self.clients = []

    def connect(self, port=None, greeting=b"", buffer=None):
        """A new connection that has said something, once it was greeted."""
        client = socket.socket()
        if buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        client.settimeout(30)
        client.connect(("127.0.0.1", port or self.port))
        self.made += 1
        if port is None:
            client.recv(512)
        client.sendall(greeting)
        client.setblocking(False)
        return client

    def open(self, count, **how):
        """Opens so many connections that stay."""
        self.clients = [self.connect(**how) for _ in range(count)]

    def send(self, index, octets, **how):
        """Sends what can be sent at once; a client that was sent away comes again."""
        client = self.clients[index]
        try:
            client.send(octets)
        except BlockingIOError:
            pass
        except OSError:
            client.close()
            with suppress(OSError):
                self.clients[index] = self.connect(**how)

    def drop_replies(self):
        """Reads and forgets what the server said."""
        for client in select.select(self.clients, [], [], 0)[0] if len(self.clients) < 1000 else []:
            with suppress(OSError):
                client.recv(CHUNK)


def slow_loris(attackers):
    attackers.open(1_000)
    line = b"EHLO " + b"a" * 200
    while True:
        for place in range(len(line)):
            for index in range(len(attackers.clients)):
                attackers.send(index, line[place : place + 1])
            yield 0.5


def idle(attackers):
    attackers.open(10_000, greeting=EHLO)
    while True:
        yield 1


def endless_line(attackers):
    attackers.open(20)
    chunk = b"MAIL FROM:<" + b"a\0" * (CHUNK // 2)
    while True:
        for index in range(len(attackers.clients)):
            attackers.send(index, chunk)
        attackers.drop_replies()
        yield 0.05


def endless_header(attackers):
    attackers.open(10, greeting=ENVELOPE)
    chunk = b"X-Field: value of a field\r\n" * (CHUNK // 27)
    while True:
        for index in range(len(attackers.clients)):
            attackers.send(index, chunk, greeting=ENVELOPE)
        attackers.drop_replies()
        yield 0.05


def never_reading(attackers):
    attackers.open(200, greeting=EHLO, buffer=4096)
    commands = b"VRFY user\r\nEHLO attacker.example\r\n" * 100
    while True:
        for index in range(len(attackers.clients)):
            attackers.send(index, commands, greeting=EHLO, buffer=4096)
        yield 0.05


def tls_garbage(attackers):
    while True:
        for turn in range(10):
            with suppress(OSError):
                if turn % 2:
                    client = attackers.connect(attackers.tls_port, greeting=random.randbytes(500))
                else:
                    client = attackers.connect(greeting=EHLO + b"STARTTLS\r\n")
                    client.setblocking(True)
                    client.settimeout(5)
                    while b"220 2.0.0" not in client.recv(4096):
                        pass
                    client.sendall(random.randbytes(500))
                attackers.clients.append(client)
        for client in attackers.clients[:-100]:
            client.close()
        del attackers.clients[:-100]
        yield 0.05


def half_closed(attackers):
    while True:
        for _ in range(10):
            with suppress(OSError):
                client = attackers.connect(greeting=b"EHLO atta")
                client.shutdown(socket.SHUT_WR)
                attackers.clients.append(client)
        for client in attackers.clients[:-100]:
            client.close()
        del attackers.clients[:-100]
        yield 0.05


ATTACKS = [slow_loris, idle, endless_line, endless_header, never_reading, tls_garbage, half_closed]


def main():
    name, port, tls_port = sys.argv[1:]
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    attackers = Attackers(int(port), int(tls_port))
    attack = next(a for a in ATTACKS if a.__name__ == name.replace("-", "_"))(attackers)
    pause = next(attack)
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], pause)[0]:
        pause = next(attack)
    print(attackers.made, flush=True)
    os._exit(0)  # ten thousand sockets are closed sooner this way


if __name__ == "__main__":
    main()
