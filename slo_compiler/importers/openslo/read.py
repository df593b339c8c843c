"""The SLOs of OpenSLO, with all that they refer to, whichever file that stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.importers import naming, native, telling
from slo_compiler.importers.fields import Fields
from slo_compiler.importers.imported import Imported, Indicator
from slo_compiler.importers.openslo import alerting, slices, values
from slo_compiler.importers.openslo.indicator import Measured, indicator_of, occurrences, ratio_metric
from slo_compiler.importers.openslo.objects import Objects, collect, spec_of
from slo_compiler.importers.tiers import Promise
from slo_compiler.model.defaults import PERIOD
from slo_compiler.quantities import DAY, Seconds, format_duration
from slo_compiler.schema.refusal import described
from slo_compiler.schema.yaml.nodes import MappingNode, ScalarNode

OCCURRENCES: Final = "Occurrences"


class _Slo(Struct, frozen=True):
    """What all objectives of an SLO have in common."""

    node: MappingNode
    name: ScalarNode
    service: ScalarNode
    about: naming.Labelled
    service_about: naming.Labelled
    description: ScalarNode | None
    service_description: ScalarNode | None
    period: Seconds
    window: ScalarNode | None
    method: str
    has_indicator: bool
    """Whether it says what is measured; if not, each objective has to."""
    measured: Measured | None
    """None where it does not say, or cannot be read."""
    policies: alerting.Policies


def read(documents: Sequence[MappingNode], found: list[Diagnostic]) -> Iterator[Imported]:
    """The SLOs of all documents of OpenSLO."""
    objects = collect(documents, found)
    for node in objects.of("SLO"):
        objects.get("SLO", _name(node))
        yield from _objectives(node, objects, found)
    if any(each.check == telling.REFERENCE for each in found):
        return  # of which one of the objects may be meant
    for kind, node in objects.unused():
        message = f"no SLO refers to this {kind}, and without one nothing is made of it"
        found.append(telling.renamed(node.position, message))


def _name(node: MappingNode) -> str:
    metadata = node.entries["metadata"].value
    name = metadata.entries["name"].value if isinstance(metadata, MappingNode) else metadata
    return name.text if isinstance(name, ScalarNode) else ""


def _objectives(node: MappingNode, objects: Objects, found: list[Diagnostic]) -> Iterator[Imported]:
    metadata, spec = spec_of(node, "an SLO", found)
    if metadata is None or spec is None:
        return
    with metadata, spec:
        slo = _slo(node, metadata, spec, objects, found)
        objectives = list(spec.mappings("objectives", required=True))
    _tell_of_weights(objectives, found)
    for number, objective in enumerate(objectives, start=1):
        with objective:
            if slo is not None:
                imported = _imported(slo, objective, number if len(objectives) > 1 else None, objects, found)
                if imported is not None:
                    yield imported


def _tell_of_weights(objectives: Sequence[Fields], found: list[Diagnostic]) -> None:
    """A composite SLO is the weighted mean of what its objectives measure."""
    keys = ("compositeWeight", "indicator", "indicatorRef")
    parts = [each for each in objectives if any(each.has(key) for key in keys)]
    if parts and len(objectives) > 1:
        message = (
            "the weighted mean of these objectives has no counterpart: each of them is an SLO of its own, "
            "and alerts by itself"
        )
        found.append(telling.changed(parts[0].position, message))


def _slo(
    node: MappingNode, metadata: Fields, spec: Fields, objects: Objects, found: list[Diagnostic]
) -> _Slo | None:
    name, service = metadata.scalar("name", required=True), spec.scalar("service", required=True)
    description = _described(metadata, spec)
    about = naming.labelled(metadata, found)
    _tell_of_annotations(metadata, found)
    service_about, service_description = _service(service, objects, found)
    window, period = _period(spec, found)
    method = spec.scalar("budgetingMethod")
    indicator = indicator_of(spec, objects, found)
    policies = alerting.policies(spec, objects, found)
    if name is None or service is None:
        return None
    return _Slo(
        node=node,
        name=naming.slug(name, found),
        service=naming.slug(service, found),
        about=about,
        service_about=service_about,
        description=description,
        service_description=service_description,
        period=period,
        window=window,
        method=method.text if method is not None else OCCURRENCES,
        has_indicator=spec.has("indicator") or spec.has("indicatorRef"),
        measured=indicator,
        policies=policies,
    )


def _described(metadata: Fields, spec: Fields) -> ScalarNode | None:
    """The description, with the name for humans before it."""
    title, description = metadata.scalar("displayName"), spec.scalar("description")
    if title is None or description is None:
        said = title or description
        return said and native.text(said.text.strip(), said)
    return native.text(f"{title.text.strip()}: {description.text.strip()}", description)


def _tell_of_annotations(metadata: Fields, found: list[Diagnostic]) -> None:
    names = naming.texts(metadata, "annotations")
    if names:
        message = f"the annotations {', '.join(names)} are for other tools, and have no effect here"
        found.append(telling.lost(metadata.place("annotations"), message))


def _service(
    name: ScalarNode | None, objects: Objects, found: list[Diagnostic]
) -> tuple[naming.Labelled, ScalarNode | None]:
    """What an object says of the service; there need not be one."""
    node = objects.get("Service", name.text) if name is not None else None
    if node is None:
        return naming.Labelled({}, None), None
    metadata, spec = spec_of(node, "a Service", found)
    if metadata is None:
        return naming.Labelled({}, None), None
    empty = Fields(native.mapping(node, {}), "a Service", found)
    return naming.labelled(metadata, found), _described(metadata, spec or empty)


def _period(spec: Fields, found: list[Diagnostic]) -> tuple[ScalarNode | None, Seconds]:
    """The period, and how it is written where it is not the usual one."""
    windows = [*spec.mappings("timeWindow"), *spec.mappings("timeWindows")]
    if len(windows) > 1:
        message = "an SLO has one time window; which of these holds is not clear"
        found.append(telling.invalid(windows[1].position, message))
    for window in windows[:1]:
        with window:
            return _window(window, found)
    message = f"timeWindow is missing: the objective is promised over {format_duration(PERIOD)} here"
    found.append(telling.renamed(spec.position, message))
    return None, PERIOD


def _window(window: Fields, found: list[Diagnostic]) -> tuple[ScalarNode | None, Seconds]:
    written = _length(window)
    calendar = window.take("calendar")
    rolling = window.flag("isRolling")
    period = values.duration(written, found) if written is not None else None
    if written is None or period is None:
        return None, PERIOD
    if period < DAY:
        advice = "; a month is 1M" if values.unit_of(written) == "m" else ""
        message = f"a window of {written.text} is shorter than a day, into which no alert fits{advice}"
        found.append(telling.invalid(written.position, message))
        return None, PERIOD
    if calendar is not None or rolling is False or values.unit_of(written) in values.OF_DIFFERENT_LENGTH:
        message = (
            f"the budget of {written.text} is one of the last {format_duration(period)} here, at any time: "
            "it does not begin anew with the calendar"
        )
        found.append(telling.changed(written.position, message))
    return (native.text(format_duration(period), written) if period != PERIOD else None), period


def _length(window: Fields) -> ScalarNode | None:
    """The duration of v1, or the count and unit of v1alpha as one."""
    if window.has("duration"):
        return window.scalar("duration")
    count, unit = window.scalar("count", required=True), window.scalar("unit", required=True)
    if count is None or unit is None:
        return None
    postfix = values.NAMED_UNITS.get(unit.text.lower().removesuffix("s"), unit.text)
    return native.text(f"{count.text}{postfix}", count)


def _imported(
    slo: _Slo, objective: Fields, number: int | None, objects: Objects, found: list[Diagnostic]
) -> Imported | None:
    title = objective.scalar("displayName")
    target = values.target(objective, found)
    measured = _measured(slo, objective, objects, found)
    slice_ = slices.length_of(objective, found)
    indicator = _judged(slo, measured, objective, slice_, found) if measured is not None else None
    for key in ("op", "value", "timeSliceTarget", "compositeWeight"):
        objective.take(key)
    if target is None or indicator is None:
        return None
    ratio, written = target
    told = alerting.told(slo.policies, Promise(ratio, slo.period), found)
    labels = {**slo.service_about.labels, **slo.about.labels}
    return Imported(
        at=slo.node,
        service=slo.service,
        name=_named(slo, title, number),
        objective=naming.objective(ratio, written),
        indicator=indicator,
        told=told.with_labels(labels),
        description=slo.description,
        service_description=slo.service_description,
        window=slo.window,
        owner=slo.about.owner or slo.service_about.owner or alerting.owner_of(slo.policies, found),
    )


def _measured(slo: _Slo, objective: Fields, objects: Objects, found: list[Diagnostic]) -> Measured | None:
    """What an objective measures: its own indicator, of v1alpha or of a part of a whole, or the SLO's."""
    own = objective.fields("ratioMetrics")
    if own is not None:
        return ratio_metric(own, objects, found)
    if objective.has("indicator") or objective.has("indicatorRef"):
        return indicator_of(objective, objects, found)
    if not slo.has_indicator:
        message = "indicator or indicatorRef is missing: nothing says what is measured"
        found.append(telling.invalid(objective.position, message))
    return slo.measured


def _named(slo: _Slo, title: ScalarNode | None, number: int | None) -> ScalarNode:
    """The name of the SLO; of one of several objectives, with what tells it from the others."""
    if number is None:
        return slo.name
    word = re.sub("[^a-z0-9]+", "-", title.text.lower()).strip("-") if title is not None else ""
    return native.text(f"{slo.name.text}-{word or number}"[:63].strip("-"), title or slo.name)


def _judged(
    slo: _Slo, measured: Measured, objective: Fields, slice_: Seconds, found: list[Diagnostic]
) -> Indicator | None:
    """The indicator by the budgeting method of the SLO."""
    if measured.gauge is not None:
        return slices.on_the_right_side(measured.gauge, objective, found)
    match slo.method.lower():
        case "occurrences":
            return occurrences(measured)
        case "timeslices":
            return slices.good_slices(measured, slice_, objective)
        case "ratiotimeslices":
            return slices.mean_of_slices(measured, slice_)
        case _:
            message = (
                f"the budgeting method {described(slo.method)} is not known; known: Occurrences, Timeslices, "
                "RatioTimeslices"
            )
            found.append(telling.invalid(objective.position, message))
            return None
