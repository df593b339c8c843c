"""The three queries of a drift: did the detector change, what drifts since when, and does quality hold."""

from __future__ import annotations

from slo_compiler.model.drift import Drift
from slo_compiler.model.expression import Expression
from slo_compiler.model.subject import Subject
from slo_compiler.quantities import DAY, format_decimal, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.runbook.queries import STEP, Queries, of_model, of_subject
from slo_compiler.rules.selecting import authored
from slo_compiler.rules.signals.watched import Watched


def queries_of(drift: Drift, subject: Subject, watched: Watched) -> Queries:
    """The queries of a drift's alerts by name; some are there only where the spec has the series for them."""
    scores = names.of(names.DRIFT, subject)
    day, step = format_duration(DAY), format_duration(STEP)
    judge = watched.plan(drift.quality)
    return {
        **of_subject(subject),
        **of_model(watched),
        **_of_detector(drift, watched),
        "scores": f"sort_desc({scores})",
        "drifting": f"sort_desc({scores} > 1)",
        "drifted_for": f"count_over_time(({scores} > 1)[{day}:{step}]) * {format_decimal(STEP)}",
        "breadth": names.of(names.DRIFT_BREADTH, subject),
        **(
            {}
            if judge is None
            else {
                "quality_burn": names.of(names.QUALITY_BURN, subject),
                "quality_budget_left": names.series(names.BUDGET_REMAINING, judge.slo),
                "quality_events": names.series(names.events(judge.tiers[0].long), judge.slo),
            }
        ),
    }


def _of_detector(drift: Drift, watched: Watched) -> Queries:
    day = format_duration(DAY)
    target = watched.service.target
    found = {"raw_scores": f"sort_desc({authored(drift.score, target)})"}
    if drift.detector is not None:
        found["detectors"] = f"last_over_time({authored(drift.detector, target)}[{day}])"
    if isinstance(drift.threshold, Expression):
        found["thresholds_changed"] = f"changes({authored(drift.threshold, target)}[{day}]) > 0"
    if drift.last_run is not None:
        found["last_run"] = f"time() - {authored(drift.last_run, target)}"
    return found
