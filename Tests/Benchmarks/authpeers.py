"""Peers of `Tests/bench auth` in Python: `authpeers.py spf PORT COUNT DOMAINS` or `authpeers.py dkim MESSAGE KEY COUNT`.

Prints checks, seconds, CPU seconds and the results that were seen, as AuthBenchmark does.
"""

import sys
import time


def measure(count, work):
    start, processor = time.monotonic(), time.process_time()
    seen = {work(number) for number in range(count)}
    print(count, time.monotonic() - start, time.process_time() - processor, ",".join(sorted(map(str, seen))))


def spf_rate(port, count, domains):
    import dns.resolver
    import spf

    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], port
    dns.resolver.default_resolver = resolver
    known, ask = {}, spf.DNSLookup

    def remembered(name, kind, *rest, **more):
        if (name, kind) not in known:
            known[name, kind] = list(ask(name, kind, *rest, **more))
        return known[name, kind]

    spf.DNSLookup = remembered

    def check(number):
        domain = f"d{number % domains}.sender.example"
        client = f"192.0.2.{number // domains % 200 + 1}"
        return spf.check2(client, f"user{number}@{domain}", f"mail.{domain}")[0]

    for number in range(domains * 2):
        check(number)
    measure(count, check)


def dkim_rate(path, key, count):
    import dkim

    with open(path, "rb") as file:
        message = file.read()
    with open(key, "rb") as file:
        record = file.read()
    measure(count, lambda _: "pass" if dkim.verify(message, dnsfunc=lambda *_, **__: record) else "fail")


if __name__ == "__main__":
    if sys.argv[1] == "spf":
        spf_rate(*map(int, sys.argv[2:5]))
    else:
        dkim_rate(sys.argv[2], sys.argv[3], int(sys.argv[4]))
