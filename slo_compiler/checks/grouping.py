"""Whether an SLO a label value can be told apart: the labels of ``group_by`` against everything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slo_compiler.diagnostics import Diagnostic, error
from slo_compiler.model.expression import Expression
from slo_compiler.model.indicator import Bad, ErrorRatio, Events, Good
from slo_compiler.model.slo import Slo
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import output_labels
from slo_compiler.promql.release import release_named
from slo_compiler.promql.template import Template, parse_template


def check_grouping(slo: Slo) -> Iterator[Diagnostic]:
    """What keeps ``group_by`` from giving one SLO a value of its labels."""
    for index, label in enumerate(slo.group_by):
        position = slo.locate("group_by", index)
        if label in slo.group_by[:index]:
            message = f"group_by names {label} a second time, which changes nothing; remove it"
            yield error(position, "group/repeated", message)
        if isinstance(parse(f"sum by ({label}) (up)", release_named(slo.target)), list):
            yield error(
                position,
                "group/keyword",
                f"group_by names {label}, a word of PromQL's own: {slo.target} would refuse every rule "
                "of this SLO; relabel the series",
            )
        static = next((each[label] for each in _static(slo) if label in each), None)
        if static is not None:
            yield error(
                position,
                "group/overwritten",
                f"{label} is both in group_by and a static label of value {static!r}, which every "
                "group's alert would then carry: nobody could tell them apart; remove one of the two",
            )
    for expression in _aggregating(slo):
        yield from _check_kept(expression, slo)


def _static(slo: Slo) -> Iterator[Mapping[str, str]]:
    yield slo.labels
    yield from slo.severity_labels.values()


def _aggregating(slo: Slo) -> tuple[Expression, ...]:
    """The expressions in which an author may have summed the labels away."""
    match slo.indicator:
        case Events(counted=Bad(expression) | Good(expression), total=total):
            return expression, total
        case ErrorRatio(expression=expression):
            return (expression,)
        case _:
            return ()


def _check_kept(expression: Expression, slo: Slo) -> Iterator[Diagnostic]:
    template = parse_template(expression.text, release_named(slo.target))
    if not isinstance(template, Template):
        return
    kept = output_labels(template.expression.tree)
    lost = [label for label in slo.group_by if kept is not None and label not in kept]
    if lost:
        yield error(
            expression.position,
            "group/lost",
            f"group_by wants {', '.join(lost)}, which this expression aggregates away: all groups would be "
            f"one; add by ({', '.join(slo.group_by)})",
        )
    elif not slo.group_by and kept and isinstance(slo.indicator, ErrorRatio):
        yield error(
            expression.position,
            "group/unasked",
            f"the ratio comes once for each {', '.join(sorted(kept))}; without group_by only the worst of "
            "them would be kept: add group_by or aggregate",
        )
