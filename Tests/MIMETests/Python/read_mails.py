"""Reads mails with Python's email package and writes what it finds, one JSON line a mail.

read_mails.py FOLDER: the lines are in the order of the sorted paths of the files that end in .txt.
"""

import email
import email.policy
import email.utils
import json
import os
import re
import sys

READABLE = {"text/plain", "text/html", "text/enriched", "text/richtext", "text/rfc822-headers"}


def text_of(part):
    """A leaf's text as Python decodes it: its charset, or else ASCII, with unreadable octets replaced."""
    payload = part.get_payload(decode=True) or b""
    charset = part.get_param("charset") or "us-ascii"
    if isinstance(charset, tuple):
        charset = email.utils.collapse_rfc2231_value(charset)
    try:
        return payload.decode(charset, "replace")
    except (LookupError, ValueError):
        return payload.decode("ascii", "replace")


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
    texts, files = [], []
    for part in leaves(message):
        if is_attachment(part):
            content = part.get_payload(decode=True) or b""
            files.append([len(content), fingerprint(content)])
        else:
            texts.append("".join(text_of(part).split()))
    return {
        "subject": decoded(message["subject"]),
        "addresses": addresses(message),
        "texts": texts,
        "files": files,
    }


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
