"""An effect on history as a part of a review in JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from slo_compiler.model.alerting import Severity
from slo_compiler.review.effect import Effect, Effects, Past, Told
from slo_compiler.review.effect_words import effect_line


def history_object(effects: Effects) -> dict[str, Any]:
    """What was looked at, how many pages and tickets there were and would be, and what of each SLO."""
    counted = {f"{severity.value}s": effects.count(severity) for severity in Severity}
    return {
        "line": effect_line(effects),
        "from": rfc3339(effects.begin),
        "to": rfc3339(effects.end),
        **{name: {"before": before, "after": after} for name, (before, after) in counted.items()},
        "unknown": list(effects.notes),
        "slos": {slo_id: _slo(effect) for slo_id, effect in effects.slos.items()},
    }


def rfc3339(time: float) -> str:
    """A Unix time for a program."""
    return datetime.fromtimestamp(time, UTC).isoformat().replace("+00:00", "Z")


def _slo(effect: Effect) -> dict[str, Any]:
    return {
        "before": _past(effect.before),
        "after": _past(effect.after),
        "lost": _all(effect.lost),
        "gained": _all(effect.gained),
    }


def _past(past: Past | None) -> dict[str, Any] | None:
    if past is None:
        return None
    counted = {f"{severity.value}s": past.count(severity) for severity in Severity}
    return {**counted, "budget_spent": past.spent, "alerts": _all(past.told)}


def _all(told: Iterable[Told]) -> list[dict[str, Any]]:
    return [
        {
            "severity": each.severity.value,
            "tiers": list(each.tiers),
            "from": rfc3339(each.begin),
            "to": rfc3339(each.end),
            "seconds": each.end - each.begin,
            "labels": dict(each.group),
        }
        for each in told
    ]
