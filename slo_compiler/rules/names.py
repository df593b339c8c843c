"""Every metric and alert name that the compiler gives, and nothing else gives them.

A name is made of stable ids alone. Renaming an alert, its group or its file, or changing one of its labels,
makes Prometheus forget that the alert fires: it resolves, and pages again.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from slo_compiler.burnrate.windows import Pace
from slo_compiler.model.guard import GuardKind
from slo_compiler.model.slo import Slo
from slo_compiler.model.subject import Subject
from slo_compiler.promql.quote import quote_string, selector
from slo_compiler.quantities import DAY, HOUR, MINUTE, SECOND, Seconds, format_duration
from slo_compiler.rules.patterns import WHOSE

_UNITS: Final = {"y": 365 * DAY, "w": 7 * DAY, "d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}

WindowMetric: TypeAlias = Callable[[Seconds], str]
"""From the length of a window to the metric that records it."""

SPEC_INFO: Final = "slo:spec_info"
BUDGET_REMAINING: Final = "slo:error_budget_remaining:ratio"
BURN_RATE: Final = "slo:burn_rate:ratio"

ABSENT_ALERT: Final = "IndicatorAbsent"

DRIFT: Final = "ml:drift:ratio"
"""How many times its threshold each score is."""
DRIFT_BREADTH: Final = "ml:drift_breadth:ratio"
"""The share of the features that drift."""
USUAL_DRIFT: Final = "ml:drift_usual:ratio"
"""The same at this hour of the week, as the weeks before had it."""
QUALITY_BURN: Final = "ml:quality_burn:lower_bound"
"""The burn rate of the SLO that judges a drift: of all that chance leaves possible, the lowest."""
GUARD_CONDITION: Final = "ml:guard_condition"
"""1 while what a guard looks for is there, whether or not it may still hold back anything."""

SURFACE: Final = "ml:surface"
"""1 for the one surface and cause that explain what is seen, or for none."""
EVIDENCE: Final = "ml:evidence:bool"
"""Whether something speaks for a cause: 1 or 0, and never nothing."""
QUEUE_SHARE: Final = "ml:queue_share:ratio"
"""The share of the time of requests that they have waited."""
SCALING_DIRECTION: Final = "ml:scaling:direction"
"""1 when the autoscaler has just wanted more replicas, -1 when fewer."""
TAIL: Final = "slo:latency_tail:ratio"
"""How many times the median the 99th percentile of a latency is."""
BLOCKED: Final = "slo:guardrail_blocked:increase1h"
BLOCKED_SHARE: Final = "slo:guardrail_blocked:ratio1h"
"""The share of the checks of an hour that kept something out, by origin."""
USUAL_BLOCKED_SHARE: Final = "slo:guardrail_blocked_usual:ratio1h"
"""The same at this hour of the week, as the weeks before had it."""

TELEMETRY_ALERT: Final = "TelemetryMissing"
STALLED_ALERT: Final = "EngineStalled"
THRASH_ALERT: Final = "AutoscalerThrash"
FAIL_OPEN_ALERT: Final = "GuardrailFailOpen"
BYPASS_ALERT: Final = "GuardrailBypassed"
BLOCKING_ALERT: Final = "GuardrailBlocksMore"

VIRTUAL_DRIFT_ALERT: Final = "DriftVirtual"
REAL_DRIFT_ALERT: Final = "DriftReal"
UNCLASSIFIED_DRIFT_ALERT: Final = "DriftUnclassified"
LABEL_DRIFT_ALERT: Final = "DriftOfLabels"
BROAD_DRIFT_ALERT: Final = "DriftBroad"
STALE_DETECTOR_ALERT: Final = "DetectorStale"
STUCK_GUARD_ALERT: Final = "GuardStuck"

ADAPTERS_FILE: Final = "ml_adapters"
"""The rule file of all adapters; with its underscore, no service can be called so."""
SLICE_BAD: Final = "slo:slice_bad_ratio:lower_bound"
"""The error ratio of each slice: of all that chance leaves possible, the lowest."""
SLICE_ALERT: Final = "QualitySliceBurn"


SLOTH_OBJECTIVE: Final = "slo:objective:ratio"
SLOTH_BUDGET: Final = "slo:error_budget:ratio"
SLOTH_DAYS: Final = "slo:time_period:days"
SLOTH_BURN_RATE: Final = "slo:current_burn_rate:ratio"
SLOTH_PERIOD_BURN_RATE: Final = "slo:period_burn_rate:ratio"
SLOTH_BUDGET_REMAINING: Final = "slo:period_error_budget_remaining:ratio"
SLOTH_INFO: Final = "sloth_slo_info"


def sloth_ratio(window: Seconds) -> str:
    """Sloth's metric of the error ratio within a window, which it writes as Prometheus prints durations."""
    unit, length = next(
        (unit, length) for unit, length in _UNITS.items() if (window / length).denominator == 1
    )
    return f"slo:sli_error:ratio_rate{window / length}{unit}"


def quantile(percent: int) -> str:
    """The metric of a percentile of a latency, in the unit of its histogram."""
    return f"slo:latency:p{percent}"


def errors(window: Seconds) -> str:
    """The metric that counts the errors within a window."""
    return f"slo:errors:increase{format_duration(window)}"


def events(window: Seconds) -> str:
    """The metric that counts all events within a window."""
    return f"slo:events:increase{format_duration(window)}"


def slice_errors(window: Seconds) -> str:
    """The metric that counts the errors of each slice within a window."""
    return f"slo:slice_errors:increase{format_duration(window)}"


def slice_events(window: Seconds) -> str:
    """The metric that counts all events of each slice within a window."""
    return f"slo:slice_events:increase{format_duration(window)}"


def coarse(metric: str) -> str:
    """The metric's copy at the coarse pace."""
    return f"{metric}_coarse"


@functools.cache  # the names of tiers are few, and each alert of each SLO is asked for again and again
def burn_alert(tier: str) -> str:
    """The name of a tier's alert: ``fast`` fires ``ErrorBudgetBurnFast``."""
    return "ErrorBudgetBurn" + "".join(part.capitalize() for part in tier.split("-"))


def group_name(slo: Slo, pace: Pace) -> str:
    """The rule group of an SLO at a pace."""
    return slo.id if pace is Pace.FAST else f"{slo.id}:{pace.value}"


def guard_alert(kind: GuardKind) -> str:
    """The name of a guard: ``detector_moved`` is ``GuardDetectorMoved``."""
    return "Guard" + "".join(part.capitalize() for part in kind.value.split("_"))


def signal_group(subject: Subject, part: str = "signal") -> str:
    """A rule group of a signal, or a further one of an SLO."""
    return f"{subject.id}:{part}"


def of(metric: str, subject: Subject, *matchers: str) -> str:
    """The selector of a series of a subject."""
    return selector(metric, (own(subject), *matchers))


def adapter_group(adapter: str) -> str:
    """The rule group of an adapter."""
    return f"adapter:{adapter}"


def identity(slo: Slo) -> Mapping[str, str]:
    """The labels that say whose a series or an alert is."""
    return slo.identity


def series(metric: str, slo: Slo) -> str:
    """The selector of an SLO's recorded series."""
    return f"{metric}{{{own(slo.subject)}}}"


def anybodys(metric: str, more: str = "") -> str:
    """The same in a pattern, with more matchers behind it."""
    return f"{metric}{{{WHOSE}{more}}}"


def own(subject: Subject) -> str:
    """The matcher that says whose a series is, with which patterns are filled."""
    return _equals(subject.id_label, subject.id)


@functools.lru_cache(maxsize=8)  # the many rules of an SLO are lowered one after the other
def _equals(label: str, value: str) -> str:
    return f"{label}={quote_string(value)}"
