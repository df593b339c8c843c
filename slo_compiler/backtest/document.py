"""Backtests as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from slo_compiler.backtest.backtest import Backtest
from slo_compiler.backtest.compared import Compared, ComparedSignals, ComparedSlo
from slo_compiler.backtest.text import missing
from slo_compiler.backtest.told_of_signals import SignalsTold
from slo_compiler.model.alerting import Severity
from slo_compiler.replay.grid import Span
from slo_compiler.replay.held_back import HeldBack
from slo_compiler.review.effect_json import rfc3339


def as_json(compared: Compared, notes: Sequence[str] = ()) -> str:
    """The backtests as JSON: times of RFC 3339, durations in seconds, shares as ratios."""
    document = {
        "notes": list(notes),
        "slos": [_slo(each) for each in compared.slos],
        "services": [_service(each) for each in compared.services],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _slo(compared: ComparedSlo) -> dict[str, Any]:
    asked = compared.first.asked
    return {
        "slo": compared.slo_id,
        "from": rfc3339(asked.begin),
        "to": rfc3339(asked.end),
        "variants": [{"name": name, **_variant(found)} for name, found in compared.backtests.items()],
    }


def _variant(found: Backtest) -> dict[str, Any]:
    slo = found.plan.slo
    return {
        "objective": float(slo.objective),
        "period_seconds": float(slo.period),
        "history_from": None if found.known is None else rfc3339(found.known.begin),
        "missing": list(missing(found)),
        "holes": [_span(span.begin, span.end) for span in found.holes],
        "pages": found.count(Severity.PAGE),
        "pages_a_month": found.a_month(Severity.PAGE),
        "tickets": found.count(Severity.TICKET),
        "tickets_a_month": found.a_month(Severity.TICKET),
        "budget_spent": found.spent,
        "groups": [
            {
                "labels": dict(budget.group),
                "events": budget.events,
                "errors": budget.errors,
                "budget_spent": budget.spent,
            }
            for budget in found.budgets
        ],
        "alerts": [
            {
                "severity": each.severity.value,
                "tiers": list(each.tiers),
                **_span(each.begin, each.end),
                "goes_on": each.lasts,
                "labels": dict(each.group),
            }
            for each in found.heard
        ],
        "held_back": [_held_back(each, found.known) for each in found.held_back],
    }


def _service(compared: ComparedSignals) -> dict[str, Any]:
    return {
        "service": compared.first.service,
        "variants": [{"name": name, **_signals(found)} for name, found in compared.variants.items()],
    }


def _signals(found: SignalsTold) -> dict[str, Any]:
    return {
        "pages": found.count(Severity.PAGE),
        "pages_a_month": found.a_month(Severity.PAGE),
        "tickets": found.count(Severity.TICKET),
        "tickets_a_month": found.a_month(Severity.TICKET),
        "alerts": [
            {
                "severity": each.severity.value,
                "alert": each.alert,
                **_span(each.begin, each.end),
                "goes_on": each.lasts,
            }
            for each in found.heard
        ],
        "held_back": [_held_back(each, found.known) for each in found.held_back],
        "not_replayed": list(found.left_out),
    }


def _held_back(held: HeldBack, known: Span | None) -> dict[str, Any]:
    return {
        "alert": held.alert,
        "by": held.by,
        "first": rfc3339(held.after + (known.begin if known else 0.0)),
        "seconds": held.lasted,
    }


def _span(begin: float, end: float) -> dict[str, Any]:
    return {"from": rfc3339(begin), "to": rfc3339(end), "seconds": end - begin}
