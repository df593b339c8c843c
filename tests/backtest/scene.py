"""Thirty days of a shop, minute by minute, with incidents of known begin and end."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

BEGIN: Final = 1_760_000_400
"""A whole minute of October 2025."""

DAYS: Final = 30
END: Final = BEGIN + DAYS * DAY
A_MINUTE: Final = 600
"""Requests; each minute one of them fails even when all is well."""

SPEC: Final = """\
apiVersion: slo-compiler/v1
service: shop
owners: {serving: payments}
slos:
  - name: availability
    objective: 99.9%
    indicator:
      ratio:
        bad: http_requests_total{job="shop", code="500"}
        total: http_requests_total{job="shop"}
"""
DEFAULTS: Final = """\
apiVersion: slo-compiler/v1
target: prometheus-2.42
scrape_interval: 1m
evaluation_interval: 1m
"""


@dataclass(frozen=True, slots=True)
class Incident:
    """From a minute on for some minutes a share of all requests fails; None is a time without any samples."""

    begin: int
    minutes: int
    errors: float | None

    @property
    def end(self) -> int:
        return self.begin + self.minutes * MINUTE


OUTAGE: Final = Incident(BEGIN + 6 * DAY + 3 * HOUR, 30, 1.0)
PARTIAL: Final = Incident(BEGIN + 14 * DAY + 20 * HOUR, 90, 0.1)
VANISHED: Final = Incident(BEGIN + 21 * DAY + 2 * HOUR, 60, None)
PLANTED: Final = (OUTAGE, PARTIAL, VANISHED)


def write_specs(folder: Path, spec: str = SPEC) -> Path:
    """The folder with the spec of the shop."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shop.yaml").write_text(spec, encoding="utf-8")
    (folder / "defaults.yaml").write_text(DEFAULTS, encoding="utf-8")
    return folder


def counts(
    days: int = DAYS, incidents: Sequence[Incident] = PLANTED
) -> Iterator[tuple[int, int, int] | None]:
    """Time, requests and errors of each minute; None where nothing was scraped."""
    for time in range(BEGIN + MINUTE, BEGIN + days * DAY + 1, MINUTE):
        now = [each for each in incidents if each.begin < time <= each.end]
        ratio = now[0].errors if now else 0.0
        if ratio is None:
            yield None
        else:
            # A quiet service fails one request in three thousand, a third of what its objective allows.
            quiet = 1 if time // MINUTE % 5 == 0 else 0
            yield time, A_MINUTE, max(quiet, round(ratio * A_MINUTE))


def openmetrics(days: int = DAYS, incidents: Sequence[Incident] = PLANTED) -> str:
    """The counters of the shop, a sample a minute, and ``up``, which is there while anything is scraped."""
    seen = [(time, total - errors, errors) for time, total, errors in filter(None, counts(days, incidents))]
    good = itertools.accumulate(each for _, each, _ in seen)
    bad = itertools.accumulate(each for _, _, each in seen)
    times = [time for time, _, _ in seen]
    blocks = (
        ("# TYPE http_requests counter\n",),
        (f'http_requests_total{{job="shop",code="200"}} {v} {t}\n' for t, v in zip(times, good, strict=True)),
        (f'http_requests_total{{job="shop",code="500"}} {v} {t}\n' for t, v in zip(times, bad, strict=True)),
        ("# EOF\n",),
    )
    return "".join(itertools.chain.from_iterable(blocks))


def csv_text(days: int = DAYS, incidents: Sequence[Incident] = PLANTED) -> str:
    """The same as counts of each minute."""
    rows = (f"{time},{total},{errors}\n" for time, total, errors in filter(None, counts(days, incidents)))
    return "".join(("time,total,errors\n", *rows))
