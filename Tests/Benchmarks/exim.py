"""Debian's Exim as a private instance that delivers to Maildirs."""

import os

from . import apart, machine
from .postfix import DOMAIN, Maildirs
from .processes import Server


class Exim(Maildirs):
    """Exim with its own configuration and spool.

    Its limits of sessions at once, of messages a connection and of deliveries a connection are lifted, and what would
    look beyond the machine is off.
    """

    name = "exim"
    syncs = "spool files and Maildir file"

    def __init__(self, directory):
        super().__init__(directory)
        self.view = apart.View(f"{directory}/view")
        self.files = apart.unpack("exim4-daemon-light", f"{directory}/files")

    def start(self):
        """Writes the configuration and starts it."""
        owner = self.view.add_account("Debian-exim")
        self.make_mail(owner, owner)
        for name in ("spool", "logs"):
            os.makedirs(f"{self.directory}/{name}")
            os.chown(f"{self.directory}/{name}", owner, owner)
        os.makedirs(f"{self.view.etc}/exim4")
        # For the configuration of another place than this, Exim's own processes would give up their rights.
        with open(f"{self.view.etc}/exim4/exim4.conf", "w") as file:
            file.write(self._configuration())
        with open(f"{self.directory}/users", "w") as file:
            file.write("".join(f"{user}: {user}\n" for user in self.users))
        program = self.view.command(f"{self.files}/usr/sbin/exim4", "-bdf", "-q10s")
        # A message is delivered by a process that outlives the session that started it.
        self.server = Server(program, f"{self.directory}/log", adopting=True)
        machine.wait_for_port(self.port, self.server.is_alive)

    def _configuration(self):
        return f"""exim_path = {self.files}/usr/sbin/exim4
primary_hostname = mx.{DOMAIN}
spool_directory = {self.directory}/spool
log_file_path = {self.directory}/logs/%slog
local_interfaces = 127.0.0.1
daemon_smtp_ports = {self.port}
tls_advertise_hosts =
host_lookup =
rfc1413_hosts =
smtp_accept_max = 1000
smtp_accept_max_per_connection = 0
smtp_accept_queue_per_connection = 0
smtp_connect_backlog = 1024
acl_smtp_rcpt = check_recipient
begin acl
check_recipient:
  accept domains = {DOMAIN}
  deny
begin routers
mailbox:
  driver = accept
  domains = {DOMAIN}
  local_parts = lsearch;{self.directory}/users
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = {self.mail}/$local_part_data
  maildir_format
  create_directory
  user = Debian-exim
  group = Debian-exim
  return_path_add
  delivery_date_add
begin retry
* * F,1h,10s
"""
