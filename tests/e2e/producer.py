#!/usr/bin/python3
"""A producer written from docs/PROTOCOL.md alone, with pyzmq and nothing of tocsin's.

Sends FILE (NDJSON) in frames and stays until all of it is acknowledged. Prints one line of JSON: the
sessions it took, the fates it was told, the NACKs with the lines they are about. Exits 0 when everything
is durable, 2 on an ERROR that says not to retry.
"""
import argparse
import json
import os
import sys
import time

import zmq

SILENCE_INTERVALS = 3


def parts(verb, header, *payload):
    return [b"tocsin/1", verb, json.dumps(header).encode(), *payload]


def read_keys(path):
    """The lines "public-key Z85" and "secret-key Z85" of a key file."""
    with open(path, encoding="ascii") as file:
        return {name: value.encode() for name, value in (line.split() for line in file)}


class Producer:
    def __init__(self, options, frames):
        self.options = options
        self.frames = frames  # lists of lines
        self.epoch = options.epoch or os.urandom(16).hex()
        self.acked = 0
        self.sessions = 0
        self.fates = {}
        self.nacks = []
        self.context = zmq.Context()

    def connect(self):
        socket = self.context.socket(zmq.DEALER)
        socket.linger = 0
        if self.options.server_key:
            keys = read_keys(self.options.key)
            socket.curve_serverkey = read_keys(self.options.server_key)["public-key"]
            socket.curve_publickey = keys["public-key"]
            socket.curve_secretkey = keys["secret-key"]
        socket.connect(self.options.endpoint)
        return socket

    def run(self):
        """One session after the other until every frame is durable."""
        deadline = time.monotonic() + self.options.timeout
        while self.acked < len(self.frames):
            if time.monotonic() > deadline:
                raise SystemExit("not everything was acknowledged in time")
            with self.connect() as socket:
                error = self.session(socket, deadline)
            if error and not error["retry"]:
                print(error["code"] + ": " + error["message"], file=sys.stderr)
                raise SystemExit(2)
            if error:
                time.sleep(error.get("retry_after_ms", 0) / 1000)

    def session(self, socket, deadline):
        """Returns the ERROR that ended it, or None."""
        socket.send_multipart(parts(b"HELLO", {"epoch": self.epoch, "last_ack": self.acked}))
        welcome = None
        heard = spoken = time.monotonic()
        interval = 5.0
        while self.acked < len(self.frames) and time.monotonic() < deadline:
            if socket.poll(int(interval * 200)):
                _, verb, header = socket.recv_multipart()
                header = json.loads(header)
                heard = time.monotonic()
                if verb in (b"ERROR", b"BYE"):
                    return header if verb == b"ERROR" else None
                if verb == b"WELCOME":
                    welcome, used, credit = header, [0, 0], header["credit"]
                    sent = self.acked = header["durable"]
                    interval = header["heartbeat_ms"] / 1000
                    self.sessions += 1
                elif welcome and header["session"] == welcome["session"]:
                    credit = header["credit"]
                    self.note(header)
            if welcome:
                sent = self.send(socket, welcome["session"], sent, used, credit)
                if time.monotonic() - spoken > interval:
                    spoken = time.monotonic()
                    socket.send_multipart(
                        parts(b"HEARTBEAT", {"session": welcome["session"], "acked": self.acked}))
            if time.monotonic() - heard > SILENCE_INTERVALS * interval:
                return None
        if welcome:
            socket.linger = 500
            socket.send_multipart(parts(b"BYE", {"session": welcome["session"]}))
        return None

    def send(self, socket, session, sent, used, credit):
        """Frames after `sent`, as far as credit goes. Returns the last one sent."""
        while sent < len(self.frames):
            payload = b"".join(self.frames[sent])
            records, size = len(self.frames[sent]), len(payload)
            if used[0] + records > credit["records"] or used[1] + size > credit["bytes"]:
                break
            used[0] += records
            used[1] += size
            sent += 1
            header = {"session": session, "sequence": sent, "records": records}
            socket.send_multipart(parts(b"BATCH", header, payload))
        return sent

    def note(self, header):
        self.acked = max(self.acked, header["durable"])
        for frame in header.get("frames", []):
            for fate, count in frame["fates"].items():
                self.fates[fate] = self.fates.get(fate, 0) + count
            first = sum(len(f) for f in self.frames[: frame["sequence"] - 1])
            for nack in frame["nacks"]:
                self.nacks.append(dict(nack, line=first + nack["index"] + 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("endpoint")
    parser.add_argument("file")
    parser.add_argument("--key", help="the producer's key file")
    parser.add_argument("--server-key", help="the server's public key file")
    parser.add_argument("--epoch", help="default: random")
    parser.add_argument("--frame", type=int, default=100, help="records a frame")
    parser.add_argument("--timeout", type=float, default=60, help="seconds")
    options = parser.parse_args()
    with open(options.file, "rb") as file:
        lines = [line for line in file.read().splitlines(keepends=True) if line.strip()]
    frames = [lines[i : i + options.frame] for i in range(0, len(lines), options.frame)]
    producer = Producer(options, frames)
    producer.run()
    print(json.dumps({"durable": producer.acked, "sessions": producer.sessions,
                      "fates": producer.fates, "nacks": producer.nacks}))


if __name__ == "__main__":
    main()
