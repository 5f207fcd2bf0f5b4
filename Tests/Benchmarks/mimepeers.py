"""Reads mails with Python's email as MIMEBenchmark does with our parser: mimepeers.py full LIST PASSES."""

import email
import email.policy
import sys
import time

ADDRESS_FIELDS = ("from", "sender", "reply-to", "to", "cc", "bcc")


class Work:
    """What was brought out, in the order in which it is printed."""

    def __init__(self):
        self.fields = self.field_octets = self.addresses = self.texts = self.text_octets = 0
        self.files = self.file_octets = 0


def attempt(read, default):
    """What reading gives, or a default where the package raises: real mail has what it does not read."""
    try:
        return read()
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):
        return default


def octets(text):
    """The size of a text in UTF-8."""
    return len(text.encode("utf-8", "replace"))


def read_text(part):
    """A text in its charset; in an unknown one as Latin-1."""
    payload = part.get_payload(decode=True) or b""
    charset = part.get_content_charset() or "utf-8"
    return attempt(lambda: payload.decode(charset, "replace"), None) or payload.decode("latin-1")


def read_mail(mail, work):
    """Reads one mail: all fields of all parts, addresses, date, texts, other leaves."""
    message = email.message_from_bytes(mail, policy=email.policy.default)
    for name in ADDRESS_FIELDS:
        fields = attempt(lambda: message.get_all(name, []), [])
        work.addresses += sum(len(getattr(field, "addresses", ())) for field in fields)
    attempt(lambda: message["date"].datetime, None)
    attempt(lambda: str(message["message-id"]), None)
    for part in message.walk():
        for name in part.keys():
            work.fields += 1
            work.field_octets += octets(attempt(lambda: str(part[name]), ""))
        if part.is_multipart():
            continue
        if part.get_content_maintype() == "text":
            work.texts += 1
            work.text_octets += octets(read_text(part))
        else:
            work.files += 1
            work.file_octets += len(part.get_payload(decode=True) or b"")


def main():
    kind, path, passes = sys.argv[1:]
    if kind != "full":
        sys.exit("usage: mimepeers.py full LIST PASSES")
    mails = []
    with open(path) as names:
        for name in names:
            with open(name.rstrip("\n"), "rb") as file:
                mails.append(file.read())
    work = Work()
    start = time.process_time()
    for _ in range(int(passes)):
        for mail in mails:
            read_mail(mail, work)
    seconds = time.process_time() - start
    size = sum(map(len, mails)) * int(passes)
    print(len(mails) * int(passes), size, seconds, *vars(work).values())


if __name__ == "__main__":
    main()
