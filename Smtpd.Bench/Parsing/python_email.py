"""The same full parse by Python's email package: headers summed up, structure, every body decoded, texts to strings.

    python_email.py SECONDS FOLDER...    prints "NAME us/message MB/s" of processor time for the *.eml of each folder
"""
import email
import email.policy
import pathlib
import sys
import time


def parse(source):
    message = email.message_from_bytes(source, policy=email.policy.default)
    for field in ("subject", "message-id", "date", "from", "to", "cc", "bcc", "reply-to"):
        try:
            str(message[field])
        except Exception:  # The package itself stumbles over some headers of real mail.
            continue
    for part in message.walk():
        if part.is_multipart():
            continue
        octets = part.get_payload(decode=True) or b""
        part.get_filename()
        if part.get_content_maintype() == "text":
            try:
                octets.decode(part.get_content_charset() or "utf-8", "replace")
            except LookupError:
                octets.decode("latin-1")


def run(messages, seconds):
    parsed, start = 0, time.process_time()
    while True:
        for source in messages:
            try:
                parse(source)
            except Exception:  # As above; what it did until then is counted.
                pass
        parsed += len(messages)
        used = time.process_time() - start
        if used >= seconds:
            return used * 1e6 / parsed


for folder in sys.argv[2:]:
    messages = [file.read_bytes() for file in sorted(pathlib.Path(folder).glob("*.eml"))]
    microseconds = run(messages, float(sys.argv[1]))
    print(pathlib.Path(folder).name, f"{microseconds:.2f} {sum(map(len, messages)) / (microseconds * len(messages)):.1f}", flush=True)
