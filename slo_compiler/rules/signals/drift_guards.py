"""The guards of a drift: the detector moved, our own spec moved, and a season read as drift.

They hold back tickets alone. The page of a real drift, and those of the SLO that judges it, are never theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slo_compiler.model import contract, labels
from slo_compiler.model.drift import Drift
from slo_compiler.model.expression import Expression
from slo_compiler.model.guard import GuardKind, Seasonality
from slo_compiler.model.service import Service
from slo_compiler.model.subject import Subject
from slo_compiler.promql.queries import metric_of
from slo_compiler.quantities import DAY, HOUR, Seconds, format_decimal, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.ir import RecordingRule, Rule
from slo_compiler.rules.layout import block, chain
from slo_compiler.rules.selecting import authored, selector_of
from slo_compiler.rules.signals.guarding import Guarding, guard_rules
from slo_compiler.rules.signals.weeks import usual

SETTLED: Final = HOUR
"""For so long after a detector or spec moved, its scores are not held against it."""

REMEMBERED: Final = DAY
"""A detector that was away for longer is a new one."""

_OF_REPLICAS: Final = ("instance", "pod", "container", "endpoint", "node", "uid")
"""Labels that change when a detector is merely restarted."""

_NEW_DETECTOR: Final = (
    "The detector has a new reference, version, configuration or threshold: it moved, not the data."
)
_NEW_SPEC: Final = (
    "The rules of this drift were changed, by its spec or by a new compiler: they moved, not the data."
)
_SEASON: Final = "All that drifts is what it was at this hour of the week in the weeks before: a season."

_OF_A_DETECTOR: Final = ("detector", "detector_version", "reference_id", "config_hash")


def drift_guards(drift: Drift, service: Service, subject: Subject) -> Iterator[Rule]:
    """The rules of those guards of a drift that are on and see something."""

    def rules(kind: GuardKind, condition: str, most: Seconds, seen: str) -> tuple[Rule, ...]:
        guard = Guarding(
            kind=kind,
            subject=subject,
            condition=condition,
            most=most,
            keep=service.clock.base_window,
            name=drift.name,
            surface=drift.surface,
            seen=seen,
            static=service.labels,
            run_time_labels=service.run_time_labels,
        )
        return guard_rules(guard, service)

    guards = service.guards
    moved = _detector_moved(drift, service)
    if guards.detector_moved is not None and moved is not None:
        yield from rules(GuardKind.DETECTOR_MOVED, moved, guards.detector_moved.most, _NEW_DETECTOR)
    if guards.spec_moved is not None:
        yield from rules(
            GuardKind.SPEC_MOVED, _spec_moved(service, subject), guards.spec_moved.most, _NEW_SPEC
        )
    if guards.seasonality is not None:
        usually = usual(names.of(names.DRIFT, subject), drift.by, "max_over_time")
        yield RecordingRule(names.USUAL_DRIFT, usually, dict(subject.identity))
        seasonal = _seasonal(guards.seasonality, subject)
        yield from rules(GuardKind.SEASONALITY, seasonal, guards.seasonality.most, _SEASON)


def tells_detectors(drift: Drift) -> bool:
    """Whether anything says what the detector is, so that it can be seen to move."""
    return drift.detector is not None or isinstance(drift.threshold, Expression)


def _spec_moved(service: Service, subject: Subject) -> str:
    info = names.of(names.SPEC_INFO, subject)
    return _moved(info, f"by ({labels.SPEC_HASH})", service.clock.base_window)


def _detector_moved(drift: Drift, service: Service) -> str | None:
    """Something is new about the detector; None where nothing says what it is."""
    signs = []
    if drift.detector is not None:
        signs.append(
            _moved(
                authored(drift.detector, service.target),
                _identity(drift.detector, service),
                service.clock.base_window,
            )
        )
    if isinstance(drift.threshold, Expression):
        threshold = authored(drift.threshold, service.target)
        signs.append(f"group(changes({threshold}[{format_duration(SETTLED)}]) > 0)")
    return chain("or", *signs) if signs else None


def _identity(detector: Expression, service: Service) -> str:
    """The labels of an info series that tell one detector from another, and not one replica from another."""
    if metric_of(selector_of(detector, service.target)) == contract.DETECTOR_INFO:
        return f"by ({', '.join(_OF_A_DETECTOR)})"
    return f"without ({', '.join(_OF_REPLICAS)})"


def _moved(info: str, told_apart: str, lookback: Seconds) -> str:
    """An info series that was not there a while ago, though another was.

    So a restart is no move, and neither is a first installation.
    """
    before = f"{info}[{format_duration(REMEMBERED)}] offset {format_duration(SETTLED)}"
    new = chain(
        "unless",
        f"group {told_apart} (last_over_time({info}[{format_duration(lookback)}]))",
        f"group {told_apart} (last_over_time({before}))",
    )
    return f"group{block(chain('and on ()', block(new), f'group(last_over_time({before}))'))}"


def _seasonal(guard: Seasonality, subject: Subject) -> str:
    """Something drifts, and nothing drifts that is not usual."""
    drifting = f"({names.of(names.DRIFT, subject)} > 1)"
    usual = f"({names.of(names.USUAL_DRIFT, subject)} * {format_decimal(guard.tolerance)})"
    unusual = f"({names.of(names.DRIFT, subject)} > 1 > {usual})"
    known = f"({drifting} and {usual})"
    unknown = f"({drifting} unless {usual})"
    return chain("unless on ()", f"group{known}", unusual, unknown)
