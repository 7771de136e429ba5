"""Reads a mail with Python's email package and prints what it found, for comparison with a golden file.

read_mail.py MAIL                    prints headers and parts
read_mail.py MAIL --same TEXT HTML   exits 0 when the two bodies are those files, byte for byte
"""
import email
import email.policy
import sys

with open(sys.argv[1], "rb") as file:
    mail = email.message_from_binary_file(file, policy=email.policy.default)

if mail.defects or any(part.defects for part in mail.walk()):
    sys.exit(f"defects: {mail.defects} {[part.defects for part in mail.walk()]}")

parts = list(mail.iter_parts())
bodies = [part.get_content().replace("\r\n", "\n").encode() for part in parts]

if len(sys.argv) > 2:
    wanted = [open(path, "rb").read() for path in sys.argv[3:5]]
    if bodies != wanted:
        sys.exit("the bodies are not those files")
else:
    for name, value in mail.items():
        print(f"{name}: {value}")
    print(f"defects: {len(mail.defects)}")
    for part, body in zip(parts, bodies):
        print(f"part: {part.get_content_type()} charset={part.get_content_charset()}"
              f" begins {body.decode().splitlines()[0]!r}")
    print("preferred:", mail.get_body().get_content_type())
