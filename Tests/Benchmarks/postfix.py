"""Debian's Postfix as a private instance that delivers to Maildirs, and the ceiling, smtp-sink."""

import os
import pwd
import shutil

from . import machine
from .processes import Server, run

DOMAIN = "bench.example"
MASTER = "/usr/lib/postfix/sbin/master"


class Maildirs:
    """What the servers have in common that deliver to a Maildir for each user."""

    def __init__(self, directory):
        self.directory = directory
        self.port = machine.free_port()
        self.mail = f"{directory}/mail"
        self.users = []
        self.server = None

    @property
    def roots(self):
        """The processes that all others of the server descend from."""
        return [self.server.pid]

    def make_mail(self, user, group):
        """Makes the directory of the Maildirs, which belongs to this user."""
        os.makedirs(self.mail)
        os.chown(self.mail, user, group)

    def stop(self):
        """Ends it."""
        if self.server:
            self.server.stop()

    def add_user(self, user):
        """Adds a mailbox, before the start; returns its address."""
        self.users.append(user)
        return f"{user}@{DOMAIN}"

    def stored(self, user):
        """How many messages lie in the user's mailbox."""
        try:
            return len(os.listdir(f"{self.mail}/{user}/new"))
        except FileNotFoundError:
            return 0


class Postfix(Maildirs):
    """Postfix with its own configuration, queue and Maildirs, beside any that the system runs.

    Durability and queue settings are Postfix's defaults. What would look beyond the machine (DNS) is off, and so is
    in_flow_delay, a pause of a second for senders who are faster than delivery: Postfix takes more mail without it.
    """

    name = "postfix"
    syncs = "queue file, then Maildir file"

    def __init__(self, directory):
        if os.geteuid() != 0:
            raise RuntimeError("a private Postfix needs root, because its master process does")
        if not os.path.exists(MASTER):
            raise RuntimeError(f"no {MASTER}; install the package postfix")
        super().__init__(directory)
        self.configuration = f"{directory}/etc"

    def start(self):
        """Writes the configuration, makes the queue, starts the master and waits for its port."""
        for name in ("etc", "queue", "data"):
            os.makedirs(f"{self.directory}/{name}")
        owner = pwd.getpwnam("nobody")
        self.make_mail(owner.pw_uid, owner.pw_gid)
        shutil.chown(f"{self.directory}/data", "postfix")
        self._write("main.cf", self._main(owner))
        self._write("master.cf", self._master())
        self._write("mailboxes", "".join(f"{user}@{DOMAIN} {user}/\n" for user in self.users))
        run(["postfix", "-c", self.configuration, "check"])
        self.server = Server([MASTER, "-c", self.configuration, "-d"], f"{self.directory}/log")
        machine.wait_for_port(self.port, self.server.is_alive)

    def _write(self, name, text):
        with open(f"{self.configuration}/{name}", "w") as file:
            file.write(text)

    def _main(self, owner):
        return f"""compatibility_level = 3.6
queue_directory = {self.directory}/queue
data_directory = {self.directory}/data
syslog_name = sluice-bench
myhostname = mx.{DOMAIN}
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
in_flow_delay = 0
virtual_mailbox_domains = {DOMAIN}
virtual_mailbox_base = {self.mail}
virtual_mailbox_maps = texthash:{self.configuration}/mailboxes
virtual_uid_maps = static:{owner.pw_uid}
virtual_gid_maps = static:{owner.pw_gid}
"""

    def _master(self):
        services = [
            f"127.0.0.1:{self.port} inet n - n - - smtpd",
            "pickup unix n - n 60 1 pickup",
            "cleanup unix n - n - 0 cleanup",
            "qmgr unix n - n 300 1 qmgr",
            "rewrite unix - - n - - trivial-rewrite",
            "bounce unix - - n - 0 bounce",
            "defer unix - - n - 0 bounce",
            "trace unix - - n - 0 bounce",
            "verify unix - - n - 1 verify",
            "flush unix n - n 1000? 0 flush",
            "proxymap unix - - n - - proxymap",
            "virtual unix - n n - - virtual",
            "lmtp unix - - n - - lmtp",
            "error unix - - n - - error",
            "retry unix - - n - - error",
            "showq unix n - n - - showq",
            "anvil unix - - n - 1 anvil",
            "scache unix - - n - 1 scache",
            "postlog unix-dgram n - n - 1 postlogd",
        ]
        return "\n".join(services) + "\n"


class Sink:
    """smtp-sink, which stores nothing: the ceiling for one load generator on this machine."""

    name = "smtp-sink"
    syncs = "never; it stores nothing"

    def __init__(self, directory):
        self.directory = directory
        self.port = machine.free_port()
        self.server = None

    def start(self):
        """Starts it and waits for its port."""
        os.makedirs(self.directory)
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = ["smtp-sink", *user, f"127.0.0.1:{self.port}", "1024"]
        self.server = Server(command, f"{self.directory}/log")
        machine.wait_for_port(self.port, self.server.is_alive)

    @property
    def roots(self):
        """Its process."""
        return [self.server.pid]

    def stop(self):
        """Ends it."""
        if self.server:
            self.server.stop()

    def add_user(self, user):
        """Any user is known here; returns the address."""
        return f"{user}@{DOMAIN}"
