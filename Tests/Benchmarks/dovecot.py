"""Debian's Postfix that hands mail to a private Dovecot by LMTP."""

import os
import pwd

from . import machine
from .postfix import Postfix
from .processes import Server


class PostfixDovecot(Postfix):
    """Postfix in front of Dovecot, each with its default durability."""

    name = "postfix+dovecot"
    syncs = "queue file, then Dovecot's Maildir file and index"

    def __init__(self, directory):
        super().__init__(directory)
        if not os.path.exists("/usr/lib/dovecot/lmtp"):
            raise RuntimeError("no /usr/lib/dovecot/lmtp; install the package dovecot-lmtpd")
        self.socket = f"{directory}/dovecot/lmtp"
        self.store = None

    @property
    def roots(self):
        """The first processes of both servers."""
        return [self.server.pid, self.store.pid]

    def start(self):
        """Starts Dovecot, then Postfix."""
        os.makedirs(f"{self.directory}/dovecot")
        os.makedirs(f"{self.directory}/state")
        configuration = f"{self.directory}/dovecot.conf"
        with open(configuration, "w") as file:
            file.write(self._configuration(pwd.getpwnam("nobody")))
        self.store = Server(["dovecot", "-F", "-c", configuration], f"{self.directory}/dovecot.log")
        machine.wait_for(lambda: os.path.exists(self.socket), self.store.is_alive, f"Dovecot's {self.socket}")
        super().start()

    def stop(self):
        """Ends Postfix, then Dovecot."""
        super().stop()
        if self.store:
            self.store.stop()

    def _main(self, owner):
        return super()._main(owner) + f"virtual_transport = lmtp:unix:{self.socket}\n"

    def _configuration(self, owner):
        return f"""instance_name = sluice-bench
base_dir = {self.directory}/dovecot
state_dir = {self.directory}/state
log_path = {self.directory}/dovecot.log
ssl = no
protocols = lmtp
first_valid_uid = 1
mail_location = maildir:{self.mail}/%n
passdb {{
  driver = static
  args = nopassword=yes
}}
userdb {{
  driver = static
  args = uid={owner.pw_uid} gid={owner.pw_gid} home={self.mail}/%n allow_all_users=yes
}}
service lmtp {{
  unix_listener lmtp {{
    mode = 0666
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""
