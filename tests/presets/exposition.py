"""Expositions in the text format of Prometheus, and a target that serves them with counters that grow."""

from __future__ import annotations

import contextlib
import http.server
import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
_TYPE: Final = re.compile(r"# TYPE (\S+) (\w+)")
_SAMPLE: Final = re.compile(r'([a-zA-Z_:][\w:]*)(?:\{((?:[^"}]|"[^"]*")*)\})? (\S+)')
_LABEL: Final = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Sample:
    """A line of an exposition. What is counted has, as its value, how much that is between two scrapes."""

    series: str
    labels: dict[str, str]
    value: float
    grows: bool


@dataclass(frozen=True, slots=True)
class Exposition:
    """What a system exposes: the type of each metric, and all samples."""

    types: dict[str, str]
    samples: tuple[Sample, ...]
    text: str

    def samples_of(self, metric: str) -> list[Sample]:
        """The samples of a metric, its parts included."""
        parts = {f"{metric}{end}" for end in ("", "_bucket", "_count", "_sum")}
        return [sample for sample in self.samples if sample.series in parts]

    def after(self, scrapes: int) -> str:
        """The text as it is at a scrape."""
        grown = (sample for sample in self.samples)

        def line(text: str) -> str:
            if not text or text.startswith("#"):
                return text
            sample = next(grown)
            value = sample.value * scrapes if sample.grows else sample.value
            return f"{text.rpartition(' ')[0]} {value:.15g}"

        return "\n".join(line(text) for text in self.text.splitlines()) + "\n"


def exposition_of(system: str) -> Exposition:
    """The exposition of a system."""
    text = (FOLDER / f"{system}.prom").read_text(encoding="utf-8")
    types = {match[1]: match[2] for match in _TYPE.finditer(text)}
    return Exposition(types, tuple(_samples(text, types)), text)


def _samples(text: str, types: dict[str, str]) -> Iterator[Sample]:
    for line in text.splitlines():
        if line and not line.startswith("#"):
            match = _SAMPLE.fullmatch(line)
            assert match is not None, line
            series, labels, value = match.groups()
            quantile = types.get(series) == "summary"
            grows = types.get(series) != "gauge" and not quantile
            yield Sample(series, dict(_LABEL.findall(labels or "")), float(value), grows)


class _Target(http.server.BaseHTTPRequestHandler):
    expositions: dict[str, Exposition]
    scrapes: Counter[str]

    def do_GET(self) -> None:
        system = self.path.strip("/")
        self.scrapes[system] += 1
        body = self.expositions[system].after(self.scrapes[system]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serving(expositions: dict[str, Exposition]) -> Iterator[str]:
    """Serve each exposition under its name on loopback; yields host and port."""
    handler = type("Target", (_Target,), {"expositions": expositions, "scrapes": Counter()})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
