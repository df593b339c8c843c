"""What is put to the test: an indicator, an objective, a period and tiers, and the same from raw windows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import yaml

from slo_compiler.burnrate.tier import Tier
from slo_compiler.model.indicator import ErrorRatio
from slo_compiler.quantities import Seconds, format_decimal, format_duration
from slo_compiler.rules.program import LoweredSlo
from slo_compiler.scenarios.incidents import grain
from tests.behaviour.scenarios import INCIDENTS
from tests.engine.examples import compile_slo
from tests.engine.series import SCRAPE_INTERVAL

ANY: Final = tuple(kind for kind in INCIDENTS if kind != "relapse")
"""All incidents but one that flapping has more of."""

GROUP: Final = "scenario"
"""Each scenario is one group of the SLO, so that one evaluation is of all."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """An SLO and the error ratio of its indicator in raw series.

    ``WINDOW`` stands for a window there, and ``REACH`` for one and a scrape: so far does a counter have to be
    read to hold all events of the window.
    """

    name: str
    indicator: dict[str, Any]
    raw: str
    objective: str = "99%"
    period: str = "1d"
    alerting: dict[str, Any] = field(default_factory=dict)
    scenarios: int = 29
    incidents: tuple[str, ...] = ANY


BAD: Final = 'sum by (scenario) (rate(requests_total{code=~"5.."}[REACH]))'
TOTAL: Final = "sum by (scenario) (rate(requests_total[REACH]))"
RATIO: Final = {"ratio": {"bad": 'requests_total{code=~"5.."}', "total": "requests_total"}}
OF_RATIO: Final = f"{BAD} / {TOTAL}"

AUTHORED: Final = {
    "tiers": [
        {"name": "fast", "severity": "page", "long": "21m", "short": "3m", "burn_rate": 8},
        {"name": "slow", "severity": "ticket", "long": "2h30m", "short": "17m", "burn_rate": 2},
    ]
}

SUBJECTS: Final = (
    Subject("bad-of-total", RATIO, OF_RATIO, "99.9%"),
    Subject(
        "good-of-total",
        {"ratio": {"good": 'requests_total{code="200"}', "total": "requests_total"}},
        f'1 - sum by (scenario) (rate(requests_total{{code="200"}}[REACH])) / {TOTAL}',
        "99.5%",
    ),
    Subject(
        "classic-histogram",
        {"latency": {"histogram": "request_seconds", "threshold": "1s"}},
        '1 - sum by (scenario) (rate(request_seconds_bucket{le="1"}[REACH]))'
        " / sum by (scenario) (rate(request_seconds_count[REACH]))",
        "95%",
    ),
    Subject(
        "native-histogram",
        {"latency": {"histogram": "request_seconds", "threshold": "1s", "type": "native"}},
        "1 - histogram_fraction(-Inf, 1, sum by (scenario) (rate(request_seconds[REACH])))",
        "99%",
        scenarios=6,
    ),
    Subject(
        "own-expressions",
        {
            "events": {
                "bad": 'rate(requests_total{code=~"5.."}[$window])',
                "total": "rate(requests_total[$window])",
            }
        },
        OF_RATIO,
        "98%",
    ),
    Subject(
        "probe",
        {"probe": "probe_success"},
        "1 - avg by (scenario) (avg_over_time(probe_success[WINDOW]))",
        "99%",
    ),
    Subject(
        "threshold",
        {"threshold": {"gauge": "queue_length", "at_most": 10}},
        "avg by (scenario) (avg_over_time((queue_length > bool 10)[WINDOW:30s]))",
        "95%",
    ),
    Subject(
        "freshness",
        {"freshness": {"timestamp": "last_success_seconds", "max_age": "10m"}},
        "avg by (scenario) (avg_over_time((time() - last_success_seconds > bool 600)[WINDOW:30s]))",
        "90%",
        # A success is seen a scrape late: each time it comes back, one slice more is stale than was. So no
        # short window may see it come back often.
        incidents=("steady", "outage", "harmless", "relapse"),
    ),
    Subject(
        "error-ratio",
        {"error_ratio": "avg by (scenario) (avg_over_time(error_ratio[$window]))"},
        "avg by (scenario) (avg_over_time(error_ratio[WINDOW]))",
        "99%",
    ),
    Subject("three-quarters", RATIO, OF_RATIO, "75%"),
    Subject("two-days", RATIO, OF_RATIO, "99.95%", "2d"),
    Subject("tiers-of-its-own", RATIO, OF_RATIO, "97%", "3d", AUTHORED),
    Subject("a-week", RATIO, OF_RATIO, "99%", "7d", scenarios=9),
    Subject("a-month", RATIO, OF_RATIO, "99.9%", "30d", scenarios=3, incidents=("outage",)),
)


@cache
def compiled(subject: Subject) -> LoweredSlo:
    """The rules of a subject."""
    slo = {
        "name": subject.name,
        "objective": subject.objective,
        "window": subject.period,
        "group_by": [GROUP],
        "indicator": subject.indicator,
        "alerting": subject.alerting,
    }
    return compile_slo(yaml.safe_dump({"slos": [slo]}))


def raw_condition(subject: Subject, slo: LoweredSlo, tier: Tier) -> str:
    """The condition of a tier's alert, computed from raw series in each of its windows."""
    threshold = format_decimal(tier.threshold, digits=17)
    long, short = (_over(subject, window) for window in (tier.long, tier.short))
    condition = f"({long}) > {threshold} and ({short}) > {threshold}"
    slice_ = grain(slo.plan)
    if slice_ is None or slo.plan.min_errors is None or isinstance(slo.plan.slo.indicator, ErrorRatio):
        return condition  # there are more than enough events in a second
    enough = format_decimal(slo.plan.min_errors * slice_ / tier.long - slice_ / tier.long / 2, digits=17)
    return f"{condition} and ({long}) > {enough}"


def _over(subject: Subject, window: Seconds) -> str:
    reach = format_duration(window + SCRAPE_INTERVAL)
    return subject.raw.replace("WINDOW", format_duration(window)).replace("REACH", reach)
