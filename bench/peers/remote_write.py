"""Prometheus' remote write 1.0 by hand: protobuf, framed as snappy without compressing (one literal), over HTTP."""
import http.client
import struct


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _field(number, payload):
    return bytes([number << 3 | 2]) + varint(len(payload)) + payload


_SAMPLE_BYTES = 16  # 09 double 10 varint of six bytes: milliseconds of our time
_VALUE = struct.Struct("<d")


def series_prefix(labels):
    """All of a series with one sample but the sample itself. `labels` is a mapping; "__name__" is the metric."""
    encoded = b"".join(_field(1, _field(1, name.encode()) + _field(2, labels[name].encode())) for name in sorted(labels))
    return b"\x0a" + varint(len(encoded) + _SAMPLE_BYTES + 2) + encoded + b"\x12" + bytes([_SAMPLE_BYTES]) + b"\x09"


def body(samples, milliseconds):
    """`samples` are pairs of prefix and value, all of one time."""
    end = b"\x10" + varint(milliseconds)
    assert len(end) == 7
    pack = _VALUE.pack
    plain = b"".join([part for prefix, figure in samples for part in (prefix, pack(figure), end)])
    return varint(len(plain)) + b"\xfc" + struct.pack("<I", len(plain) - 1) + plain


class Writer:
    """One connection; a series must always go over the same one."""

    HEADERS = {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf",
               "X-Prometheus-Remote-Write-Version": "0.1.0"}

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def post(self, data):
        self.connection.request("POST", "/api/v1/write", data, self.HEADERS)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 204:
            raise RuntimeError(f"remote write answered {answer.status}: {text[:300]}")
