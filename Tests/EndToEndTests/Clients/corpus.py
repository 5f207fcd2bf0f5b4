"""A corpus of mails over several connections of Python's smtplib, and what should become of it.

corpus.py send PORT TO CONNECTIONS FILE...   sends each mail once; prints how many were accepted, and the refusals
corpus.py compare DIRECTORY FILE...          compares the exported mails in DIRECTORY with the files by content

`compare` prints how many files are stored exactly as often as they were given, what is missing or strange, the distinct
contents of attachments as Python's email package decodes them, and searches: a word, and the numbers of the exported
mails that are to be among its hits.
"""

import email
import hashlib
import json
import os
import queue
import random
import re
import smtplib
import sys
import threading
from collections import Counter

LINE_END = re.compile(rb"\r\n|\r|\n")
# Words of plain letters: what a word is must not depend on how a server splits other scripts.
WORD = re.compile(r"(?<![\w'@.+/=-])[a-z]{5,16}(?![\w'@.+/=-])")
TEXT_START = 4096
RARE = 10
SEARCHES = 40


def wire_form(path):
    """A mail with CRLF line ends and one at its end."""
    with open(path, "rb") as file:
        content = LINE_END.sub(b"\r\n", file.read())
    return content if content.endswith(b"\r\n") else content + b"\r\n"


def send(port, recipient, connections, paths):
    work, refused, lock = queue.SimpleQueue(), [], threading.Lock()
    for item in enumerate(paths):
        work.put(item)

    def run():
        client = smtplib.SMTP("127.0.0.1", port, local_hostname="client.sender.example", timeout=120)
        client.ehlo()
        while True:
            try:
                index, path = work.get_nowait()
            except queue.Empty:
                break
            content = wire_form(path)
            options = [] if content.isascii() else ["BODY=8BITMIME"]
            try:
                client.sendmail(f"corpus{index}@sender.example", [recipient], content, mail_options=options)
            except smtplib.SMTPResponseException as error:
                with lock:
                    refused.append(f"{os.path.basename(path)}: {error}")
        client.quit()

    threads = [threading.Thread(target=run) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"accepted": len(paths) - len(refused), "refused": refused}


def attachments(content):
    """The digests of the attachments' contents as they are kept: decoded if they are in base64, as sent otherwise.

    Attachments are leaves that are not text, or that have a file name or say so; but not the signature of a signed
    message, nor text that is to be shown where it stands.
    """
    digests = set()
    signatures = set()
    for part in email.message_from_bytes(content).walk():
        if part.get_content_type() == "multipart/signed" and part.is_multipart():
            signatures.update(id(signature) for signature in part.get_payload()[1:2])
        if id(part) in signatures:
            continue
        # A multipart whose parts Python cannot tell is given as a leaf, too.
        if part.is_multipart() or part.get_content_maintype() == "multipart":
            continue
        named = part.get_filename() or part.get_content_disposition() == "attachment"
        shown = not named or part.get_content_disposition() == "inline"
        if shown and part.get_content_maintype() == "text":
            continue
        payload = part.get_payload(decode=True)
        if payload:
            digests.add(hashlib.sha256(payload).hexdigest())
    return digests


def words(content):
    """The words at the start of a mail's first plain-text part, where it is sent without encoding."""
    for part in email.message_from_bytes(content).walk():
        encoding = str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower()
        if part.get_content_type() == "text/plain" and encoding in ("7bit", "8bit"):
            text = part.get_payload()
            if isinstance(text, str):
                return set(WORD.findall(text[:TEXT_START].lower().rpartition(" ")[0]))
    return set()


def compare(directory, paths):
    sent = [wire_form(path) for path in paths]
    numbers, contents = {}, set()
    for name in os.listdir(directory):
        with open(os.path.join(directory, name), "rb") as file:
            numbers.setdefault(file.read(), []).append(int(name.removesuffix(".eml")))
    wanted = Counter(sent)
    for content in wanted:
        contents |= attachments(content)
    of_mail = {content: words(content) for content in wanted}
    frequency = Counter(word for found in of_mail.values() for word in found)
    chance = random.Random(500)
    candidates = [
        (chance.choice(rare), content)
        for content, found in of_mail.items()
        if content in numbers and (rare := sorted(word for word in found if frequency[word] <= RARE))
    ]
    chance.shuffle(candidates)
    return {
        "exact": sum(count for content, count in wanted.items() if len(numbers.get(content, [])) == count),
        "missing": [os.path.basename(path) for path, content in zip(paths, sent) if content not in numbers],
        "strangers": sum(len(found) for content, found in numbers.items() if content not in wanted),
        "stored": sum(map(len, numbers.values())),
        "attachments": sorted(contents),
        "searches": [{"word": word, "numbers": numbers[content]} for word, content in candidates[:SEARCHES]],
    }


if sys.argv[1] == "send":
    answer = send(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5:])
else:
    answer = compare(sys.argv[2], sys.argv[3:])
print(json.dumps(answer))
