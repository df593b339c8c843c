"""Sends samples to a Prometheus by remote write 1.0, which takes native histograms since 2.40.

Source: prompb/remote.proto and prompb/types.proto in the Prometheus repository, and snappy's
format_description.txt. The request is compressed only in form: all of it is literals.
"""

from __future__ import annotations

import struct
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from slo_compiler.scenarios.series import BUCKETS, Histogram, Value
from tests.oracles.server import Server

STALE: Final = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
"""The value that ends a series; what Prometheus writes when a rule no longer yields one."""

Sample: TypeAlias = tuple[float, Value]
"""A time in seconds, and the value then."""

_VARINT: Final = 0
_FIXED: Final = 1
_BYTES: Final = 2
_LONGEST_LITERAL: Final = 1 << 16
_LONGEST_MESSAGE: Final = 1 << 24


_FLOAT_SAMPLE: Final = np.dtype(
    [("sample", "u1", 2), ("tag", "u1"), ("value", "<f8"), ("time_tag", "u1"), ("time", "u1", 6)]
)
"""Tag and length; tag and value of the double; tag and varint of the time, which today has six bytes."""


class Written(NamedTuple):
    """A series to write; its metric is the label ``__name__``."""

    labels: Mapping[str, str]
    samples: Sequence[Sample]


class Columns(NamedTuple):
    """A series of many samples to write: the times in seconds of this century, and the values then."""

    labels: Mapping[str, str]
    times: npt.NDArray[np.int64] | npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]


def write(server: Server, series: Iterable[Written | Columns]) -> None:
    """Write all series; the server must have been started with ``--web.enable-remote-write-receiver``.

    Raises:
        urllib.error.HTTPError: the server refused.
    """
    for message in _messages(series):
        _post(server, message)


def _messages(series: Iterable[Written | Columns]) -> Iterator[bytes]:
    """The series in as few messages as a server takes without running out of time."""
    message = bytearray()
    for each in series:
        message += _field(1, _series(each))
        if len(message) > _LONGEST_MESSAGE:
            yield bytes(message)
            message.clear()
    if message:
        yield bytes(message)


def _post(server: Server, message: bytes) -> None:
    request = urllib.request.Request(
        f"{server.url}/api/v1/write",
        _snappy(message),
        {
            "Content-Type": "application/x-protobuf",
            "Content-Encoding": "snappy",
            "X-Prometheus-Remote-Write-Version": "0.1.0",
        },
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60):
        pass


def _series(series: Written | Columns) -> bytes:
    labels = (
        _field(1, _field(1, name.encode()) + _field(2, value.encode()))
        for name, value in sorted(series.labels.items())
    )
    match series:
        case Columns(times=times, values=values):
            return b"".join((*labels, _float_samples(times, values)))
        case Written(samples=samples):
            histograms = [(time, value) for time, value in samples if isinstance(value, Histogram)]
            floats = [(time, value) for time, value in samples if not isinstance(value, Histogram)]
            written = (_field(4, _histogram(value, round(time * 1000))) for time, value in histograms)
            columns = np.array(floats, np.float64).reshape(-1, 2).T
            return b"".join((*labels, *written, _float_samples(*columns)))


def _float_samples(times: npt.NDArray[np.generic], values: npt.NDArray[np.float64]) -> bytes:
    milliseconds = np.rint(1000 * times.astype(np.float64)).astype(np.int64)
    assert ((milliseconds >> 35 > 0) & (milliseconds >> 42 == 0)).all(), "these times have another length"
    written = np.zeros(len(times), _FLOAT_SAMPLE)
    written["sample"] = 2 << 3 | _BYTES, 16
    written["tag"] = 1 << 3 | _FIXED
    written["value"] = values
    written["time_tag"] = 2 << 3
    written["time"] = milliseconds[:, None] >> np.arange(0, 42, 7) & 0x7F | np.array([*[0x80] * 5, 0])
    return written.tobytes()


def _histogram(value: Histogram, milliseconds: int) -> bytes:
    """A histogram of schema 0 with whole counts, its buckets as differences to the one before."""
    counts = (round(value.fast), *(0,) * (BUCKETS - 2), round(value.slow))
    deltas = (after - before for before, after in zip((0, *counts), counts, strict=False))
    span = _number(1, _zigzag(value.lowest)) + _number(2, BUCKETS)
    return b"".join(
        (
            _number(1, sum(counts)),
            _double(3, 1.0),
            _number(4, _zigzag(0)),
            _double(5, 1e-128),
            _number(6, 0),
            _field(11, span),
            _field(12, b"".join(_varint(_zigzag(delta)) for delta in deltas)),
            _number(15, milliseconds),
        )
    )


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3 | _VARINT) + _varint(value)


def _double(number: int, value: float) -> bytes:
    return _varint(number << 3 | _FIXED) + struct.pack("<d", value)


def _zigzag(value: int) -> int:
    return value * 2 if value >= 0 else -value * 2 - 1


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _snappy(content: bytes) -> bytes:
    return _varint(len(content)) + b"".join(_literals(content))


def _literals(content: bytes) -> Iterator[bytes]:
    """Literals with two bytes for their length less one, which the tag 61 announces."""
    for start in range(0, len(content), _LONGEST_LITERAL):
        literal = content[start : start + _LONGEST_LITERAL]
        yield bytes([61 << 2]) + struct.pack("<H", len(literal) - 1) + literal
