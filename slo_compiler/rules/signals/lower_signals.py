"""From a service of machine learning to its signals: to add one, write its module and name it here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from msgspec.structs import replace

from slo_compiler.rules.ir import AlertingRule, Rule
from slo_compiler.rules.signals.cold_start import lower_cold_starts
from slo_compiler.rules.signals.drift import lower_drifts
from slo_compiler.rules.signals.guardrail import lower_guardrails
from slo_compiler.rules.signals.label_lag import lower_label_lag
from slo_compiler.rules.signals.serving import lower_serving
from slo_compiler.rules.signals.signal import LoweredSignal
from slo_compiler.rules.signals.slices import lower_slices
from slo_compiler.rules.signals.surface import lower_surface
from slo_compiler.rules.signals.tail import lower_tails
from slo_compiler.rules.signals.telemetry import lower_telemetry
from slo_compiler.rules.signals.watched import Watched

Lower: TypeAlias = Callable[[Watched], Iterator[LoweredSignal]]

SIGNALS: Final[tuple[Lower, ...]] = (
    lower_drifts,
    lower_slices,
    lower_label_lag,
    lower_cold_starts,
    lower_surface,
    lower_telemetry,
    lower_serving,
    lower_tails,
    lower_guardrails,
)


def lower_signals(watched: Watched) -> Iterator[LoweredSignal]:
    """All that a service watches beside its SLOs, as rules."""
    links = watched.service.links
    signals = (signal for lower in SIGNALS for signal in lower(watched))
    return (_linked(signal, watched) for signal in signals) if links.runbook or links.dashboard else signals


def _linked(signal: LoweredSignal, watched: Watched) -> LoweredSignal:
    """The signal, its links with the name of the alert in them, which a text that is shared does not know."""
    groups = (
        replace(group, rules=tuple(_linked_rule(rule, watched) for rule in group.rules))
        for group in signal.groups
    )
    return replace(signal, groups=tuple(groups))


def _linked_rule(rule: Rule, watched: Watched) -> Rule:
    if not isinstance(rule, AlertingRule):
        return rule
    linked = {
        name: rule.annotations[name].replace("{alert}", rule.alert)
        for name in ("runbook_url", "dashboard_url")
        if name in rule.annotations and name not in watched.service.annotations
    }
    return replace(rule, annotations={**rule.annotations, **linked})
