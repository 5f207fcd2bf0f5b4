"""What dkimpy says: `dkimpy.py dkim|arc RECORDS MAIL...` prints a line for each mail, `pass` or what it is instead.

RECORDS has lines of `name record`. A mail's topmost signature is verified, or its whole chain of seals.
"""

import sys

import dkim


def main(kind, records, *mails):
    with open(records) as file:
        known = dict(line.rstrip("\n").split(" ", 1) for line in file)

    def look_up(name, timeout=5):
        return known.get(name.decode().rstrip("."), "").encode()

    for path in mails:
        with open(path, "rb") as file:
            mail = file.read()
        if kind == "dkim":
            try:
                passes = dkim.DKIM(mail).verify(idx=0, dnsfunc=look_up)
            except dkim.ValidationError:
                passes = False
            print("pass" if passes else "fail")
        else:
            status, _, reason = dkim.arc_verify(mail, dnsfunc=look_up)
            print(status.decode() if status else reason)


main(*sys.argv[1:])
