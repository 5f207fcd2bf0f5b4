"""Sends mails with Python's smtplib: deliver.py PORT FROM TO,TO FILE... prints what the server said to each."""

import json
import smtplib
import sys

port, sender, recipients, files = int(sys.argv[1]), sys.argv[2], sys.argv[3].split(","), sys.argv[4:]
replies = []
with smtplib.SMTP("127.0.0.1", port, local_hostname="client.sender.example", timeout=60) as client:
    client.ehlo()
    for path in files:
        with open(path, "rb") as file:
            mail = file.read()
        options = [] if mail.isascii() else ["BODY=8BITMIME"]  # smtplib adds SIZE itself
        refused = {}
        try:
            refused = client.sendmail(sender, recipients, mail, mail_options=options)
            replies.append({"accepted": True, "refused": {to: code for to, (code, _) in refused.items()}})
        except smtplib.SMTPException as error:
            replies.append({"accepted": False, "refused": {}, "error": str(error)})
print(json.dumps(replies))
