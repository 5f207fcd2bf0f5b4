"""Reads mails with Python's email package and writes what it finds, one JSON line a mail.

read_mails.py FOLDER: the lines are in the order of the sorted paths of the files that end in .txt.

Beside what the package says, a line has a second reading of the subject, the texts and the files, by the rules that
`Differences.md` gives for ours, written down once more here: where the package and our parser differ, ours must be that.
"""

import base64
import codecs
import email
import email.policy
import email.utils
import html.parser
import json
import os
import re
import sys

READABLE = {"text/plain", "text/html", "text/enriched", "text/richtext", "text/rfc822-headers"}


def label_of(part):
    """The charset that a leaf declares, or else ASCII."""
    charset = part.get_param("charset") or "us-ascii"
    return email.utils.collapse_rfc2231_value(charset) if isinstance(charset, tuple) else charset


def text_of(part):
    """A leaf's text as Python decodes it: its charset, or else ASCII, with unreadable octets replaced."""
    payload = part.get_payload(decode=True) or b""
    try:
        return payload.decode(label_of(part), "replace")
    except (LookupError, ValueError):
        return payload.decode("ascii", "replace")


WIDER = {
    "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932", "big5": "big5hkscs",
    "cp950": "big5hkscs", "iso8859-9": "cp1254", "tis-620": "cp874", "iso2022_jp": "iso2022_jp_3",
}
GUESSED = {"ascii", "iso8859-1", "cp1252"}
SEVEN_BIT = {"utf-7", "hz", "iso2022_jp_3", "iso2022_kr"}
TWO_OCTETS = {"cp949", "johab", "cp932", "euc_jp", "gb18030", "big5hkscs"}


def western(octets):
    """Windows-1252, in which the five octets without a character are control characters, as in ISO-8859-1."""
    return "".join(bytes([o]).decode("cp1252" if o not in b"\x81\x8d\x8f\x90\x9d" else "latin-1") for o in octets)


def as_utf8(octets):
    """The octets as UTF-8, or None."""
    try:
        return octets.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError:
        return None


def careful_text(octets, label):
    """A text whose charset may be missing, unknown, old or wrong, and why that matters."""
    try:
        codec = codecs.lookup(label).name
    except (LookupError, ValueError):
        codec = "ascii"
    wider = WIDER.get(codec, codec)
    text = as_utf8(octets)
    if codec in GUESSED:
        return text if text is not None else western(octets), "octets above 127"
    if codec == "utf-8":
        if text is None and not re.search(rb"[\xc2-\xf4][\x80-\xbf]", octets):
            text = western(octets)
        return text if text is not None else octets.decode(codec, "replace"), "octets above 127"
    if not octets.isascii() and wider not in SEVEN_BIT and text is not None:
        if wider not in TWO_OCTETS or max(octets) >= 0xE0:
            return text, "octets above 127"
    return octets.decode(wider, "replace"), "a wider charset"


def careful_octets(part):
    """A leaf's octets: base64 with strangers passed over and the last group as far as it goes, and escapes one by one."""
    raw = part._payload
    if not isinstance(raw, str):
        return b"", None
    raw = raw.encode("ascii", "surrogateescape")
    encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
    if encoding == "base64":
        pieces = re.sub(rb"[^A-Za-z0-9+/=]", b"", raw).split(b"=")
        cut = [piece[: len(piece) - (len(piece) % 4 == 1)] for piece in pieces]
        return b"".join(base64.b64decode(piece + b"=" * (-len(piece) % 4)) for piece in cut), "damaged base64"
    if encoding == "quoted-printable":
        raw = re.sub(rb"[ \t\r]+(?=\r?\n|\Z)", b"", raw)
        raw = re.sub(rb"=(\r?\n|\Z)", b"", raw)
        hexadecimal = re.compile(rb"=([0-9A-Fa-f]{2})")
        return hexadecimal.sub(lambda found: bytes.fromhex(found[1].decode()), raw), "damaged quoted-printable"
    return part.get_payload(decode=True) or b"", None


def careful_subject(message):
    """The subject with every encoded word that can be read, and other octets as UTF-8 or else Windows-1252."""
    value = next((value for name, value in message._headers if name.lower() == "subject"), None)
    if value is None:
        return None
    raw = str(value).encode("utf-8", "surrogateescape")
    raw = re.sub(rb"\r?\n", b"", raw).strip(b" \t")
    found, position = [], 0
    for word in re.finditer(rb"=\?([^?*=\s]+)(?:\*[^?]*)?\?([BbQq])\?(.*?)\?=", raw):
        between = raw[position : word.start()]
        if between.strip() or not found or found[-1][0] is None:
            found.append((None, between))
        text = word[3]
        if word[2] in b"Bb":
            text = base64.b64decode(text + b"=" * (-len(text) % 4))
        else:
            escape = re.compile(rb"=([0-9A-Fa-f]{2})")
            text = escape.sub(lambda hit: bytes.fromhex(hit[1].decode()), text.replace(b"_", b" "))
        label = word[1].decode("ascii", "replace").lower()
        if found and found[-1][0] == label:
            text = found.pop()[1] + text
        found.append((label, text))
        position = word.end()
    found.append((None, raw[position:]))
    texts = [careful_text(octets, label or "ascii")[0] for label, octets in found]
    return re.sub(r"[\x00-\x08\x0a-\x1a\x1c-\x1f]", " ", "".join(texts))


class Reader(html.parser.HTMLParser):
    """Collects what a reader of a document sees; blocks and cells are apart from what stands beside them."""

    UNSEEN = {"script", "style", "title", "noframes", "iframe", "xmp", "noembed", "template"}
    APART = set(
        "p h1 h2 h3 h4 h5 h6 ul ol dl blockquote pre table hr listing div li tr dt dd section article header footer nav "
        "aside main address center form fieldset figure figcaption option caption body html head legend details summary "
        "tbody thead tfoot dir menu".split()
    )

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.seen, self.unseen = [], None

    def handle_starttag(self, tag, attrs):
        if self.unseen:
            return
        if tag in self.UNSEEN:
            self.unseen = tag
        elif tag in self.APART or tag in ("br", "td", "th"):
            self.seen.append(" ")
        elif tag in ("img", "area"):
            self.seen.append(next((value or "" for name, value in attrs if name == "alt"), ""))

    def handle_endtag(self, tag):
        if tag == self.unseen:
            self.unseen = None
        elif tag in self.APART and not self.unseen:
            self.seen.append(" ")

    def handle_data(self, data):
        if not self.unseen:
            self.seen.append(data)


def words_of(document):
    """The words of a document."""
    reader = Reader()
    reader.feed(document)
    reader.close()
    return " ".join("".join(reader.seen).split())


def decoded(value):
    """A field's value, unfolded, with its encoded words."""
    if value is None:
        return None
    value = re.sub(r"\r?\n(?=[ \t])", "", str(value))
    try:
        return str(email.header.make_header(email.header.decode_header(value)))
    except (LookupError, ValueError, email.errors.HeaderParseError):
        return str(value)


def addresses(message):
    """The addresses of From and To, without their names."""
    fields = [str(value) for name in ("from", "to") for value in message.get_all(name, [])]
    return [address for _, address in email.utils.getaddresses(fields) if address]


def is_attachment(part):
    """What we call an attachment, asked of Python's reading of the header."""
    disposition = (part.get_content_disposition() or "").lower()
    if disposition and disposition != "inline":
        return True
    if part.get_content_maintype() == "multipart":
        return False  # its delimiters were not found, so that its body is text
    return part.get_content_type() not in READABLE


def fingerprint(content):
    """FNV-1a of 64 bits, which the other side has without a library."""
    value = 0xCBF29CE484222325
    for octet in content:
        value = ((value ^ octet) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:x}"


def leaves(message):
    """Leaves of the tree, messages within included, the fields of reports left out."""
    if message.get_content_type() == "message/delivery-status":
        return
    if not message.is_multipart():
        yield message
        return
    for part in message.get_payload():
        yield from leaves(part)


def read(path):
    with open(path, "rb") as file:
        message = email.message_from_bytes(file.read())
    result = {
        "subject": decoded(message["subject"]),
        "carefulSubject": careful_subject(message),
        "addresses": addresses(message),
        "texts": [], "carefulTexts": [], "causes": [], "html": [], "files": [], "carefulFiles": [],
    }
    for part in leaves(message):
        content = part.get_payload(decode=True) or b""
        careful, damage = careful_octets(part)
        if is_attachment(part):
            result["files"].append([len(content), fingerprint(content)])
            result["carefulFiles"].append([len(careful), fingerprint(careful)])
            continue
        text, cause = careful_text(careful, label_of(part))
        if part.get_content_type() == "text/html":
            result["html"].append(words_of(text))
        result["texts"].append("".join(text_of(part).split()))
        result["carefulTexts"].append("".join(text.split()))
        result["causes"].append(damage if careful.split() != content.split() else cause)
    return result


def paths(folder):
    found = []
    for directory, _, names in os.walk(folder):
        found += [os.path.join(directory, name) for name in names if name.endswith(".txt")]
    return sorted(found, key=os.fsencode)


if __name__ == "__main__":
    for path in paths(sys.argv[1]):
        result = read(path)
        result["path"] = os.path.relpath(path, sys.argv[1])
        print(json.dumps(result))
