"""Five days of a service of machine learning: a true page, one that a guard holds back, and an outage."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.backtest.scene import BEGIN, DAY, MINUTE

DAYS: Final = 5
END: Final = BEGIN + DAYS * DAY
A_MINUTE: Final = 600
"""Requests, predictions, and labels."""

SPEC: Final = """\
apiVersion: slo-compiler/v1
service: scorer
owners: {serving: platform, data: features, model: models}
slos:
  - name: availability
    surface: serving
    objective: 99.9%
    indicator: {ratio: {bad: 'requests_total{code="500"}', total: requests_total}}
  - name: features
    surface: data
    objective: 99%
    indicator: {ratio: {bad: 'lookups_total{found="no"}', total: lookups_total}}
  - name: quality
    surface: model
    objective: 95%
    indicator:
      quality:
        bad: judged_total{verdict="bad"}
        total: judged_total
        labels: {mode: arrival, lag: 3h, completeness: 80%}
drift:
  - {name: inputs, score: 'drift_score{kind="input"}', threshold: 0.2, cadence: 1h, quality: quality}
guards:
  label_lag: {joined: judged_total, predictions: predictions_total}
  seasonality: false
"""
DEFAULTS: Final = """\
apiVersion: slo-compiler/v1
target: prometheus-3.5
scrape_interval: 1m
evaluation_interval: 1m
"""


@dataclass(frozen=True, slots=True)
class Incident:
    """From a time on, for some minutes."""

    begin: int
    minutes: int

    @property
    def end(self) -> int:
        return self.begin + self.minutes * MINUTE

    def lasts(self, time: int) -> bool:
        """Whether it does at a time."""
        return self.begin < time <= self.end


WRONG: Final = Incident(BEGIN + 2 * DAY, 180)
"""An input drifts, and the model is wrong with it."""

LATE: Final = Incident(BEGIN + 3 * DAY, 110)
"""Labels are late, and those of bad predictions come first."""

OUTAGE: Final = Incident(BEGIN + 4 * DAY, 40)
"""Half of all requests fail, features are not found, and the model is wrong without them."""


def write_specs(folder: Path, spec: str = SPEC) -> Path:
    """The folder with the spec of the scorer."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scorer.yaml").write_text(spec, encoding="utf-8")
    (folder / "defaults.yaml").write_text(DEFAULTS, encoding="utf-8")
    return folder


def openmetrics() -> str:
    """All series of the scorer, a sample a minute."""
    times = range(BEGIN + MINUTE, END + 1, MINUTE)
    counters = {
        'requests_total{code="500"}': _failed,
        'requests_total{code="200"}': lambda time: A_MINUTE - _failed(time),
        'lookups_total{found="no"}': _missed,
        'lookups_total{found="yes"}': lambda time: A_MINUTE - _missed(time),
        'judged_total{verdict="bad"}': _bad,
        'judged_total{verdict="good"}': lambda time: _labels(time) - _bad(time),
        "predictions_total{}": lambda _: A_MINUTE,
    }
    lines = [line for series, a_minute in counters.items() for line in _counter(series, a_minute, times)]
    lines += [
        f'drift_score{{kind="input",feature="{feature}"}} {_score(feature, time)} {time}\n'
        for feature in ("age", "amount", "country")
        for time in times
    ]
    return "".join([*lines, "# EOF\n"])


def csv_text() -> str:
    """What a CSV file has of it: the events of its SLOs."""
    rows = (
        f"{slo},{time},{total(time)},{bad(time)}\n"
        for slo, total, bad in (
            ("availability", lambda _: A_MINUTE, _failed),
            ("features", lambda _: A_MINUTE, _missed),
            ("quality", _labels, _bad),
        )
        for time in range(BEGIN + MINUTE, END + 1, MINUTE)
    )
    return "".join(("slo,time,total,errors\n", *rows))


def _counter(series: str, a_minute: Callable[[int], int], times: range) -> Iterator[str]:
    grown = itertools.accumulate(a_minute(time) for time in times)
    return (f"{series} {value} {time}\n" for value, time in zip(grown, times, strict=True))


def _failed(time: int) -> int:
    return A_MINUTE // 2 if OUTAGE.lasts(time) else 0


def _missed(time: int) -> int:
    return A_MINUTE // 2 if OUTAGE.lasts(time) else 1


def _labels(time: int) -> int:
    return A_MINUTE // 4 if LATE.lasts(time) else A_MINUTE


def _bad(time: int) -> int:
    wrong = any(incident.lasts(time) for incident in (WRONG, LATE, OUTAGE))
    return _labels(time) if wrong else A_MINUTE // 100


def _score(feature: str, time: int) -> float:
    return 0.5 if feature == "amount" and WRONG.lasts(time) else 0.1
