"""The alert windows of Sloth: those that a file of AlertWindows asks for, or the workbook's.

Source: slok/sloth, internal/alert/windows/google-30d.yaml and window.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from msgspec import Struct

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.importers import native, telling
from slo_compiler.importers.fields import Fields
from slo_compiler.importers.tiers import NAMES, Pair
from slo_compiler.model.alerting import Severity
from slo_compiler.quantities import (
    DAY,
    HOUR,
    MINUTE,
    Seconds,
    format_duration,
    parse_duration,
)
from slo_compiler.schema.yaml.nodes import MappingNode, Node, ScalarNode

USUAL_PERIOD: Final = 30 * DAY


class AlertWindows(Struct, frozen=True):
    """The pairs of windows, fastest first, and the period that they are for."""

    period: Seconds
    pairs: tuple[Pair, ...]
    at: Node | None = None
    """Where they are asked for; nowhere if they are Sloth's own."""
    window: ScalarNode | None = None
    """The period where it is not the usual one."""


def _own(name: str, severity: Severity, percent: int, long: Seconds, short: Seconds) -> Pair:
    return Pair(name, severity, long, short, Fraction(percent, 100), None)


USUAL: Final = AlertWindows(
    USUAL_PERIOD,
    (
        _own("fast", Severity.PAGE, 2, 1 * HOUR, 5 * MINUTE),
        _own("medium", Severity.PAGE, 5, 6 * HOUR, 30 * MINUTE),
        _own("slow", Severity.TICKET, 10, 1 * DAY, 2 * HOUR),
        _own("long-term", Severity.TICKET, 10, 3 * DAY, 6 * HOUR),
    ),
)


def chosen(documents: Sequence[MappingNode], found: list[Diagnostic]) -> AlertWindows:
    """The windows that hold for all SLOs: Sloth's command takes one period for all."""
    read = [windows for windows in (_windows(document, found) for document in documents) if windows]
    for_month = [windows for windows in read if windows.period == USUAL_PERIOD]
    if len(read) > 1 and len(for_month) != 1:
        periods = ", ".join(format_duration(windows.period) for windows in read)
        message = (
            f"there are AlertWindows for {periods}, and Sloth's command says which of them holds; import "
            "with one of these files at a time"
        )
        found.extend(telling.invalid(windows.at.position, message) for windows in read[1:] if windows.at)
    return (for_month or read or [USUAL])[0]


def _windows(document: MappingNode, found: list[Diagnostic]) -> AlertWindows | None:
    with Fields(document, "AlertWindows", found) as fields:
        for key in ("apiVersion", "kind", "metadata"):
            fields.take(key)
        spec = fields.fields("spec", required=True)
    if spec is None:
        return None
    with spec:
        period = _duration(spec, "sloPeriod")
        pairs = [*_pairs(spec, "page", Severity.PAGE), *_pairs(spec, "ticket", Severity.TICKET)]
    if period is None or len(pairs) != len(NAMES):
        return None
    by_speed = sorted(pairs, key=lambda pair: pair.long)
    renamed = tuple(
        Pair(name, pair.severity, pair.long, pair.short, pair.budget, None)
        for name, pair in zip(NAMES, by_speed, strict=True)
    )
    written = native.text(format_duration(period), spec.node.entries["sloPeriod"].value)
    return AlertWindows(period, renamed, document, written if period != USUAL_PERIOD else None)


def _pairs(spec: Fields, key: str, severity: Severity) -> Iterator[Pair]:
    of_severity = spec.fields(key, required=True)
    if of_severity is None:
        return
    with of_severity:
        for speed in ("quick", "slow"):
            pair = of_severity.fields(speed, required=True)
            if pair is None:
                continue
            with pair:
                percent = pair.number("errorBudgetPercent", required=True)
                short, long = (_duration(pair, window) for window in ("shortWindow", "longWindow"))
            if percent is not None and short is not None and long is not None:
                yield Pair(speed, severity, long, short, percent / 100, None)


def _duration(fields: Fields, key: str) -> Seconds | None:
    value = fields.scalar(key, required=True)
    if value is None:
        return None
    try:
        return parse_duration(value.text)
    except ValueError as unusable:
        fields.found.append(telling.invalid(value.position, str(unusable)))
        return None
