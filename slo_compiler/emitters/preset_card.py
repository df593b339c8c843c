"""What there is to say of a preset, as short texts: for a terminal, a page or a program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from msgspec import Struct

from slo_compiler.model.contract import ORIGIN
from slo_compiler.model.indicator import (
    AtLeast,
    AtMost,
    ErrorRatio,
    Events,
    Freshness,
    Good,
    Guardrail,
    Indicator,
    Latency,
    Probe,
    Quality,
    Ratio,
    Threshold,
)
from slo_compiler.model.system import Metric, Preset, Refusal, System, format_release
from slo_compiler.presets.bounds import format_bound
from slo_compiler.presets.indicator import example_threshold
from slo_compiler.presets.parameters import (
    BUCKETS,
    MATCHERS,
    TRAFFIC,
    TRANSLATION,
    bound_parameter,
    histogram_of,
    known_parameters,
)
from slo_compiler.presets.translation import Translation
from slo_compiler.promql.check import Expression, parse
from slo_compiler.promql.queries import metric_of, vector_selectors
from slo_compiler.promql.release import RELEASES
from slo_compiler.quantities import format_decimal, format_duration


class ParameterCard(Struct, frozen=True):
    """A parameter: its type in words, and its default, or ``required``."""

    name: str
    type: str
    default: str
    description: str


class MetricCard(Struct, frozen=True):
    """A metric that a preset reads."""

    name: str
    type: str
    unit: str
    bounds: str
    zero_initialised: str
    success_only: bool
    aggregated: str
    """The labels that are added up, unless ``group_by`` keeps them."""
    description: str


class PresetCard(Struct, frozen=True):
    """A preset. Of a refused one there are only ``id``, ``description`` and ``refused``."""

    id: str
    description: str
    refused: str = ""
    surface: str = ""
    kind: str = ""
    releases: str = ""
    queries: tuple[tuple[str, str], ...] = ()
    """What is read, each under the key that it would have in a spec."""
    parameters: tuple[ParameterCard, ...] = ()
    metrics: tuple[MetricCard, ...] = ()
    prerequisites: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    example: str = ""
    """An indicator for a spec."""


class SystemCard(Struct, frozen=True):
    """A system with its presets."""

    name: str
    title: str
    description: str
    read_from: str
    sources: tuple[str, ...]
    prerequisites: tuple[str, ...]
    caveats: tuple[str, ...]
    presets: tuple[PresetCard, ...]


def system_card(system: System) -> SystemCard:
    """All there is to say of a system."""
    return SystemCard(
        name=system.name,
        title=system.title,
        description=system.description,
        read_from=system.read_from,
        sources=system.sources,
        prerequisites=system.prerequisites,
        caveats=system.caveats,
        presets=tuple(preset_card(preset, system) for preset in system.presets.values()),
    )


def preset_card(preset: Preset | Refusal, system: System) -> PresetCard:
    """All there is to say of a preset."""
    if isinstance(preset, Refusal):
        return PresetCard(preset.id, preset.description, refused=preset.reason)
    parameters = tuple(_parameters(preset, system))
    return PresetCard(
        id=preset.id,
        description=preset.description,
        surface=preset.surface.value,
        kind=_kind(preset.indicator),
        releases=str(preset.releases),
        queries=tuple(_queries(preset)),
        parameters=parameters,
        metrics=tuple(_metric_card(metric) for metric in metrics_of(preset.indicator, system)),
        prerequisites=preset.prerequisites,
        caveats=preset.caveats,
        example=_example(preset, system),
    )


def metrics_of(indicator: Indicator, system: System) -> list[Metric]:
    """The metrics that an indicator reads, so far as the catalogue has them, in reading order."""
    found: dict[str, Metric] = {}
    for _, text in _texts(indicator):
        parsed = parse(text, RELEASES[-1], placeholders=True)
        if isinstance(parsed, Expression):
            for selector in vector_selectors(parsed.tree):
                metric = system.metric_of(metric_of(selector) or "")
                if metric is not None:
                    found.setdefault(metric.name, metric)
    return list(found.values())


def _kind(indicator: Indicator) -> str:
    """The key that the indicator would have in a spec."""
    return "error_ratio" if isinstance(indicator, ErrorRatio) else type(indicator).__name__.lower()


def _queries(preset: Preset) -> Iterator[tuple[str, str]]:
    yield from _texts(preset.indicator)
    for variant in preset.earlier:
        for name, text in _texts(variant.indicator):
            yield f"{name} before {format_release(variant.before)}", text


def _texts(indicator: Indicator) -> Iterator[tuple[str, str]]:
    match indicator:
        case (
            Ratio(counted=counted, total=total)
            | Events(counted=counted, total=total)
            | Quality(judged=Ratio(counted=counted, total=total))
            | Guardrail(checks=Ratio(counted=counted, total=total))
        ):
            yield "good" if isinstance(counted, Good) else "bad", counted.expression.text
            yield "total", total.text
            if isinstance(indicator, Guardrail):
                yield from _watched(indicator)
        case Latency(histogram=histogram):
            yield "histogram", histogram.text
        case ErrorRatio(expression=expression):
            yield "error_ratio", expression.text
        case Probe(gauge=gauge) | Threshold(gauge=gauge):
            yield "gauge", gauge.text
        case Freshness(timestamp=timestamp):
            yield "timestamp", timestamp.text
        case _:
            assert_never(indicator)


def _watched(guardrail: Guardrail) -> Iterator[tuple[str, str]]:
    """What alerts of a guardrail read beside those of its budget."""
    if guardrail.fail_open is not None:
        yield "fail_open", guardrail.fail_open.text
    if guardrail.blocked is not None:
        yield "blocked", guardrail.blocked.text
        if guardrail.origin != ORIGIN:
            yield "origin", guardrail.origin


def _parameters(preset: Preset, system: System) -> Iterator[ParameterCard]:
    bound = bound_parameter(preset.indicator)
    for name in known_parameters(preset, system):
        if name in preset.labels:
            label = preset.labels[name]
            default = "required" if label.required else "all"
            yield ParameterCard(name, "a value of the label, or a list of values", default, label.description)
        elif name in preset.confirmations:
            yield ParameterCard(name, "true", "required", f"Confirms that {preset.confirmations[name]}.")
        elif name == bound:
            default = _bound_text(preset, system) if preset.defaulted else "required"
            yield ParameterCard(name, *_bound_words(preset.indicator, default))
        elif name == BUCKETS:
            described = "The bounds of your buckets, where they are not those listed."
            yield ParameterCard(name, "a list of durations", "those listed", described)
        elif name == TRANSLATION:
            words = ", ".join(each.value for each in Translation)
            described = f"How OpenTelemetry's names reach Prometheus: {words}."
            default = Translation.UNDERSCORES_WITH_SUFFIXES.value
            yield ParameterCard(name, "a translation_strategy", default, described)
        elif name == TRAFFIC:
            described = "Requests each of which is to be checked; a page tells when they go around it."
            yield ParameterCard(name, "the selector of a counter", "not watched", described)
        elif name == MATCHERS:
            described = 'More conditions on labels, such as namespace="prod".'
            yield ParameterCard(name, "PromQL matchers", "none", described)


def _bound_words(indicator: Indicator, default: str) -> tuple[str, str, str]:
    match indicator:
        case Latency():
            return "a duration", default, "The bound of a bucket."
        case Freshness():
            return "a duration", default, "How old the newest success may be."
        case _:
            return "a number", default, "The bound of the gauge."


def _bound_text(preset: Preset, system: System) -> str:
    """The threshold, age or bound that is in the library."""
    match preset.indicator:
        case Latency() as latency:
            histogram = histogram_of(latency, system)
            return latency.written if histogram is None else example_threshold(latency, histogram)
        case Freshness(max_age=age):
            return format_duration(age)
        case Threshold(bound=AtLeast(bound) | AtMost(bound)):
            return format_decimal(bound)
        case _:
            return ""


def _metric_card(metric: Metric) -> MetricCard:
    return MetricCard(
        name=metric.name,
        type=metric.type.value,
        unit="" if metric.unit is None else metric.unit.value,
        bounds=", ".join(format_bound(bound, metric.unit) for bound in metric.bounds if metric.unit),
        zero_initialised={True: "yes", False: "no", None: "not known"}[metric.zero_initialised],
        success_only=metric.success_only,
        aggregated=", ".join(metric.labels),
        description=metric.description,
    )


def _example(preset: Preset, system: System) -> str:
    """A preset in an indicator's place, with all that it needs and the labels that it usually has."""
    given = {name: _quoted(label.example) for name, label in preset.labels.items()}
    bound = bound_parameter(preset.indicator)
    if bound is not None:
        given[bound] = _bound_text(preset, system)
    given |= dict.fromkeys(preset.confirmations, "true")
    return (
        "{" + ", ".join([f"preset: {preset.id}", *(f"{name}: {text}" for name, text in given.items())]) + "}"
    )


def _quoted(value: str) -> str:
    """A text as YAML takes it for one within braces."""
    return value if value.replace("-", "").replace("_", "").isalpha() else f'"{value}"'
