"""What `Tests/bench index` gives to every engine alike: mails, the order in which they come, and queries.

Engines cut text into words by different rules. So that equal hits can be demanded of all, the queries are fixed, and a mail in which
their documented rules could come to different answers for one of them is left out before anything is measured: one that has
the word only beside a digit, `_`, `'`, `&`, `+`, `#` or a character beyond ASCII, or in a run of more than 39 letters, or only
once such characters are folded: `İNTERNET` begins with `i` for SQLite, Lucene and us, and for tantivy with `i` and U+0307.
"""

import random
import re
import struct
import unicodedata
from collections import Counter

LONGEST_WORD = 39  # letters; tantivy leaves out longer ones
SENDERS = 5
SMALL_USERS = 30  # users out of many whose mail is searched
UNREAD_EVERY = 10  # one mail in so many is unread

COMMON = ["the", "for", "list", "mail", "people"]
PAIRS = ["linux kernel", "free money", "apache server", "perl script", "security update"]
PHRASES = ["mailing list", "of the", "open source", "click here", "last week"]
PREFIXES = ["th", "mic", "serv", "int", "comp"]
CLASSES = ["common word", "two words", "phrase", "prefix", "word, sender, unread"]
MANY_CLASS = "one of 1,000 users"

# What may be one word for one engine and several for another, and within it what all take for letters.
RUN = re.compile(r"[a-z0-9_'&+#\x80-\U0010ffff]+")
LETTERS = re.compile(r"[a-z]+")
LOWER = str.maketrans({chr(code): chr(code + 32) for code in range(65, 91)})


class Mail:
    """One mail as `IndexBenchmark prepare` wrote it."""

    def __init__(self, reader):
        self.date, self.size = struct.unpack(">qI", reader.read(12))
        texts = [reader.text() for _ in range(5)]
        self.subject, self.body, self.senders, self.recipients, self.names = texts
        self.octets = sum(len(text.encode()) for text in texts[:2])
        self.octets += sum(len(text.replace("\n", "").encode()) for text in texts[2:])
        # No phrase reaches from one part into the next: the word between them is in no mail.
        self.text = "\nqzpartqz\n".join(texts)
        addresses = re.findall(r"<([a-z0-9.-]+@[a-z0-9.-]+)>", self.senders.translate(LOWER))
        self.sender = addresses[0] if len(addresses) == 1 else ""


class Reader:
    """Takes numbers and texts from octets."""

    def __init__(self, octets):
        self.octets, self.place = octets, 0

    def read(self, count):
        self.place += count
        return self.octets[self.place - count : self.place]

    def number(self):
        return struct.unpack(">I", self.read(4))[0]

    def text(self):
        return self.read(self.number()).decode()


def read_mails(directory):
    """All mails of a workload."""
    with open(f"{directory}/mails", "rb") as file:
        reader = Reader(file.read())
    return [Mail(reader) for _ in range(reader.number())]


def read_draws(directory, users):
    """The users and places of the mails that come, in their order."""
    with open(f"{directory}/draws-{users}", "rb") as file:
        return list(struct.iter_unpack(">II", file.read()))


def read_queries(directory, users):
    """The queries: class, kind, text, sender and user of each."""
    with open(f"{directory}/queries-{users}") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    return [(name, kind, text, sender, int(user)) for name, kind, text, sender, user in rows]


def is_doubtful(mail):
    """Whether engines may come to different answers for one of the queries."""
    plain, doubtful, sequence = set(), set(), []
    for run in RUN.findall(mail.text.translate(LOWER)):
        word = run.strip("'&")
        if LETTERS.fullmatch(word) and len(word) <= LONGEST_WORD:
            plain.add(word)
            sequence.append((word, True))
        else:
            pieces = LETTERS.findall(_folded(run))
            doubtful.update(pieces, LETTERS.findall(run))
            sequence += [(piece, False) for piece in pieces] or [("", False)]
    words = COMMON + [word for pair in PAIRS for word in pair.split()]
    if any(word in doubtful and word not in plain for word in words):
        return True
    for prefix in PREFIXES:
        if any(map(lambda word: word.startswith(prefix), doubtful)):
            if not any(map(lambda word: word.startswith(prefix), plain)):
                return True
    return any(_is_doubtful_phrase(phrase, sequence) for phrase in PHRASES)


def _folded(run):
    """A run as it looks to the engine that sees the most letters as letters of ASCII."""
    if run.isascii():
        return run
    return "".join(sign for sign in unicodedata.normalize("NFKD", run.casefold()) if not unicodedata.combining(sign))


def _is_doubtful_phrase(phrase, sequence):
    first, second = phrase.split()
    unsure = False
    words = [entry for entry in sequence]
    for index, (word, is_plain) in enumerate(words[:-1]):
        if word != first:
            continue
        following = words[index + 1 : index + 3]
        if is_plain and following[0] == (second, True):
            return False
        # A run without letters, such as a number, may or may not count as a word.
        unsure = unsure or any(other == second for other, _ in following if following[0][0] in (second, ""))
    return unsure


def write(directory, count, many, seed=1):
    """Chooses mails, draws `count` of them for one user and for `many`, and writes queries; says what was left out."""
    mails = read_mails(directory)
    kept = [index for index, mail in enumerate(mails) if not is_doubtful(mail)]
    known = Counter(mails[index].sender for index in kept if mails[index].sender)
    senders = [sender for sender, _ in known.most_common(SENDERS)]
    randomness = random.Random(seed)
    for users in (1, many):
        with open(f"{directory}/draws-{users}", "wb") as file:
            for _ in range(count):
                file.write(struct.pack(">II", randomness.randint(1, users), randomness.choice(kept)))
    classes = zip(CLASSES, ["word", "words", "phrase", "prefix"], [COMMON, PAIRS, PHRASES, PREFIXES])
    rows = [(name, kind, text, "", 1) for name, kind, texts in classes for text in texts]
    rows += [(CLASSES[4], "filter", word, sender, 1) for word in ("the", "for") for sender in senders]
    _write_queries(f"{directory}/queries-1", rows)
    chosen = [randomness.randint(1, many) for _ in range(SMALL_USERS)]
    rows = [(MANY_CLASS, "word", text, "", user) for user in chosen for text in COMMON[:3]]
    _write_queries(f"{directory}/queries-{many}", rows)
    return len(mails), len(mails) - len(kept)


def _write_queries(path, rows):
    with open(path, "w") as file:
        file.writelines("\t".join(map(str, row)) + "\n" for row in rows)


def visible_word(number):
    """A word that only the mail of this number has, of letters alone."""
    word = "zq"
    while number:
        number, rest = divmod(number, 26)
        word += chr(97 + rest)
    return word + "zq"
