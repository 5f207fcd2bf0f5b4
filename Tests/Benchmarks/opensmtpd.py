"""Debian's OpenSMTPD as a private instance that delivers to Maildirs."""

import os
import shutil

from . import apart, machine
from .postfix import DOMAIN, Maildirs
from .processes import Server


class OpenSMTPD(Maildirs):
    """OpenSMTPD with its own configuration and queue; its limit of messages a session is lifted.

    Its backlog of five connections is compiled in: of many that come at once, most come again a second later.
    """

    name = "opensmtpd"
    syncs = "the Maildir file; ACKNOWLEDGES BEFORE A SYNC, its queue files are never synced"

    def __init__(self, directory):
        super().__init__(directory)
        self.view = apart.View(f"{directory}/view")
        self.files = apart.unpack("opensmtpd", f"{directory}/files")

    def start(self):
        """Writes the configuration and starts it."""
        for name in ("opensmtpd", "opensmtpq"):
            self.view.add_account(name, "/var/lib/opensmtpd/empty")
        owner = self.view.add_account("benchmail", self.mail)
        self.make_mail(owner, owner)
        # The paths are compiled in.
        os.makedirs(f"{self.view.replace('/var/lib')}/opensmtpd/empty", mode=0o711)
        os.makedirs(f"{self.view.replace('/var/spool')}/smtpd", mode=0o711)
        self.view.replace("/run")
        libexec = self.view.replace("/usr/libexec")
        shutil.copytree(f"{self.files}/usr/libexec/opensmtpd", f"{libexec}/opensmtpd")
        configuration = f"{self.directory}/smtpd.conf"
        with open(configuration, "w") as file:
            file.write(f"""smtp max-message-size 35M
smtp limit max-mails 1000000
table users {{ "@{DOMAIN}" = "benchmail" }}
listen on 127.0.0.1 port {self.port} hostname mx.{DOMAIN}
action "store" maildir "{self.mail}/%{{rcpt.user}}" virtual <users>
match from any for domain "{DOMAIN}" action "store"
""")
        program = self.view.command(f"{self.files}/usr/sbin/smtpd", "-d", "-f", configuration)
        self.server = Server(program, f"{self.directory}/log")
        machine.wait_for_port(self.port, self.server.is_alive)
