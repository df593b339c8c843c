"""From chosen adapters to their rule groups: parameters are put in, and nothing else changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from slo_compiler.diagnostics import Position
from slo_compiler.model.adapter import ADAPTER, AdapterRule, ChosenAdapter, ParameterType
from slo_compiler.model.defaults import Defaults
from slo_compiler.model.placed import Placed
from slo_compiler.promql.quote import quote_string
from slo_compiler.quantities import format_decimal, format_duration, parse_duration
from slo_compiler.rules import names
from slo_compiler.rules.ir import Group, RecordingRule

# No $1 of a replacement, which Prometheus fills in.
_PLACEHOLDER: Final = r"\$([a-z][a-z_]*)"

_QUOTED: Final = frozenset({ParameterType.TEXT, ParameterType.CHOICE})


class AdaptedGroup(Placed, frozen=True):
    """The rules of an adapter, and the release that has to take them."""

    adapter: str
    group: Group
    target: str
    position: Position


def adapt(chosen: Iterable[ChosenAdapter], defaults: Defaults) -> tuple[AdaptedGroup, ...]:
    """A rule group an adapter.

    It is evaluated at least once a scrape: whoever reads what it records relies on samples that are no
    further apart.
    """
    return tuple(_group(each, defaults) for each in chosen)


def _group(chosen: ChosenAdapter, defaults: Defaults) -> AdaptedGroup:
    interval = min(defaults.clock.scrape_interval, defaults.clock.evaluation_interval)
    texts = {**chosen.settings, "interval": format_duration(interval)}
    for name in ("interval", *_durations(chosen)):
        texts[f"{name}_seconds"] = format_decimal(parse_duration(texts[name]))
    expressions = {
        name: quote_string(value) if _is_quoted(chosen, name) else value for name, value in texts.items()
    }
    rules = tuple(_rule(rule, chosen.adapter.id, texts, expressions) for rule in chosen.adapter.rules)
    group = Group(names.adapter_group(chosen.adapter.id), interval, rules)
    return AdaptedGroup(chosen.adapter.id, group, defaults.target, chosen.position)


def _durations(chosen: ChosenAdapter) -> Iterator[str]:
    for name, parameter in chosen.adapter.parameters.items():
        if parameter.type is ParameterType.DURATION:
            yield name


def _is_quoted(chosen: ChosenAdapter, name: str) -> bool:
    parameter = chosen.adapter.parameters.get(name)
    return parameter is not None and parameter.type in _QUOTED


def _rule(
    rule: AdapterRule, adapter: str, texts: Mapping[str, str], expressions: Mapping[str, str]
) -> RecordingRule:
    labels = {name: _filled(value, texts) for name, value in rule.labels.items()}
    return RecordingRule(rule.record, _filled(rule.expr, expressions), {**labels, ADAPTER: adapter})


def _filled(template: str, values: Mapping[str, str]) -> str:
    """The template with the value of each placeholder.

    Raises:
        KeyError: it names what is no parameter, which is a fault of the adapter's file.
    """
    return re.sub(_PLACEHOLDER, lambda placeholder: values[placeholder[1]], template)
