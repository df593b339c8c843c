"""The question of the room: do these metrics hold what these specs read?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from slo_compiler.diagnostics import Diagnostic, in_reading_order
from slo_compiler.model.indicator import Latency
from slo_compiler.promql.queries import metric_of
from slo_compiler.rules.program import Program
from slo_compiler.verify.buckets import check_histogram
from slo_compiler.verify.grouping import check_groups
from slo_compiler.verify.looked_for import looked_for
from slo_compiler.verify.looking import Looked
from slo_compiler.verify.metrics import Metrics
from slo_compiler.verify.of_adapters import check_adapters, is_to_be_recorded
from slo_compiler.verify.presence import check_name, check_selection
from slo_compiler.verify.selecting import label_matchers, selected
from slo_compiler.verify.taken_for import check_type
from slo_compiler.verify.values import check_values


def verify(
    program: Program, metrics: Metrics, *, progress: Callable[[str], None] = lambda _: None
) -> list[Diagnostic]:
    """Everything that is missing or otherwise than a spec takes it to be, in reading order.

    Args:
        program: what the specs compile to.
        metrics: everything that was seen; a metric of any spec is looked for in all of it.
        progress: told the id of each SLO and signal as it is looked into.
    """
    found: list[Diagnostic] = []
    wanted: dict[str, None] = {}
    for looked in looked_for(program):
        progress(looked.id)
        name = metric_of(looked.selector)
        if name is None:  # promql/unnamed tells of it where it matters
            continue
        wanted[name] = None
        if _finds(looked, name, metrics) or not is_to_be_recorded(name, program, metrics):
            found += _verify(looked, name, metrics)
    found += check_adapters(program, metrics, wanted)
    return in_reading_order(found)


def _finds(looked: Looked, name: str, metrics: Metrics) -> bool:
    return bool(selected(metrics.of(name), label_matchers(looked.selector), metrics, looked.release))


def _verify(looked: Looked, name: str, metrics: Metrics) -> Iterator[Diagnostic]:
    if looked.slo is not None and isinstance(looked.slo.indicator, Latency):
        yield from check_histogram(looked, name, looked.slo.indicator, metrics)
        return
    missing = list(check_name(looked, name, metrics))
    if missing:
        yield from missing
        return
    yield from check_type(looked, name, metrics)
    unselected = list(check_selection(looked, name, metrics))
    yield from unselected
    if not unselected:
        yield from check_values(looked, name, metrics)
        yield from check_groups(looked, name, metrics)
