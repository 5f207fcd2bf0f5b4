"""Processes that a benchmark starts and, by their ids alone, ends."""

import ctypes
import os
import signal
import subprocess
import time
from contextlib import suppress

PR_SET_CHILD_SUBREAPER = 36  # of prctl(2)
GRACE = 30  # seconds a server may take to drain before it is killed


class Server:
    """A server that runs in the foreground as our child; its output goes to a file.

    With `adopting` it becomes the parent of what its children leave behind, so that it is told of their CPU time.
    """

    def __init__(self, arguments, log, environment=None, adopting=False):
        self.log = log
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **(environment or {})},
                preexec_fn=adopt_orphans if adopting else None,
            )

    @property
    def pid(self):
        """The process's id."""
        return self.process.pid

    def is_alive(self):
        """Whether it has not ended."""
        return self.process.poll() is None

    def wait_for_line(self, start, seconds=60):
        """Waits until the log has a line that starts so; raises with the log's end if the server ends first."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if any(line.startswith(start) for line in self.read_log().splitlines()):
                return
            if not self.is_alive():
                break
            time.sleep(0.02)
        raise RuntimeError(f"no line '{start}…' from the server; it said:\n{self.read_log()[-3000:]}")

    def read_log(self):
        """All it has said so far."""
        with open(self.log, errors="replace") as file:
            return file.read()

    def stop(self):
        """Ends it, kindly first; returns its exit status."""
        if self.is_alive():
            self.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(GRACE)
        if self.is_alive():
            self.process.kill()
        return self.process.wait()


def adopt_orphans():
    """Makes this process, and the program it becomes, the parent of its descendants' orphans."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def run(arguments, **options):
    """Runs a command to its end; raises with what it said if it fails."""
    done = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, **options)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()[-3000:]
        raise RuntimeError(f"{' '.join(map(str, arguments))} failed with status {done.returncode}:\n{said}")
    return done.stdout
