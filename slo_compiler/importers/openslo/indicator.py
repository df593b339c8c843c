"""What an SLO of OpenSLO measures: queries without a window, which are told apart by their syntax trees."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.importers import indicators, queries, telling
from slo_compiler.importers.fields import Fields
from slo_compiler.importers.imported import Indicator
from slo_compiler.importers.indicators import Kind
from slo_compiler.importers.openslo.objects import Objects, part_of
from slo_compiler.importers.queries import Query
from slo_compiler.schema.refusal import described
from slo_compiler.schema.yaml.nodes import MappingNode, ScalarNode

PROMETHEUS: Final = ("prometheus", "promql", "thanos", "mimir", "cortex", "victoriametrics", "amp", "gmp")
"""Types of data sources that rules of Prometheus can read."""

_COUNTER_SUFFIXES: Final = ("_total", "_count", "_bucket", "_sum")


class Measured(Struct, frozen=True):
    """The queries of an indicator, before an objective says how they are judged.

    Either ``counted``, whose ``kind`` is good or bad, over ``total``; or ``ratio``, of ``kind``; or
    ``gauge``.
    """

    kind: Kind = "bad"
    counted: Query | None = None
    total: Query | None = None
    ratio: Query | None = None
    gauge: Query | None = None
    is_counter: bool = True


def indicator_of(spec: Fields, objects: Objects, found: list[Diagnostic]) -> Measured | None:
    """The indicator that stands in an SLO or in one of its objectives, or that of the SLI it refers to."""
    reference, inline = spec.scalar("indicatorRef"), spec.fields("indicator")
    if reference is not None and inline is not None:
        message = "indicator and indicatorRef exclude each other: which of them is measured is not clear"
        found.append(telling.invalid(reference.position, message))
        return None
    if reference is not None:
        node = objects.referred("SLI", reference)
        return _sli(node, objects, found) if node is not None else None
    if inline is None:
        return None
    if inline.has("spec"):
        return _sli(inline.node, objects, found)
    with inline:
        return _metric(inline, objects, found)


def _sli(node: MappingNode, objects: Objects, found: list[Diagnostic]) -> Measured | None:
    _, spec = part_of(node, "an SLI", found)
    if spec is None:
        return None
    with spec:
        return _metric(spec, objects, found)


def _metric(fields: Fields, objects: Objects, found: list[Diagnostic]) -> Measured | None:
    ratio, threshold = fields.fields("ratioMetric"), fields.fields("thresholdMetric")
    if (ratio is None) == (threshold is None):
        message = "one of ratioMetric and thresholdMetric says what is measured"
        found.append(telling.invalid(fields.position, message))
        return None
    if ratio is not None:
        return ratio_metric(ratio, objects, found)
    gauge = source(threshold, objects, found) if threshold is not None else None
    return None if gauge is None else Measured(gauge=gauge)


def ratio_metric(ratio: Fields, objects: Objects, found: list[Diagnostic]) -> Measured | None:
    """What ``ratioMetric`` says, or ``ratioMetrics`` of v1alpha."""
    with ratio:
        counter, incremental = ratio.flag("counter"), ratio.flag("incremental")
        parts = {key: ratio.fields(key) for key in ("good", "bad", "total", "raw")}
        raw_type = ratio.scalar("rawType")
        read = {key: source(part, objects, found) for key, part in parts.items() if part is not None}
    queries_ = {key: query for key, query in read.items() if query is not None}
    if len(queries_) < len(read):
        return None
    said = incremental if counter is None else counter
    match queries_:
        case {"raw": raw, **others} if not others:
            return _raw(raw, raw_type, ratio, found)
        case {"bad": bad, "total": total, **others} if not others:
            return Measured("bad", bad, total, is_counter=_counts(bad, ratio, found, said=said))
        case {"good": good, "total": total, **others} if not others:
            return Measured("good", good, total, is_counter=_counts(good, ratio, found, said=said))
        case _:
            given = ", ".join(read) or "nothing"
            message = f"good or bad with total, or raw alone, say a ratio; {given} does not"
            found.append(telling.invalid(ratio.position, message))
            return None


def _raw(
    query: Query, raw_type: ScalarNode | None, ratio: Fields, found: list[Diagnostic]
) -> Measured | None:
    kinds: dict[str, Kind] = {"success": "good", "failure": "bad"}
    kind = kinds.get(raw_type.text.lower()) if raw_type is not None else None
    if kind is None:
        message = "rawType has to say whether raw is the ratio of success or of failure"
        found.append(telling.invalid(raw_type.position if raw_type else ratio.position, message))
        return None
    return Measured(kind, ratio=query)


def _counts(query: Query, ratio: Fields, found: list[Diagnostic], *, said: bool | None) -> bool:
    """Whether the queries are of counters, which go up only; told where nothing but their names say so."""
    if said is not None or query.ranges:
        return said is not False
    names = [selector.metric or "" for selector in queries.selectors(query)]
    if not all(name.endswith(_COUNTER_SUFFIXES) for name in names):
        message = (
            "counter is missing: the queries are taken for counters, which only go up; of numbers that go "
            "down as well every fall would count as a restart"
        )
        found.append(telling.changed(ratio.position, message))
    return True


def source(metric: Fields, objects: Objects, found: list[Diagnostic]) -> Query | None:
    """The query of a metric of v1 or v1alpha; None, and a word on it, where Prometheus has no part in it."""
    with metric:
        if metric.has("metricSource"):
            return _metric_source(metric.fields("metricSource"), objects, found)
        type_ = metric.scalar("source")
        metric.take("queryType")
        return _query(type_, metric.scalar("query", required=True), found)


def _metric_source(source_: Fields | None, objects: Objects, found: list[Diagnostic]) -> Query | None:
    if source_ is None:
        return None
    with source_:
        reference = source_.scalar("metricSourceRef")
        type_ = source_.scalar("type") or _type_of(reference, objects, found)
        spec = source_.fields("spec", required=True)
    if spec is None:
        return None
    if type_ is not None and type_.text.lower() not in PROMETHEUS:
        return _query(type_, None, found)
    with spec:
        for key in ("queryType", "dimensions", "region"):
            spec.take(key)
        return _query(type_, spec.scalar("query") or spec.scalar("promql", required=True), found)


def _type_of(reference: ScalarNode | None, objects: Objects, found: list[Diagnostic]) -> ScalarNode | None:
    """The type of the data source that is referred to. One that is defined elsewhere is taken on trust."""
    node = objects.get("DataSource", reference.text) if reference is not None else None
    if node is None:
        return None
    _, spec = part_of(node, "a DataSource", found)
    if spec is None:
        return None
    with spec:
        spec.take("connectionDetails")  # of the server that loads the rules
        return spec.scalar("type")


def _query(type_: ScalarNode | None, query: ScalarNode | None, found: list[Diagnostic]) -> Query | None:
    if type_ is not None and type_.text.lower() not in PROMETHEUS:
        message = (
            f"this is measured by {described(type_.text)}, which Prometheus cannot read: nobody watches it"
        )
        found.append(telling.slo_lost(type_.position, message))
        return None
    return None if query is None else queries.parse(query)


def occurrences(measured: Measured) -> Indicator | None:
    """The indicator of events, each of which is good or bad."""
    match measured:
        case Measured(counted=Query() as counted, total=Query() as total):
            if not measured.is_counter:
                counted, total = (queries.over_window(query, "sum_over_time") for query in (counted, total))
            return indicators.counted(measured.kind, counted, total, bare=measured.is_counter)
        case Measured(ratio=Query() as ratio):
            return indicators.error_ratio(errors_of(measured.kind, ratio))
        case _:
            return None


def errors_of(kind: Kind, ratio: Query) -> Query:
    """A ratio of good events or bad ones as that of bad ones over the window."""
    over = queries.with_window(ratio) if ratio.ranges else queries.over_window(ratio, "avg_over_time")
    return over if kind == "bad" else queries.parsed(queries.surrounded(over, "1 - (", ")"))
