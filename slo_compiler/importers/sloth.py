"""Sloth: ``prometheus/v1``, its Kubernetes twin PrometheusServiceLevel, and AlertWindows.

Source: slok/sloth, pkg/prometheus/api/v1, pkg/kubernetes/api/sloth/v1, pkg/prometheus/alertwindows/v1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Final, TypeAlias

from msgspec import Struct

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.importers import indicators, naming, native, queries, telling
from slo_compiler.importers.fields import Fields, is_of_kind, named
from slo_compiler.importers.imported import Imported, Indicator
from slo_compiler.importers.naming import Labelled
from slo_compiler.importers.sloth_alerting import told
from slo_compiler.importers.sloth_windows import AlertWindows, chosen
from slo_compiler.schema.yaml.nodes import MappingNode, ScalarNode

Spelling: TypeAlias = Callable[[str], str]
"""From a key of ``prometheus/v1`` to the same key of a dialect."""

OBJECT: Final = "PrometheusServiceLevel"
WINDOWS: Final = "AlertWindows"
"""The kinds of objects there are beside ``prometheus/v1``, which has none."""

_TEMPLATE: Final = re.compile(r"\{\{.*?\}\}")


class _Service(Struct, frozen=True):
    """What the SLOs of a document have in common."""

    name: ScalarNode | None
    labelled: Labelled
    windows: AlertWindows
    spelt: Spelling


def read(documents: Sequence[MappingNode], found: list[Diagnostic]) -> Iterator[Imported]:
    """The SLOs of all documents of Sloth."""
    windows = chosen([each for each in documents if named(each, "kind") == WINDOWS], found)
    for document in documents:
        is_object = "kind" in document.entries or "apiVersion" in document.entries
        if is_object and not is_of_kind(document, (OBJECT, WINDOWS), "Sloth", found):
            continue
        if named(document, "kind") == WINDOWS:
            continue
        with Fields(document, "a spec of Sloth", found) as fields:
            if is_object:
                yield from _object(fields, windows, found)
            else:
                fields.take("version")
                yield from _slos(fields, windows, _as_it_is, found)


def _object(fields: Fields, windows: AlertWindows, found: list[Diagnostic]) -> Iterator[Imported]:
    """The SLOs of a Kubernetes object."""
    naming.read_object(fields, found)
    spec = fields.fields("spec", required=True)
    if spec is not None:
        with spec:
            yield from _slos(spec, windows, _in_camel_case, found)


def _as_it_is(key: str) -> str:
    return key


def _in_camel_case(key: str) -> str:
    first, *others = key.split("_")
    return first + "".join(other.capitalize() for other in others)


def _slos(
    fields: Fields, windows: AlertWindows, spelt: Spelling, found: list[Diagnostic]
) -> Iterator[Imported]:
    name = fields.scalar("service", required=True)
    slug = None if name is None else naming.slug(name, found)
    service = _Service(slug, naming.labelled(fields, found), windows, spelt)
    _tell_of_plugins(fields, spelt("slo_plugins"), found)
    for slo in fields.mappings("slos", required=True):
        with slo:
            imported = _slo(slo, service, found)
        if imported is not None:
            yield imported


def _slo(fields: Fields, service: _Service, found: list[Diagnostic]) -> Imported | None:
    name = fields.scalar("name", required=True)
    objective = _objective(fields, found)
    indicator = _indicator(fields.fields("sli", required=True), service.spelt, name, found)
    labelled = naming.labelled(fields, found)
    description = fields.scalar("description")
    _tell_of_plugins(fields, "plugins", found)
    if fields.take("interval") is not None:
        message = "rules of all SLOs are evaluated at one interval: evaluation_interval of defaults.yaml"
        found.append(telling.lost(fields.place("interval"), message))
    alerting = fields.fields("alerting", required=True)
    alerts = told(alerting, service.windows, objective, service.spelt, found) if alerting else None
    if service.name is None or name is None or objective is None or indicator is None or alerts is None:
        return None
    return Imported(
        at=fields.node,
        service=service.name,
        name=naming.slug(name, found),
        objective=naming.objective(objective, fields.node.entries["objective"].value),
        indicator=indicator,
        told=alerts.with_labels({**service.labelled.labels, **labelled.labels}),
        description=description and native.text(description.text.strip(), description),
        window=service.windows.window,
        owner=labelled.owner or service.labelled.owner,
    )


def _objective(fields: Fields, found: list[Diagnostic]) -> Fraction | None:
    percent = fields.number("objective", required=True)
    if percent is None:
        return None
    naming.tell_of_share(percent, fields.place("objective"), found)
    return percent / 100


def _tell_of_plugins(fields: Fields, key: str, found: list[Diagnostic]) -> None:
    """Plugins are Go programs that change rules after they are made."""
    if fields.take(key) is not None:
        message = (
            "plugins are programs of Sloth, which are not run here: what they did to the rules is not done"
        )
        found.append(telling.lost(fields.place(key), message))


def _indicator(
    sli: Fields | None, spelt: Spelling, name: ScalarNode | None, found: list[Diagnostic]
) -> Indicator | None:
    if sli is None:
        return None
    with sli:
        events, raw, plugin = (sli.fields(key) for key in ("events", "raw", "plugin"))
        if plugin is not None:
            with plugin:
                id_ = plugin.scalar("id")
                plugin.take("options")
            what = f"the plugin {id_.text}" if id_ is not None else "a plugin"
            message = (
                f"{name.text if name else 'this SLO'} is measured by {what}, a program of Sloth that is not "
                "run here: nobody would watch it; write the queries that it makes in its place"
            )
            found.append(telling.slo_lost(sli.place("plugin"), message))
        elif events is not None:
            return _of_events(events, spelt, found)
        elif raw is not None:
            return _of_ratio(raw, spelt, found)
        else:
            message = "one of events, raw and plugin is missing: nothing says what is measured"
            found.append(telling.invalid(sli.position, message))
    return None


def _of_events(events: Fields, spelt: Spelling, found: list[Diagnostic]) -> Indicator | None:
    with events:
        errors = events.scalar(spelt("error_query"), required=True)
        total = events.scalar(spelt("total_query"), required=True)
    if errors is None or total is None or not _is_plain([errors, total], found):
        return None
    return indicators.counted("bad", queries.parse(errors), queries.parse(total))


def _of_ratio(raw: Fields, spelt: Spelling, found: list[Diagnostic]) -> Indicator | None:
    with raw:
        ratio = raw.scalar(spelt("error_ratio_query"), required=True)
    if ratio is None or not _is_plain([ratio], found):
        return None
    return indicators.error_ratio(queries.parse(ratio))


def _is_plain(texts: Sequence[ScalarNode], found: list[Diagnostic]) -> bool:
    """Whether each is a template of the window, and of nothing else."""
    plain = True
    for text in texts:
        query = queries.parse(text)
        template = _TEMPLATE.search(query.node.text)
        if template is not None:
            place = native.part_of(query.node, template.start(), template.end())
            message = f"{template[0]} is a template that is not run here; only {{{{.window}}}} is known"
            found.append(telling.invalid(queries.place(place), message))
            plain = False
        elif query.tree is not None and not query.has_window:
            message = "no range in it is [{{.window}}]: all windows would hold the same"
            found.append(telling.invalid(text.position, message))
            plain = False
    return plain
