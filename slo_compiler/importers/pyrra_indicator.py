"""What an SLO of Pyrra measures: selectors, over which it puts the windows itself, as we do."""

from __future__ import annotations

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.importers import indicators, native, queries, telling
from slo_compiler.importers.fields import Fields
from slo_compiler.importers.imported import Indicator
from slo_compiler.importers.queries import Query
from slo_compiler.promql.syntax import MatchOperator, VectorSelector
from slo_compiler.schema.yaml.nodes import ScalarNode


def indicator_of(
    indicator: Fields | None, found: list[Diagnostic]
) -> tuple[Indicator | None, ScalarNode | None]:
    """The indicator, and the job whose metrics it reads where one is named."""
    if indicator is None:
        return None, None
    with indicator:
        kinds = {
            key: fields
            for key in ("ratio", "latency", "latencyNative", "bool_gauge")
            if (fields := indicator.fields(key)) is not None
        }
    if len(kinds) != 1:
        message = "an indicator is one of ratio, latency, latencyNative and bool_gauge: this is not clear"
        found.append(telling.invalid(indicator.position, message))
        return None, None
    ((kind, fields),) = kinds.items()
    with fields:
        grouping = _grouping(fields)
        match kind:
            case "ratio":
                return _ratio(fields, grouping)
            case "latency":
                return _latency(fields, grouping, found)
            case "latencyNative":
                return _native_latency(fields, grouping)
            case _:
                return _bool_gauge(fields, grouping)


def _grouping(fields: Fields) -> tuple[str, ...]:
    return tuple(item.text for item in fields.items("grouping") if isinstance(item, ScalarNode))


def _metric(fields: Fields, key: str) -> ScalarNode | None:
    """The selector of a metric, which stands one level farther in."""
    part = fields.fields(key, required=True)
    if part is None:
        return None
    with part:
        return _selector(part)


def _selector(fields: Fields) -> ScalarNode | None:
    """What is behind ``metric``, which has to be the selector of one; no PromQL is told of by its check."""
    metric = fields.scalar("metric", required=True)
    tree = None if metric is None else queries.parse(metric).tree
    if metric is not None and tree is not None and not isinstance(tree, VectorSelector):
        message = "metric takes the selector of a metric, over which Pyrra itself puts sums and rates"
        fields.found.append(telling.invalid(metric.position, message))
        return None
    return metric


def _ratio(fields: Fields, grouping: tuple[str, ...]) -> tuple[Indicator | None, ScalarNode | None]:
    errors, total = _metric(fields, "errors"), _metric(fields, "total")
    if errors is None or total is None:
        return None, None
    whole = _over_window(total, grouping)
    return indicators.counted("bad", _over_window(errors, grouping), whole), _job(whole)


def _over_window(metric: ScalarNode, grouping: tuple[str, ...]) -> Query:
    """What Pyrra makes of a selector: the sum of its rate, with the window before any offset."""
    query = queries.parse(metric)
    by = f"sum by ({', '.join(grouping)}) " if grouping else "sum"
    before = f"{by}(rate("
    tree = query.tree
    if not isinstance(tree, VectorSelector):
        return query
    end = queries.end_of_selector(tree, query.node.text)
    return queries.with_text(query, before, end, "[$window]", "))")


def _latency(
    fields: Fields, grouping: tuple[str, ...], found: list[Diagnostic]
) -> tuple[Indicator | None, ScalarNode | None]:
    success, total = _metric(fields, "success"), _metric(fields, "total")
    if success is None or total is None:
        return None, None
    tree = queries.parse(success).tree
    if isinstance(tree, VectorSelector) and queries.bucket(tree) is None:
        message = (
            "the metric of fast requests has no matcher on le that takes one bucket: it counts a request "
            'once in each that it selects, so that too many would seem fast; write for example le="0.5"'
        )
        found.append(telling.invalid(success.position, message))
        return None, None
    whole = _over_window(total, grouping)
    return indicators.counted("good", _over_window(success, grouping), whole), _job(whole)


def _native_latency(fields: Fields, grouping: tuple[str, ...]) -> tuple[Indicator | None, ScalarNode | None]:
    total = _metric(fields, "total")
    latency = fields.scalar("latency", required=True)
    if total is None or latency is None:
        return None, None
    threshold, type_ = native.text(latency.text, latency), native.text("native", latency)
    indicator = indicators.latency(total, threshold, grouping, type_)
    return indicator, _job(queries.parse(total))


def _bool_gauge(fields: Fields, grouping: tuple[str, ...]) -> tuple[Indicator | None, ScalarNode | None]:
    metric = _selector(fields)
    if metric is None:
        return None, None
    indicator = Indicator(native.mapping(metric, {"probe": metric}), grouping)
    return indicator, _job(queries.parse(metric))


def _job(query: Query) -> ScalarNode | None:
    """The one job that a query reads, at its place in the query."""
    for selector in queries.selectors(query):
        for matcher in selector.matchers:
            if matcher.label == "job" and matcher.operator is MatchOperator.EQUAL and matcher.value:
                return native.text(matcher.value, query.node)
    return None
