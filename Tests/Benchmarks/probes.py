"""What is looked for in the mails that were sent: words to search by, and attachments to count."""

import email
import hashlib
import json
import random
import re
import subprocess
from collections import Counter

# Words of plain ASCII letters: what a word is must not depend on how a server splits other scripts.
WORD = re.compile(rb"(?<![\w'@.+-])[a-z]{5,20}(?![\w'@.+-])")
RARE = 10  # a word is used if at most so many mails have it as a word of its own
ALL = 10_000  # as many hits as there are: the last word of a query is a prefix, and `word.example` has the word, too


def words(content):
    """The words of a mail's first plain-text part, where it is sent without encoding."""
    message = email.message_from_bytes(content)
    for part in message.walk():
        encoding = str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower()
        if part.get_content_type() == "text/plain" and encoding in ("7bit", "8bit"):
            text = part.get_payload()
            if isinstance(text, str):
                return set(WORD.findall(text.lower().encode("ascii", "replace")))
    return set()


def search(server, sent, mailbox, count):
    """Searches by rare words; returns how many searches were made, how many found their mail, and those that did not."""
    from .corpus import digest

    of_mail = [words(content) for content in sent]
    frequency = Counter(word for found in of_mail for word in found)
    chosen = random.Random(20020822)  # the same words in every run
    candidates = [
        (index, rare)
        for index, found in enumerate(of_mail)
        if (rare := sorted(word for word in found if frequency[word] <= RARE))
    ]
    chosen.shuffle(candidates)
    found, missing = 0, []
    for index, rare in candidates[:count]:
        query = chosen.choice(rare).decode()
        try:
            hits = {hit["id"] for hit in server.search("corpus", query, ALL)["hits"]}
        except (RuntimeError, subprocess.SubprocessError, json.JSONDecodeError) as error:
            hits = set()
            query = f"{query}: {error}"
        if hits.intersection(mailbox.numbers.get(digest(sent[index]), [])):
            found += 1
        else:
            missing.append(query)
    return min(count, len(candidates)), found, missing


def attachment_digests(content):
    """The digests of the decoded contents of a mail's attachments: parts with a file name or called attachments."""
    digests = set()
    for part in email.message_from_bytes(content).walk():
        if part.is_multipart() or not (part.get_filename() or part.get_content_disposition() == "attachment"):
            continue
        payload = part.get_payload(decode=True)
        if payload:
            digests.add(hashlib.sha256(payload).digest())
    return digests
