"""The parameters of a preset: which there are, and what a spec gives for each, read or refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Final, TypeAlias

from msgspec import Struct, field

from slo_compiler.diagnostics import Diagnostic, error, nearest
from slo_compiler.model.indicator import AtLeast, AtMost, Freshness, Guardrail, Indicator, Latency, Threshold
from slo_compiler.model.preset import PresetUse
from slo_compiler.model.system import LabelParameter, Metric, Preset, System
from slo_compiler.presets.bounds import parse_bound
from slo_compiler.presets.translation import Translation, translation_named
from slo_compiler.promql.check import Expression, parse
from slo_compiler.promql.quote import matcher, quote_regex
from slo_compiler.promql.release import Release
from slo_compiler.promql.syntax import MatchOperator, VectorSelector
from slo_compiler.quantities import parse_duration
from slo_compiler.schema.refusal import described

MATCHERS: Final = "matchers"
BUCKETS: Final = "buckets"
TRANSLATION: Final = "translation"
TRAFFIC: Final = "traffic"

Value: TypeAlias = Any


class Given(Struct, frozen=True):
    """What a spec gives for the parameters of a preset, each read.

    ``labels`` are matchers by the label they are on, ``matchers`` others for every selector.
    ``bound`` is a threshold as written, an age in seconds or a number, whichever the indicator takes.
    """

    labels: dict[str, str] = field(default_factory=dict)
    matchers: tuple[str, ...] = ()
    bound: str | Fraction | None = None
    buckets: tuple[Fraction, ...] = ()
    """Bounds in seconds, where the installation has its own."""
    traffic: str | None = None
    """The selector of the requests that a guardrail is to check, which no system can know."""
    translation: Translation = Translation.UNDERSCORES_WITH_SUFFIXES


def bound_parameter(indicator: Indicator) -> str | None:
    """The parameter that the indicator's threshold, age or bound is, named as in a spec; None has none."""
    match indicator:
        case Latency():
            return "threshold"
        case Freshness():
            return "max_age"
        case Threshold(bound=AtLeast()):
            return "at_least"
        case Threshold(bound=AtMost()):
            return "at_most"
        case _:
            return None


def histogram_of(indicator: Indicator, system: System) -> Metric | None:
    """The metric of a latency preset, None of others; its expression is a name, perhaps with matchers."""
    if not isinstance(indicator, Latency):
        return None
    return system.metrics[indicator.histogram.text.split("{", 1)[0].strip()]


def known_parameters(preset: Preset, system: System) -> list[str]:
    """The names of all parameters that a preset takes, required ones first."""
    bound = bound_parameter(preset.indicator)
    histogram = histogram_of(preset.indicator, system)
    configurable_buckets = histogram is not None and histogram.configurable_bounds
    return [
        *(name for name, label in preset.labels.items() if label.required),
        *([bound] if bound else []),
        *preset.confirmations,
        *(name for name, label in preset.labels.items() if not label.required),
        *([BUCKETS] if configurable_buckets else []),
        *([TRANSLATION] if system.attributes else []),
        *([TRAFFIC] if isinstance(preset.indicator, Guardrail) else []),
        MATCHERS,
    ]


def read_parameters(
    use: PresetUse, preset: Preset, system: System, release: Release
) -> tuple[Given, list[Diagnostic]]:
    """What a use gives, so far as it can be read, and everything that is wrong with it."""
    known = known_parameters(preset, system)
    problems = [*_unknown(use, preset, known), *_missing(use, preset)]
    read: dict[str, Any] = {}
    for name in (name for name in known if name in use.parameters):
        try:
            read[name] = _value(name, use.parameters[name], preset, release)
        except ValueError as refused:
            problems.append(error(use.locate(name), "preset/parameter", f"{name}: {refused}"))
    bound = bound_parameter(preset.indicator)
    given = Given(
        labels={preset.labels[name].label: text for name, text in read.items() if name in preset.labels},
        matchers=read.get(MATCHERS, ()),
        bound=read.get(bound) if bound else None,
        buckets=read.get(BUCKETS, ()),
        translation=read.get(TRANSLATION, Translation.UNDERSCORES_WITH_SUFFIXES),
        traffic=read.get(TRAFFIC),
    )
    return given, problems


def _unknown(use: PresetUse, preset: Preset, known: Sequence[str]) -> Iterator[Diagnostic]:
    for name in use.parameters:
        if name not in known:
            near = nearest(name, known)
            advice = f"did you mean {near}?" if near else f"it takes {', '.join(known)}"
            yield error(
                use.locate(name, "[key]"),
                "preset/parameter",
                f"{preset.id} has no parameter {name!r}, which would have no effect; {advice}",
            )


def _missing(use: PresetUse, preset: Preset) -> Iterator[Diagnostic]:
    for name, label in preset.labels.items():
        if label.required and name not in use.parameters:
            yield _missing_one(
                use, preset, name, f", such as {label.example}: without it all of them count as one"
            )
    bound = bound_parameter(preset.indicator)
    if bound is not None and not preset.defaulted and bound not in use.parameters:
        yield _missing_one(use, preset, bound, ", which is what the objective promises")
    for name, sentence in preset.confirmations.items():
        if name not in use.parameters:
            yield _missing_one(use, preset, name, f": write {name}: true to confirm that {sentence}")


def _missing_one(use: PresetUse, preset: Preset, name: str, advice: str) -> Diagnostic:
    return error(use.position, "preset/missing-parameter", f"{preset.id} needs {name}{advice}")


def _value(name: str, value: Value, preset: Preset, release: Release) -> Any:
    """A value as its parameter wants it.

    Raises:
        ValueError: it is not.
    """
    if name in preset.labels:
        return _label_matcher(preset.labels[name], value)
    if name in preset.confirmations:
        return _confirmation(value, preset.confirmations[name])
    match name:
        case "matchers":
            return _matchers(_text(value, 'matchers such as namespace="prod"'), release)
        case "translation":
            return translation_named(_text(value, "a translation strategy of Prometheus"))
        case "traffic":
            return _text(value, "the selector of a counter of requests")
        case "buckets":
            return _buckets(value)
        case "threshold":
            text = _text(value, "a duration such as 500ms")
            parse_bound(text)
            return text
        case "max_age":
            return parse_duration(_text(value, "a duration such as 2h"))
        case _:
            return _number(value)


def _label_matcher(parameter: LabelParameter, value: Value) -> str:
    """One value, or a list of them of which any will do."""
    values = value if isinstance(value, list) else [value]
    texts = [_text(each, f"a value of the label {parameter.label}, in quotes,") for each in values]
    if not texts or not all(texts):
        raise ValueError("there is no value here; remove it, or name at least one")
    if len(texts) == 1:
        return matcher(parameter.label, MatchOperator.EQUAL, texts[0])
    return matcher(parameter.label, MatchOperator.REGEX, "|".join(map(quote_regex, texts)))


def _confirmation(value: Value, sentence: str) -> bool:
    if value is not True:
        raise ValueError(f"only true is meant here, which says that {sentence}")
    return True


def _matchers(text: str, release: Release) -> tuple[str, ...]:
    parsed = parse(f"up{{{text}}}", release)
    if not isinstance(parsed, Expression):
        raise ValueError(f'{described(text)} are no matchers such as namespace="prod": {parsed[0].message}')  # noqa: TRY004
    match parsed.tree:
        case VectorSelector(matchers=matchers, end=end) if matchers and end == len(parsed.text):
            return tuple(parsed.text[each.start : each.end] for each in matchers)
        case _:
            raise ValueError(f'{described(text)} are no matchers such as namespace="prod"')


def _buckets(value: Value) -> tuple[Fraction, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError(
            f"{described(value)} stands where your bounds are wanted, such as [100ms, 500ms, 2s]"
        )
    return tuple(sorted({parse_bound(_text(each, "a duration such as 500ms")) for each in value}))


def _number(value: Value) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise ValueError(f"{described(value)} stands where a number such as 0.9 is wanted")  # noqa: TRY004
    return Fraction(value)


def _text(value: Value, wanted: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{described(value)} stands where {wanted} is wanted")  # noqa: TRY004
    return value
