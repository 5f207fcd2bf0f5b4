"""A DNS server of the benchmark's own, so that SPF is really looked up and nothing leaves the machine."""

import os
import socket
import struct
import time

from . import machine
from .processes import Server

# The root zone, so that every name is answered at once: those below sender.example exist, all others do not.
ZONE = """$TTL 3600
. SOA ns.example. hostmaster.example. 1 3600 600 86400 60
. NS ns.example.
ns.example. A 127.0.0.1
sender.example. TXT "v=spf1 ip4:127.0.0.0/8 -all"
sender.example. A 127.0.0.1
sender.example. MX 10 sender.example.
*.sender.example. TXT "v=spf1 ip4:127.0.0.0/8 -all"
*.sender.example. A 127.0.0.1
*.sender.example. MX 10 sender.example.
"""


class NameServer:
    """Debian's Knot DNS on a loopback port."""

    def __init__(self, directory, records=""):
        self.directory = directory
        self.records = records
        self.port = machine.free_port()
        self.server = None

    def start(self):
        """Writes zone and configuration and waits for the first answer."""
        os.makedirs(f"{self.directory}/run")
        with open(f"{self.directory}/root.zone", "w") as file:
            file.write(ZONE + self.records)
        with open(f"{self.directory}/knot.conf", "w") as file:
            file.write(f"""server:
    rundir: "{self.directory}/run"
    listen: 127.0.0.1@{self.port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: warning
database:
    storage: "{self.directory}/run"
zone:
  - domain: .
    file: "{self.directory}/root.zone"
    zonefile-sync: -1
    journal-content: none
""")
        self.server = Server(["knotd", "-c", f"{self.directory}/knot.conf"], f"{self.directory}/log")
        deadline = time.monotonic() + 20
        while not self._answers():
            if not self.server.is_alive() or time.monotonic() > deadline:
                raise RuntimeError(f"Knot DNS does not answer; it said:\n{self.server.read_log()[-2000:]}")

    def stop(self):
        """Ends it."""
        if self.server:
            self.server.stop()

    def _answers(self):
        question = b"\6sender\7example\0" + struct.pack("!2H", 16, 1)
        with socket.socket(type=socket.SOCK_DGRAM) as client:
            client.settimeout(0.2)
            try:
                client.connect(("127.0.0.1", self.port))
                client.send(struct.pack("!6H", 1, 0x0100, 1, 0, 0, 0) + question)
                return b"v=spf1" in client.recv(512)
            except OSError:
                time.sleep(0.05)
                return False
