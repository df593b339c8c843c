"""A rule group as several that are evaluated one after the other, for rulers that write asynchronously."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec.structs import replace

from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import metric_of, vector_selectors
from slo_compiler.promql.release import Release
from slo_compiler.rules.ir import AlertingRule, Group, Rule


def stages(group: Group, release: Release) -> tuple[Group, ...]:
    """The rules of a group such that none reads what another of its own stage writes.

    The last stage has the alerts and the name of the group, so that alerts keep their group whatever is
    recorded before; the others are ``<name>:1``, ``<name>:2`` and so on. A group whose rules do not read each
    other stays whole.

    Args:
        group: rules, each after what it reads.
        release: the Prometheus that its expressions are written for.
    """
    depths: dict[str, int] = {}
    levels: defaultdict[int, list[Rule]] = defaultdict(list)
    alerts = []
    for rule in group.rules:
        depth = max((depths[metric] + 1 for metric in _metrics(rule, release) if metric in depths), default=0)
        if isinstance(rule, AlertingRule):
            alerts.append((depth, rule))
        else:
            depths[rule.record] = max(depth, depths.get(rule.record, 0))
            levels[depth].append(rule)
    last = max([*levels, *(depth for depth, _ in alerts)], default=0)
    levels[last] += [rule for _, rule in alerts]
    return tuple(
        replace(group, name=group.name if level == last else f"{group.name}:{level + 1}", rules=tuple(rules))
        for level, rules in sorted(levels.items())
    )


def _metrics(rule: Rule, release: Release) -> Iterator[str]:
    parsed = parse(rule.expr, release)
    if not isinstance(parsed, list):  # rules/broken tells of it
        for selector in vector_selectors(parsed.tree):
            metric = metric_of(selector)
            if metric is not None:
                yield metric
