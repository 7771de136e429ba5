#!/usr/bin/python3
"""An SMTP server for tests and the demonstration, on an ephemeral port of 127.0.0.1.

Writes each mail whose body it took to DIR/<n>-<message-id>.eml (n counts from 1, written under another
name first and renamed, so a reader never sees half a mail) and prints its port as the first line of its
output. Behaves as told, one word a connection; when the words are used up it accepts.

    accept           250 and a file
    busy             421 instead of a greeting, then closes
    closed           closes at once, without a greeting
    no-service       554 instead of a greeting, then closes
    rcpt-4xx         451 to RCPT                    rcpt-5xx    550 to RCPT
    data-4xx         451 after the body             data-5xx    554 after the body
    take-and-hang    takes the body (a file), then never answers
    take-and-drop    takes the body (a file), then resets the connection
    take-and-wait    takes the body (a file), answers 250 once this process has got SIGUSR1
    reset            resets the connection at DATA, before the body

It ends on SIGTERM, or when its input ends if --until-eof is given, so that a test that dies leaves no
server behind. --tls CERT KEY offers STARTTLS; --login USER PASSWORD demands a log-in.
"""
import argparse
import asyncio
import email
import os
import re
import signal
import socket
import ssl
import struct
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

WORDS = ("accept", "busy", "closed", "no-service", "rcpt-4xx", "rcpt-5xx", "data-4xx", "data-5xx",
         "take-and-hang", "take-and-drop", "take-and-wait", "reset")


def reset(transport):
    """Closes with RST instead of FIN: what a crashed peer looks like."""
    sock = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class Mailbox:
    def __init__(self, directory):
        self.directory = directory
        self.released = asyncio.Event()  # SIGUSR1 came
        self.count = 0
        os.makedirs(directory, exist_ok=True)

    def keep(self, content):
        self.count += 1
        message_id = email.message_from_bytes(content).get("Message-ID", "no-id")
        name = re.sub(r"[^A-Za-z0-9.@_-]", "", message_id.strip("<> \r\n"))[:120]
        path = os.path.join(self.directory, f"{self.count}-{name}.eml")
        with open(path + ".partial", "wb") as file:
            file.write(content)
        os.rename(path + ".partial", path)


class Handler:
    """One connection's answers."""

    def __init__(self, behaviour, mailbox):
        self.behaviour = behaviour
        self.mailbox = mailbox

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.behaviour == "rcpt-4xx":
            return "451 4.7.1 Greylisted, try again later"
        if self.behaviour == "rcpt-5xx":
            return "550 5.1.1 No such mailbox"
        if self.behaviour == "reset":
            reset(server.transport)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        if self.behaviour == "data-4xx":
            return "451 4.3.0 Local error in processing"
        if self.behaviour == "data-5xx":
            return "554 5.6.0 Message refused"
        self.mailbox.keep(envelope.original_content)
        if self.behaviour == "take-and-hang":
            await asyncio.Event().wait()
        if self.behaviour == "take-and-wait":
            await self.mailbox.released.wait()
        if self.behaviour == "take-and-drop":
            reset(server.transport)
        return f"250 2.0.0 Ok: queued as {self.mailbox.count}"


class Rude(asyncio.Protocol):
    """Ends a connection before SMTP begins."""

    def __init__(self, line):
        self.line = line

    def connection_made(self, transport):
        transport.write(self.line)
        transport.close()


def server_options(arguments):
    options = {"hostname": "smtp.test", "enable_SMTPUTF8": False}
    if arguments.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*arguments.tls)
        options.update(tls_context=context, require_starttls=True)
    if arguments.login:
        wanted = LoginPassword(*(word.encode() for word in arguments.login))
        options.update(auth_required=True, auth_require_tls=bool(arguments.tls),
                       authenticator=lambda server, session, envelope, mechanism, given:
                       AuthResult(success=given == wanted, handled=False))
    return options


def protocol_factory(arguments, mailbox):
    words = list(arguments.behave.split(",")) if arguments.behave else []
    for word in words:
        if word not in WORDS:
            sys.exit(f"smtp_server: unknown behaviour {word!r}; known are {', '.join(WORDS)}")
    rude = {"busy": b"421 4.3.2 Too busy\r\n", "closed": b"", "no-service": b"554 5.3.2 No service\r\n"}

    def make():
        behaviour = words.pop(0) if words else "accept"
        if behaviour in rude:
            return Rude(rude[behaviour])
        return SMTP(Handler(behaviour, mailbox), **server_options(arguments))

    return make


async def serve(arguments):
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    mailbox = Mailbox(arguments.directory)
    loop.add_signal_handler(signal.SIGUSR1, mailbox.released.set)
    if arguments.until_eof:
        loop.add_reader(sys.stdin, lambda: ended.set() if not os.read(0, 1) else None)
    server = await loop.create_server(protocol_factory(arguments, mailbox),
                                      "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", metavar="DIR")
    parser.add_argument("--behave", default="", metavar="WORD,WORD,...")
    parser.add_argument("--until-eof", action="store_true")
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    parser.add_argument("--login", nargs=2, metavar=("USER", "PASSWORD"))
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
