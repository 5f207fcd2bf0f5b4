"""The mails that are sent: a public corpus where it is at hand, the project's own fixtures otherwise."""

import os
import re
import struct

from .sluice import ROOT

LINE_END = re.compile(rb"\r\n|\r|\n")
PLACEHOLDER = b"benchword000"


def corpus():
    """The paths of all mails, sorted, and a text that names their source."""
    suites = os.environ.get("SLUICE_SUITES") or os.path.join(ROOT, "..", "shared", "suites")
    data = os.path.join(suites, "mail", "data")
    paths = sorted(
        os.path.join(directory, name)
        for directory, _, names in os.walk(data)
        for name in names
        if name.endswith(".txt")
    )
    if paths:
        return paths, "the mails of SLUICE_SUITES/mail/data"
    fixtures = os.path.join(ROOT, "pipelines", "fixtures")
    paths = sorted(os.path.join(fixtures, name) for name in os.listdir(fixtures) if name.endswith(".eml"))
    return paths, "SLUICE_SUITES/mail/data is not here, so the project's own pipelines/fixtures"


def wire_form(content):
    """A mail with CRLF line ends and one at its end."""
    content = LINE_END.sub(b"\r\n", content)
    return content if content.endswith(b"\r\n") else content + b"\r\n"


def with_word(content):
    """A mail in wire form whose subject ends in the placeholder word, so that a run's mails can be searched for."""
    head, separator, body = content.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    for index, line in enumerate(lines):
        if line[:8].lower() == b"subject:":
            # The word comes first: the subject's end may lie in a later line.
            lines[index] = line[:8] + b" " + PLACEHOLDER + line[8:]
            return b"\r\n".join(lines) + separator + body
    return b"Subject: " + PLACEHOLDER + b"\r\n" + content


class Blast:
    """The prepared mails of mailblast, and one file of them for each run's word."""

    def __init__(self, directory, limit, largest=64 * 1024):
        paths, self.source = corpus()
        self.directory = directory
        prepared = []
        step = max(1, len(paths) // limit)
        for path in paths[::step][:limit]:
            with open(path, "rb") as file:
                content = with_word(wire_form(file.read()))
            if len(content) <= largest:
                prepared.append(content)
        self.count = len(prepared)
        self.mean = sum(map(len, prepared)) / self.count
        self.bytes = b"".join(_framed(content) for content in prepared)

    def file(self, word):
        """Writes the mails with this word, of the placeholder's length, in their subjects; returns the path."""
        if len(word) != len(PLACEHOLDER):
            raise ValueError(f"the word must have {len(PLACEHOLDER)} letters, {word} has {len(word)}")
        path = f"{self.directory}/mails"
        with open(path, "wb") as file:
            file.write(self.bytes.replace(PLACEHOLDER, word.encode()))
        return path


def _framed(content):
    stuffed = re.sub(rb"(?m)^\.", b"..", content) + b".\r\n"
    return struct.pack("<I", len(stuffed)) + stuffed
