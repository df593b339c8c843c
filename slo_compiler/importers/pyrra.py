"""Pyrra: ``pyrra.dev/v1alpha1`` ServiceLevelObjective, an SLO an object.

Source: pyrra-dev/pyrra, kubernetes/api/v1alpha1 and slo/rules.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.importers import naming, native, telling
from slo_compiler.importers.fields import Fields, is_of_kind
from slo_compiler.importers.imported import Imported, Told
from slo_compiler.importers.pyrra_indicator import indicator_of
from slo_compiler.importers.tiers import NAMES, Pair, Promise, tiers
from slo_compiler.model.alerting import Severity
from slo_compiler.model.defaults import PERIOD
from slo_compiler.quantities import DAY, MINUTE, Seconds, format_duration, parse_duration
from slo_compiler.schema.refusal import described
from slo_compiler.schema.yaml.nodes import MappingNode, Node, ScalarNode

PREFIX: Final = "pyrra.dev/"
"""Before the labels and annotations that are meant for alerts."""

SERVICE_LABELS: Final = ("service", "app", "app.kubernetes.io/name", "app.kubernetes.io/part-of")

# Parts of the period, burn rate, severity and its key. slo/rules.go, Windows.
_WINDOWS: Final = (
    (28 * 24, 28 * 24 * 12, 14, Severity.PAGE, "fastBurn"),
    (28 * 4, 28 * 48, 7, Severity.PAGE, "mediumBurn"),
    (28, 28 * 12, 2, Severity.TICKET, "slowBurn"),
    (7, 28 * 4, 1, Severity.TICKET, "longTermBurn"),
)
_PAGES: Final = ("page", "critical", "urgent", "high")


class _Meta(Struct, frozen=True):
    """What the metadata of an object says of its SLO."""

    name: ScalarNode | None
    service: ScalarNode | None
    labelled: naming.Labelled
    annotations: dict[str, ScalarNode]


def read(documents: Sequence[MappingNode], found: list[Diagnostic]) -> Iterator[Imported]:
    """The SLOs of all objects."""
    for document in documents:
        if not is_of_kind(document, ("ServiceLevelObjective",), "Pyrra", found):
            continue
        with Fields(document, "a ServiceLevelObjective", found) as fields:
            for key in ("apiVersion", "kind", "status"):
                fields.take(key)
            meta = _meta(fields.fields("metadata", required=True), found)
            spec = fields.fields("spec", required=True)
        if meta is None or spec is None:
            continue
        with spec:
            slo = _slo(document, meta, spec, found)
        if slo is not None:
            yield slo


def _meta(metadata: Fields | None, found: list[Diagnostic]) -> _Meta | None:
    if metadata is None:
        return None
    labels, annotations = (naming.texts(metadata, key) for key in ("labels", "annotations"))
    propagated = {key.removeprefix(PREFIX): value for key, value in labels.items() if key.startswith(PREFIX)}
    left = [key for key in metadata.node.entries if key not in ("name", "labels", "annotations")]
    left += [key for each in (labels, annotations) for key in each if not key.startswith(PREFIX)]
    if left:
        found.append(naming.left_to_kubernetes(left, metadata.position))
    service = next((propagated[key] for key in SERVICE_LABELS if key in propagated), None)
    service = service or next((labels[key] for key in SERVICE_LABELS if key in labels), None)
    kept = {key: value for key, value in propagated.items() if key != "service"}
    own = {key: value for key, value in annotations.items() if key.startswith(PREFIX)}
    return _Meta(
        metadata.scalar("name", required=True),
        service,
        naming.keep(kept, found),
        naming.as_annotations({key.removeprefix(PREFIX): value for key, value in own.items()}, found),
    )


def _slo(document: MappingNode, meta: _Meta, spec: Fields, found: list[Diagnostic]) -> Imported | None:
    target = spec.number("target", required=True)
    if target is not None:
        naming.tell_of_share(target, spec.place("target"), found)
    written, period = _window(spec, found)
    description = spec.scalar("description")
    for key in ("partial_response_strategy", "performance_over_accuracy", "rulenamespace", "ruleOutput"):
        if spec.take(key) is not None:
            message = f"{key} has no counterpart: rules are written for the target that defaults.yaml names"
            found.append(telling.lost(spec.place(key), message))
    indicator, job = indicator_of(spec.fields("indicator", required=True), found)
    alerting = spec.fields("alerting")
    if meta.name is None or target is None or period is None or indicator is None:
        return None
    told = _told(alerting, target / 100, period, document, found)
    service = meta.service or job or meta.name
    if meta.service is None:
        message = (
            f"Pyrra knows no services: {described(meta.name.text)} becomes an SLO of "
            f"{described(service.text)}; the label pyrra.dev/service says of which else"
        )
        found.append(telling.renamed(meta.name.position, message))
    return Imported(
        at=document,
        service=naming.slug(service, found),
        name=naming.slug(meta.name, found),
        objective=naming.objective(target / 100, spec.node.entries["target"].value),
        indicator=indicator,
        told=replace(told.with_labels(meta.labelled.labels), annotations=meta.annotations),
        description=description and native.text(description.text.strip(), description),
        window=written if period != PERIOD else None,
        owner=meta.labelled.owner,
    )


def _window(spec: Fields, found: list[Diagnostic]) -> tuple[ScalarNode | None, Seconds | None]:
    value = spec.scalar("window", required=True)
    if value is None:
        return None, None
    try:
        period = parse_duration(value.text)
    except ValueError as unusable:
        found.append(telling.invalid(value.position, str(unusable)))
        return None, None
    if period < DAY:
        message = f"a window of {value.text} is shorter than a day, into which no alert fits"
        found.append(telling.invalid(value.position, message))
        return None, None
    return native.text(format_duration(period), value), period


def pairs(period: Seconds) -> tuple[Pair, ...]:
    """The windows of Pyrra for a period, to whole minutes as it rounds them."""
    return tuple(
        Pair(name, severity, _to_minutes(period / long), _to_minutes(period / short), None, Fraction(factor))
        for name, (long, short, factor, severity, _) in zip(NAMES, _WINDOWS, strict=True)
    )


def _to_minutes(seconds: Seconds) -> Seconds:
    return int(seconds / MINUTE + Fraction(1, 2)) * MINUTE


def _told(
    alerting: Fields | None, objective: Fraction, period: Seconds, at: Node, found: list[Diagnostic]
) -> Told:
    usual = pairs(period)
    if alerting is None:
        return Told(tiers=tiers(usual, Promise(objective, period), at, found))
    with alerting:
        enabled = alerting.flag("burnrates") is not False and alerting.flag("disabled") is not True
        absent = alerting.flag("absent")
        for key in ("name", "absentName"):
            _tell_of_name(alerting.scalar(key), found)
        if alerting.take("burnRateType") is not None:
            message = "thresholds here are fixed, and do not move with traffic: alerts fire earlier or later"
            found.append(telling.changed(alerting.place("burnRateType"), message))
        severities = _severities(alerting.fields("severities"), found)
    usual = tuple(
        replace(pair, severity=severities.get(key, pair.severity))
        for pair, (*_, key) in zip(usual, _WINDOWS, strict=True)
    )
    node = alerting.node
    return Told(
        tiers=tiers(usual, Promise(objective, period), at, found, node) if enabled else None,
        enabled=enabled,
        absent=_absent(absent, severities.get("absent"), node),
    )


def _absent(wanted: bool | None, severity: Severity | None, at: Node) -> Node | None:  # noqa: FBT001
    if wanted is False:
        return native.flag(value=False, at=at)
    return severity and native.mapping(at, {"severity": native.text(severity.value, at)})


def _tell_of_name(name: ScalarNode | None, found: list[Diagnostic]) -> None:
    if name is not None:
        message = (
            f"the alert {described(name.text)} is called ErrorBudgetBurn and its tier, or IndicatorAbsent, "
            "here: routes and silences by that name find it no more"
        )
        found.append(telling.renamed(name.position, message))


def _severities(fields: Fields | None, found: list[Diagnostic]) -> dict[str, Severity]:
    said: dict[str, Severity] = {}
    if fields is None:
        return said
    with fields:
        for key in (*(each[-1] for each in _WINDOWS), "absent"):
            value = fields.scalar(key)
            if value is None:
                continue
            page = re.sub("[^a-z]", "", value.text.lower()) in _PAGES
            said[key] = Severity.PAGE if page else Severity.TICKET
            message = f"the severity {described(value.text)} is {said[key].value} here"
            found.append(telling.renamed(value.position, message))
    return said
