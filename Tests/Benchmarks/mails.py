"""The mails that are sent: a public corpus where it is at hand, the project's own fixtures otherwise."""

import base64
import os
import random
import re
import struct

from .sluice import ROOT

LINE_END = re.compile(rb"\r\n|\r|\n")
PLACEHOLDER = b"benchword000"
SERIAL = b"mailblastNumber/00000000"  # in base64 of an attachment, where mailblast writes each mail's number
TEXT_SIZES = 3 * 1024, 8 * 1024  # octets of the mails that stand for 5 KB; with an attachment they stand for more
MOST_MAILS = 1000
MOST_OCTETS = 16 * 1024 * 1024  # of all prepared mails together


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


def has_clear_author(content):
    """Whether a mail in wire form has one From with one address; the default pipeline refuses others that are ambiguous."""
    head = content.partition(b"\r\n\r\n")[0]
    fields = re.findall(rb"(?mi)^From[ \t]*:((?:[^\r\n]|\r\n[ \t])*)", head)
    return len(fields) == 1 and fields[0].count(b"@") == 1


class Blast:
    """The prepared mails of mailblast, of about one size, and one file of them for each run's word."""

    def __init__(self, directory, size):
        paths, self.source = corpus()
        self.directory = directory
        contents = []
        for path in paths:
            with open(path, "rb") as file:
                content = wire_form(file.read())
                if has_clear_author(content):
                    contents.append(with_word(content))
        # The project's own few mails, where there are no others, are smaller.
        texts = [text for text in contents if TEXT_SIZES[0] <= len(text) <= TEXT_SIZES[1]] or contents
        count = max(1, min(MOST_MAILS, MOST_OCTETS // size))
        texts = texts[:: max(1, len(texts) // count)][:count]
        chosen = random.Random(size)
        prepared = [text if size <= TEXT_SIZES[1] else _attached(text, size, chosen) for text in texts]
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


def _attached(text, size, chosen):
    """The mail with an attachment that makes it of this size; mailblast makes each sending of it another."""
    head, _, body = text.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", head)
    of_body = [field for field in fields if field.lower().startswith(b"content-")]
    of_mail = [field for field in fields if not field.lower().startswith((b"content-", b"mime-version:"))]
    boundary = b"bench-%016x" % chosen.getrandbits(64)
    of_mail += [b"MIME-Version: 1.0", b'Content-Type: multipart/mixed; boundary="' + boundary + b'"']
    lines = base64.encodebytes(chosen.randbytes(max(0, size - len(text)) * 54 // 74 + 54)).splitlines()
    lines[0] = SERIAL + lines[0][len(SERIAL) :]
    return b"\r\n".join(
        [*of_mail, b"", b"--" + boundary, *of_body, b"", body]
        + [b"--" + boundary, b"Content-Type: application/octet-stream", b"Content-Transfer-Encoding: base64"]
        + [b'Content-Disposition: attachment; filename="data.bin"', b"", *lines, b"--" + boundary + b"--", b""]
    )


def _framed(content):
    stuffed = re.sub(rb"(?m)^\.", b"..", content) + b".\r\n"
    return struct.pack("<I", len(stuffed)) + stuffed
