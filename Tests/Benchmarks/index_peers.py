"""The Python drivers of `Tests/bench index`: SQLite FTS5, tantivy and Xapian.

Called as `index_peers.py PEER WORKLOAD USERS DIRECTORY HITS SECONDS ROUNDS`; prints a name and a value a line, with a tab between.
"""

import itertools
import os
import resource
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.dont_write_bytecode = True

from Benchmarks import index_workload as workload  # noqa: E402

LIMIT = 10
VISIBLE_EVERY = 16  # mails after which one that was added is searched for, outside of the time that counts
MEMORY = 64 << 20  # octets of memory an engine may fill before it writes


class FTS5:
    """SQLite's full-text index without a copy of the text; sender and state in a table beside it."""

    def __init__(self, directory, users):
        import sqlite3

        self.many = users > 1
        self.path = f"{directory}/fts5"
        self.database = sqlite3.connect(self.path, isolation_level=None)
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.execute("PRAGMA synchronous = OFF")
        self.database.execute(f"PRAGMA cache_size = -{MEMORY >> 10}")
        self.database.execute("CREATE VIRTUAL TABLE words USING fts5(text, user, content='', tokenize='unicode61')")
        self.database.execute("CREATE TABLE mails (id INTEGER PRIMARY KEY, sender TEXT, unread INTEGER)")
        self.database.execute("CREATE INDEX senders ON mails (sender, unread)")

    def begin(self):
        self.database.execute("BEGIN")

    def add(self, number, user, mail, text):
        owner = f"u{user}" if self.many else ""
        self.database.execute("INSERT INTO words (rowid, text, user) VALUES (?, ?, ?)", (number, text, owner))
        unread = number % workload.UNREAD_EVERY == 0
        self.database.execute("INSERT INTO mails VALUES (?, ?, ?)", (number, mail.sender, unread))

    def commit(self):
        self.database.execute("COMMIT")

    def settle(self):
        self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def query(self, kind, text, sender, user):
        match = {"phrase": f'"{text}"', "prefix": f"{text}*"}.get(kind, text)
        if self.many:
            match = f"text : ({match}) AND user : u{user}"
        if kind == "filter":
            return (
                "SELECT words.rowid FROM words JOIN mails ON mails.id = words.rowid WHERE words MATCH ? AND"
                " sender = ? AND unread = 1 ORDER BY words.rowid DESC LIMIT ?",
                (match, sender),
            )
        return "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?", (match,)

    def search(self, query, limit):
        return [row[0] for row in self.database.execute(query[0], (*query[1], limit))]


class Tantivy:
    """tantivy with one thread; a commit and a reload make mail visible."""

    def __init__(self, directory, users):
        import tantivy

        self.tantivy, self.many = tantivy, users > 1
        os.mkdir(f"{directory}/tantivy")
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("text", tokenizer_name="default", index_option="position")
        for name in ("sender", "unread", "user"):
            builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
        builder.add_unsigned_field("number", fast=True)
        self.schema = builder.build()
        self.index = tantivy.Index(self.schema, path=f"{directory}/tantivy")
        self.writer = self.index.writer(MEMORY, 1)
        self.searcher = None

    def begin(self):
        pass

    def add(self, number, user, mail, text):
        document = self.tantivy.Document()
        document.add_text("text", text)
        document.add_text("sender", mail.sender)
        document.add_text("unread", "yes" if number % workload.UNREAD_EVERY == 0 else "no")
        if self.many:
            document.add_text("user", str(user))
        document.add_unsigned("number", number)
        self.writer.add_document(document)

    def commit(self):
        self.writer.commit()
        self.index.reload()
        self.searcher = self.index.searcher()

    def settle(self):
        self.writer.wait_merging_threads()
        self.writer = self.index.writer(MEMORY, 1)
        self.index.reload()
        self.searcher = self.index.searcher()

    def query(self, kind, text, sender, user):
        made = self.tantivy.Query
        must = [("text", word) for word in text.split()] if kind in ("word", "words", "filter") else []
        must += [("sender", sender), ("unread", "yes")] if kind == "filter" else []
        must += [("user", str(user))] if self.many else []
        parts = [made.term_query(self.schema, field, value, "basic") for field, value in must]
        if kind == "phrase":
            parts.append(made.phrase_query(self.schema, "text", text.split()))
        if kind == "prefix":
            parts.append(made.regex_query(self.schema, "text", f"{text}.*"))
        if len(parts) == 1:
            return parts[0]
        return made.boolean_query([(self.tantivy.Occur.Must, part) for part in parts])

    def search(self, query, limit):
        # The number is what hits are ordered by, so nothing is read for a hit.
        result = self.searcher.search(query, limit, count=False, order_by_field="number")
        return [number for number, _ in result.hits]


class Xapian:
    """Xapian's glass without synchronisation; numbers run downwards, so that the newest come first by themselves."""

    last = 1 << 30

    def __init__(self, directory, users):
        import xapian

        self.xapian, self.path = xapian, f"{directory}/xapian"
        flags = xapian.DB_CREATE_OR_OVERWRITE | xapian.DB_BACKEND_GLASS | xapian.DB_NO_SYNC
        self.database = xapian.WritableDatabase(self.path, flags)
        self.generator = xapian.TermGenerator()
        self.reader = None

    def begin(self):
        pass

    def add(self, number, user, mail, text):
        document = self.xapian.Document()
        self.generator.set_document(document)
        self.generator.set_termpos(0)
        self.generator.index_text(text)
        document.add_boolean_term("XS" + mail.sender)
        if number % workload.UNREAD_EVERY == 0:
            document.add_boolean_term("XU")
        self.database.replace_document(self.last - number, document)

    def commit(self):
        self.database.commit()
        if self.reader is None:
            self.reader = self.xapian.Database(self.path)
        else:
            self.reader.reopen()

    def settle(self):
        pass

    def query(self, kind, text, sender, user):
        made, words = self.xapian.Query, text.split()
        if kind == "phrase":
            return made(made.OP_PHRASE, words)
        if kind == "prefix":
            return made(made.OP_WILDCARD, text, 0, made.WILDCARD_LIMIT_ERROR, made.OP_OR)
        parts = [made(word) for word in words]
        if kind == "filter":
            parts += [made("XS" + sender), made("XU")]
        return made(made.OP_AND, parts)

    def search(self, query, limit):
        enquire = self.xapian.Enquire(self.reader)
        enquire.set_weighting_scheme(self.xapian.BoolWeight())
        enquire.set_query(query)
        return [self.last - match.docid for match in enquire.get_mset(0, limit)]


PEERS = {"fts5": FTS5, "tantivy": Tantivy, "xapian": Xapian}


def say(name, value):
    print(f"{name}\t{value}")


def field(path, name):
    """A figure that the kernel shows of this process."""
    with open(path) as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name))


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def directory_size(path):
    return sum(os.path.getsize(os.path.join(place, name)) for place, _, names in os.walk(path) for name in names)


def at(values, share):
    return sorted(values)[int((len(values) - 1) * share)]


def add_all(peer, mails, draws, directory):
    """Everything in one commit."""
    text, start = 0, processor_seconds()
    peer.begin()
    for number, (user, place) in enumerate(draws, 1):
        peer.add(number, user, mails[place], mails[place].text)
        text += mails[place].octets
    peer.commit()
    peer.settle()
    say("bulk_mb_per_cpu_second", text / 1e6 / (processor_seconds() - start))
    say("size_per_text", directory_size(directory) / text)


def add_one_by_one(peer, mails, draws, seconds):
    """One mail a commit on top of what is there, for a while."""
    written, text, times = field("/proc/self/io", "wchar:"), 0, []
    deadline = time.monotonic() + seconds
    for number, (user, place) in enumerate(itertools.cycle(draws), len(draws) + 1):
        word = workload.visible_word(number)
        start = time.perf_counter()
        peer.begin()
        peer.add(number, user, mails[place], mails[place].text + "\n" + word)
        peer.commit()
        times.append(time.perf_counter() - start)
        text += mails[place].octets
        if number % VISIBLE_EVERY == 0 and peer.search(peer.query("word", word, "", user), 1) != [number]:
            raise SystemExit(f"mail {number} was added and is not found")
        if time.monotonic() > deadline:
            break
    say("commits", len(times))
    say("commit_rate", len(times) / sum(times))
    say("visible_p50", at(times, 0.5))
    say("visible_p99", at(times, 0.99))
    say("visible_max", max(times))
    say("written_per_text", (field("/proc/self/io", "wchar:") - written) / text)


def ask(peer, queries, seconds, rounds):
    """Every class for itself; the first times do not count."""
    for name, group in itertools.groupby(queries, key=lambda query: query[0]):
        made = [peer.query(*query[1:]) for query in group]
        for times in (rounds // 4, rounds):
            taken, deadline = [], time.monotonic() + seconds
            for turn in range(times):
                if turn >= len(made) and time.monotonic() > deadline:
                    break
                start = time.perf_counter()
                peer.search(made[turn % len(made)], LIMIT)
                taken.append(time.perf_counter() - start)
        say(f"{name} p50", at(taken, 0.5))
        say(f"{name} p99", at(taken, 0.99))


def main():
    name, directory, users, place, hits, seconds, rounds = sys.argv[1:]
    mails, draws = workload.read_mails(directory), workload.read_draws(directory, users)
    queries = workload.read_queries(directory, users)
    before = field("/proc/self/status", "RssAnon:")
    peer = PEERS[name](place, int(users))
    add_all(peer, mails, draws, place)
    with open(hits, "w") as file:
        for query in queries:
            found = peer.search(peer.query(*query[1:]), len(draws))
            file.write(" ".join(map(str, found)) + "\n")
    ask(peer, queries, float(seconds), int(rounds))
    if users == "1":
        add_one_by_one(peer, mails, draws, float(seconds) * 3)
    say("memory_mb", (field("/proc/self/status", "RssAnon:") - before) * 1024 / 1e6)


if __name__ == "__main__":
    main()
