"""From OpenTelemetry's names to those in Prometheus, by the strategy that an installation has chosen.

Source: metric_namer.go of github.com/prometheus/otlptranslator, which Prometheus and the collector use.
"""

from __future__ import annotations

import enum
import re
from typing import Final

from slo_compiler.diagnostics import nearest
from slo_compiler.model.system import Metric, MetricType, System, Unit
from slo_compiler.promql.check import parse
from slo_compiler.promql.narrow import rewritten
from slo_compiler.promql.queries import metric_of
from slo_compiler.promql.quote import matcher, quoted_matcher, selector
from slo_compiler.promql.release import Release
from slo_compiler.promql.selectors import METRIC_NAME
from slo_compiler.promql.syntax import Matcher, MatchOperator, VectorSelector


class Translation(enum.Enum):
    """The ``translation_strategy`` of Prometheus, as it is written there."""

    UNDERSCORES_WITH_SUFFIXES = "UnderscoreEscapingWithSuffixes"
    UNDERSCORES_WITHOUT_SUFFIXES = "UnderscoreEscapingWithoutSuffixes"
    UTF8_WITH_SUFFIXES = "NoUTF8EscapingWithSuffixes"
    NONE = "NoTranslation"

    @property
    def keeps_dots(self) -> bool:
        """Whether names are kept as they are."""
        return self in (Translation.UTF8_WITH_SUFFIXES, Translation.NONE)

    @property
    def adds_suffixes(self) -> bool:
        """Whether the unit, and for a counter ``_total``, are appended."""
        return self in (Translation.UNDERSCORES_WITH_SUFFIXES, Translation.UTF8_WITH_SUFFIXES)


_WORDS: Final = {
    Unit.SECONDS: "seconds",
    Unit.MILLISECONDS: "milliseconds",
    Unit.MICROSECONDS: "microseconds",
    Unit.BYTES: "bytes",
    Unit.PERCENT: "percent",
}


def translation_named(name: str) -> Translation:
    """The strategy of a name.

    Raises:
        ValueError: there is none.
    """
    try:
        return Translation(name)
    except ValueError:
        names = [each.value for each in Translation]
        near = nearest(name, names)
        advice = f"did you mean {near}?" if near else f"known: {', '.join(names)}"
        raise ValueError(f"{name!r} is no translation strategy of Prometheus; {advice}") from None


def prometheus_name(metric: Metric, translation: Translation) -> str:
    """What an OpenTelemetry instrument is called in Prometheus."""
    name = metric.otel if translation.keeps_dots else re.sub("[^a-zA-Z0-9:]+", "_", metric.otel)
    if not translation.adds_suffixes:
        return name
    word = _WORDS.get(metric.unit) if metric.unit is not None else None
    if metric.type is MetricType.GAUGE and metric.unit is Unit.RATIO:
        word = "ratio"
    if word is not None and word not in re.split("[^a-zA-Z0-9]", name):
        name = f"{name}_{word}"
    is_named = metric.type is not MetricType.COUNTER or name.endswith("_total")
    return name if is_named else f"{name}_total"


def translated(text: str, system: System, translation: Translation, target: Release) -> str:
    """An expression of the library in the names of an installation."""
    if not system.attributes or translation is Translation.UNDERSCORES_WITH_SUFFIXES:
        return text
    parsed = parse(text, target, placeholders=True)
    if isinstance(parsed, list):
        raise ValueError(f"{text} in the library: {parsed[0].message}")  # noqa: TRY004

    def write(found: VectorSelector) -> str:
        series = metric_of(found) or ""
        metric = system.metric_of(series)
        if metric is None or not metric.otel:
            return parsed.text[found.start : found.end]
        name = prometheus_name(metric, translation) + series.removeprefix(metric.name)
        if not translation.keeps_dots:
            return selector(name, [matcher(each.label, each.operator, each.value) for each in found.matchers])
        named = matcher(METRIC_NAME, MatchOperator.EQUAL, name)
        others = (_with_dots(each, system) for each in found.matchers)
        return f"{{{', '.join((named, *others))}}}"

    return rewritten(parsed, write)


def _with_dots(condition: Matcher, system: System) -> str:
    attribute = system.attributes.get(condition.label)
    if attribute is None or attribute == condition.label:
        return matcher(condition.label, condition.operator, condition.value)
    return quoted_matcher(attribute, condition.operator, condition.value)
