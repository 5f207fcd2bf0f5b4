"""Servers whose Debian packages conflict with Postfix's: unpacked into a cache, and run with directories of their own."""

import glob
import os
import shlex
import shutil
import tempfile

from .processes import run
from .sluice import ROOT

CACHE = os.path.join(ROOT, ".build-peers")
FIRST_ACCOUNT = 59001  # Debian gives the numbers from 59000 to 59999 to nobody


def unpack(package, directory):
    """Copies a package's files to `directory`, after downloading it where that has not been done before."""
    kept = os.path.join(CACHE, package)
    if not os.path.isdir(kept):
        os.makedirs(CACHE, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as partial:
            run(["apt-get", "download", package], cwd=partial)
            [archive] = glob.glob(f"{partial}/*.deb")
            run(["dpkg", "-x", archive, f"{partial}/files"])
            os.rename(f"{partial}/files", kept)
    # With owners and modes: a server may have to be set-user-ID.
    run(["cp", "-a", kept, directory])
    return directory


class View:
    """Directories of the system as one server sees them; all others go on to see them as they are."""

    def __init__(self, directory):
        if os.geteuid() != 0:
            raise RuntimeError("directories of a server's own need root")
        self.directory = directory
        self.replaced = {}
        self.accounts = 0
        self.etc = self.replace("/etc", copied=True)

    def replace(self, place, copied=False):
        """Puts another directory in place of one, empty or a copy, and returns where it lies for us."""
        own = self.directory + place
        if copied:
            shutil.copytree(place, own, symlinks=True)
        else:
            os.makedirs(own)
        self.replaced[place] = own
        return own

    def add_account(self, name, home="/nonexistent"):
        """Makes a user and a group of this name; returns the number of both."""
        number = FIRST_ACCOUNT + self.accounts
        self.accounts += 1
        for file, line in (("passwd", f"{name}:x:{number}:{number}::{home}:/bin/sh"), ("group", f"{name}:x:{number}:")):
            with open(f"{self.etc}/{file}", "a") as accounts:
                accounts.write(line + "\n")
        return number

    def command(self, *arguments):
        """What runs a command with this view."""
        mounts = [f"mount --bind {shlex.quote(own)} {shlex.quote(place)}" for place, own in self.replaced.items()]
        return ["unshare", "--mount", "sh", "-c", " && ".join([*mounts, 'exec "$@"']), "sh", *arguments]
