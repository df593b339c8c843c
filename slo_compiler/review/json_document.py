"""A review as JSON, for programs: every number as a number, with its words beside it.

What the keys are is told by ``docs/diff.schema.json``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, assert_never

from slo_compiler.review.changes import AlertChange, SloChange
from slo_compiler.review.effect import Effects
from slo_compiler.review.effect_json import history_object
from slo_compiler.review.facts import Code, Difference, Facts, Share, Span, Value, Words
from slo_compiler.review.headline import headline
from slo_compiler.review.merge import Fate, SeriesMerge
from slo_compiler.review.merge_words import merge_line
from slo_compiler.review.review import Review
from slo_compiler.review.words import text_of


def as_json(review: Review, effects: Effects | None = None) -> str:
    """The review as JSON: one object, with its effect on history where that was looked at."""
    told = {
        **({"history": history_object(effects)} if effects else {}),
        "differs": bool(review),
        "headline": headline(review),
        "merge": {"line": merge_line(review), "alerts": _fates(review.fates)},
        "slos": [_slo(slo) for slo in (*review.slos, *review.following)],
        "alertmanager": [_difference(difference) for difference in review.notification],
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _fates(counted: Mapping[Fate, int]) -> dict[str, int]:
    return {fate.value: counted.get(fate, 0) for fate in Fate}


def _slo(slo: SloChange) -> dict[str, Any]:
    return {
        "before": slo.before,
        "after": slo.after,
        "differences": [_difference(difference) for difference in slo.differences],
        "alerts": [_alert(alert) for alert in slo.alerts],
        "series": [_series(series) for series in slo.series],
    }


def _alert(alert: AlertChange) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "merge": alert.merge.fate.value,
        "why": list(alert.merge.why),
        "whole_after_seconds": _number(alert.merge.whole_after),
        "before": _facts(alert.before),
        "after": _facts(alert.after),
    }


def _series(series: SeriesMerge) -> dict[str, Any]:
    return {
        "record": series.record,
        "merge": series.fate.value,
        "whole_after_seconds": _number(series.whole_after),
    }


def _facts(facts: Facts | None) -> dict[str, Any] | None:
    return None if facts is None else {name: _value(fact.value) for name, fact in facts.items()}


def _difference(difference: Difference) -> dict[str, Any]:
    sides = (difference.before, difference.after)
    before, after = (None if value is None else _value(value) for value in sides)
    return {
        "kind": difference.kind.value,
        "about": difference.about,
        "what": difference.what,
        "before": before,
        "after": after,
    }


def _value(value: Value) -> dict[str, Any]:
    """The text that a human reads, and beside it what a program computes with."""
    text = {"text": text_of(value)}
    match value:
        case Share(ratio=ratio):
            return {**text, "ratio": _number(ratio)}
        case Span(seconds=seconds):
            return {**text, "seconds": None if seconds is None else _number(seconds)}
        case Words() | Code():
            return text
        case _:
            assert_never(value)


def _number(number: Fraction) -> float | int:
    """A whole number as one, any other to the nearest double."""
    return number.numerator if number.denominator == 1 else float(number)
