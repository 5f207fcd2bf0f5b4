"""Sluice as a benchmark drives it: built for release, with the project's own pipeline file, in its own directory."""

import json
import os
import re
import shutil
import subprocess

from . import machine
from .processes import Server, run

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
SCRATCH = os.path.join(ROOT, ".build-release")
DOMAIN = "bench.example"
SESSIONS = 11_000  # at once


def build(product="sluice"):
    """Builds a release binary as the README does, saying so, and returns its path."""
    command = [
        "swift", "build", "-c", "release", "--static-swift-stdlib", "--scratch-path", SCRATCH, "--package-path", ROOT,
    ]
    print(f"building {product} for release", flush=True)
    if subprocess.run([*command, "--product", product], stdin=subprocess.DEVNULL).returncode != 0:
        raise RuntimeError("the release build failed; see above")
    return os.path.join(run([*command, "--show-bin-path"]).strip(), product)


class Sluice:
    """A server that runs `pipelines/inbound.yaml` on ports and in directories of its own."""

    name = "sluice"
    syncs = "queue journal, then store"

    def __init__(self, directory, binary, resolver_port, refuse_spam=True):
        self.directory = directory
        self.binary = binary
        self.port = machine.free_port()
        self.pipelines = f"{directory}/pipelines"
        self.server = None
        self._write_pipelines(resolver_port, refuse_spam)

    @property
    def roots(self):
        """The process that its helpers descend from."""
        return [self.server.pid]

    def start(self):
        """Starts it and waits until it takes mail."""
        self.server = Server([self.binary, "run", self.pipelines], f"{self.directory}/log")
        self.server.wait_for_line("ready")
        machine.wait_for_port(self.port, self.server.is_alive)

    def stop(self):
        """Drains it and returns its exit status."""
        return self.server.stop() if self.server else 0

    def add_user(self, user):
        """Adds a mailbox; returns its address."""
        address = f"{user}@{DOMAIN}"
        self.command("user", "add", address)
        return address

    def stored(self, user):
        """How many of the last run's messages are delivered; the ledger counts all of them."""
        return self.ledger()["delivered"]

    def searchable(self, user, query):
        """How many messages a search finds."""
        return self.search(user, query)["total"]

    def search(self, user, query, limit=20):
        """A search's answer, with at most `limit` hits."""
        return json.loads(self.command("search", f"{user}@{DOMAIN}", query, "--limit", str(limit), "--json"))

    def attachments(self):
        """How many attachment contents are stored, and their octets."""
        return json.loads(self.command("attachments", "--json"))

    def ledger(self):
        """The ledger of the inbound pipeline."""
        answer = json.loads(self.command("queue", "--json"))
        return answer.get("pipelines", answer)["inbound"]

    def command(self, *arguments):
        """Runs one of its commands on its own pipelines; returns what it printed."""
        return run([self.binary, *arguments, "--pipelines", self.pipelines])

    def _write_pipelines(self, resolver_port, refuse_spam):
        source = os.path.join(ROOT, "pipelines")
        os.makedirs(self.pipelines)
        if os.path.isdir(f"{source}/fixtures"):
            shutil.copytree(f"{source}/fixtures", f"{self.pipelines}/fixtures")
        for path in (f"{source}/site.yaml", f"{source}/inbound.yaml"):
            with open(path) as file:
                text = file.read()
            text = _replace_keys(text, self._replacements(os.path.basename(path), resolver_port))
            if not refuse_spam:
                text = re.sub(r"(?m)^\s*- *\{[^\n]*\breject:[^\n]*\n", "", text)
            with open(f"{self.pipelines}/{os.path.basename(path)}", "w") as file:
                file.write(text)

    def _replacements(self, file_name, resolver_port):
        if file_name == "inbound.yaml":
            # All clients of a benchmark have one address.
            limits = f"100, sessions: {SESSIONS}, sessions-per-address: {SESSIONS}"
            return {"listen": f'["127.0.0.1:{self.port}"]', "recipients": limits}
        return {
            "host-name": f"mx.{DOMAIN}",
            "local-domains": f"[{DOMAIN}]",
            "postmaster": f"user@{DOMAIN}",
            "data-directory": f"{self.directory}/data",
            "servers": f'["127.0.0.1:{resolver_port}"]',
            "listen": f'"127.0.0.1:{machine.free_port()}"',
        }


def _replace_keys(text, replacements):
    """Replaces the values of keys, each written on one line, in a block or between braces."""
    for key, value in replacements.items():
        pattern = rf"""(?m)(^\s*|[{{,]\s*)({re.escape(key)}:\s*)(\[[^\]\n]*\]|"[^"\n]*"|'[^'\n]*'|[^\s,}}#\n]+)"""
        text, count = re.subn(pattern, lambda match: match[1] + match[2] + value, text)
        if count != 1:
            raise RuntimeError(f"pipelines have {count} keys {key}: on one line with its value; the benchmark needs 1")
    return text
