"""What the generated rules cost a Prometheus, beside the usual shapes, and how right they are.

``python -m bench.rules [--series N]``. A real server holds 35 days of a service that is scraped every 30s, in
N source series, and what the rules have recorded of it. Each rule is then evaluated when its group would be,
and costs the samples that it reads and the time that the engine takes, as the server itself tells. To make
that past takes minutes; it is kept beside the oracles. Of more than 40 series only the last four days are
real: all that any rule reads of raw series, but the budget by increase.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Final

from bench.costs import Cost, Engine, Rule, costs_of, engine_of, together
from bench.tsdb import past, serving
from slo_compiler.compiler import compile_sources
from slo_compiler.quantities import DAY, HOUR, MINUTE, SECOND, Seconds, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.ir import Group, RecordingRule
from slo_compiler.rules.program import LoweredSlo
from slo_compiler.sources import Source, Sources
from tests.conftest import prometheus_of
from tests.engine.replay import EPOCH, FIRST_EVALUATIONS
from tests.oracles.releases import PROMETHEUS_3_5

EVALUATIONS: Final = 30
"""At so many the windows are compared with what was counted: 47 minutes apart, those of a day."""

OBJECTIVE: Final = 0.999
SPEC: Final = b"""
apiVersion: slo-compiler/v1
service: shop
owners: {serving: shop}
slos:
  - name: availability
    objective: 99.9%
    indicator:
      ratio: {bad: 'requests_total{code=~"5.."}', total: requests_total}
"""

PERIOD: Final = 30 * DAY
RATIO: Final = 'sum(rate(requests_total{{code=~"5.."}}[{0}])) / sum(rate(requests_total[{0}]))'

THREE_TIERS: Final = {14.4: (HOUR, 5 * MINUTE), 6: (6 * HOUR, 30 * MINUTE), 1: (3 * DAY, 6 * HOUR)}
"""Long and short windows by burn rate: those that our rules have, too."""
FOUR_TIERS: Final = {**THREE_TIERS, 3: (DAY, 2 * HOUR)}
"""The Site Reliability Workbook's, with the one that it calls optional: what rule generators write."""

RECORDED_RATIO: Final = "reference:ratio5m"
MEAN_OF_RATIOS: Final = f"sum_over_time({RECORDED_RATIO}[30d]) / count_over_time({RECORDED_RATIO}[30d])"
ALSO_RECORDED: Final = (
    f"{RECORDED_RATIO} / 0.001",
    f"1 - {RECORDED_RATIO} / 0.001",
    "vector(1)",
    f"absent({RECORDED_RATIO})",
)
"""A burn rate, the budget that is left, what describes the SLO, and the alert for missing data: ours, too."""
INCREASE: Final = 'sum(increase(requests_total{code=~"5.."}[30d])) / sum(increase(requests_total[30d]))'


def main(series: int) -> None:
    """Print what the rules cost, and how far each window is from what was counted."""
    prometheus, slo = prometheus_of(PROMETHEUS_3_5), measured_slo()
    shapes = _shapes(slo, series)
    with serving(prometheus, histories(slo), series) as server, engine_of(server) as engine:
        print(f"{series:,} source series, scraped every 30s for 35 days; Prometheus {prometheus.version}")
        costs = costs_of(engine, shapes)
        _print_shapes(shapes, costs)
        _print_ours(slo, costs)
        _print_errors(engine, slo)


def measured_slo() -> LoweredSlo:
    """The SLO whose rules are measured."""
    compilation = compile_sources(Sources((Source("shop.yaml", SPEC),)))
    if compilation.program is None:
        raise ValueError(compilation.diagnostics)
    return compilation.program.slos[0]


def histories(slo: LoweredSlo) -> list[Group]:
    """The rules that others read: our windows, and the ratio that a mean of ratios is made of."""
    reference = RecordingRule(RECORDED_RATIO, RATIO.format("5m"))
    return [
        Group(
            group.name,
            group.interval,
            tuple(
                rule for rule in group.rules if isinstance(rule, RecordingRule) and "increase" in rule.record
            )
            + ((reference,) if group is slo.groups[0] else ()),
        )
        for group in slo.groups
    ]


def rules_of(slo: LoweredSlo) -> dict[str, Rule]:
    """By what each records, or its alert."""
    return {
        rule.record if isinstance(rule, RecordingRule) else rule.alert: Rule(rule.expr, group.interval, first)
        for group, first in zip(slo.groups, FIRST_EVALUATIONS, strict=True)
        for rule in group.rules
    }


def _shapes(slo: LoweredSlo, series: int) -> dict[str, list[Rule]]:
    shapes = {
        "ours": list(rules_of(slo).values()),
        "raw windows and a mean of ratios, four tiers": _reference(FOUR_TIERS),
        "the same, our three tiers": _reference(THREE_TIERS),
    }
    if series <= 40:  # more have no month of raw series
        shapes["the budget alone by increase over raw series"] = [Rule(INCREASE, 150 * SECOND)]
    return shapes


def _reference(tiers: Mapping[float, tuple[Seconds, Seconds]]) -> list[Rule]:
    """Each window a ratio of rates over raw series, that of the period a mean of the shortest; and alerts."""
    windows = sorted({window for windows in tiers.values() for window in windows})
    expressions = [RATIO.format(format_duration(window)) for window in windows]
    above = [f"{RECORDED_RATIO} > {burn} * 0.001" for burn in tiers]  # as cheap to look up as any window
    alerts = [f"{condition} and {condition}" for condition in above]
    return [Rule(expr, 30 * SECOND) for expr in (*expressions, MEAN_OF_RATIOS, *alerts, *ALSO_RECORDED)]


def _print_shapes(shapes: Mapping[str, Sequence[Rule]], costs: Mapping[Rule, Cost]) -> None:
    of_shapes = {shape: together(rules, costs) for shape, rules in shapes.items()}
    least = of_shapes["ours"]
    print(f"\n{'an SLO and minute':46}{'samples read':>14}{'evaluation':>14}")
    for shape, cost in of_shapes.items():
        times = f"{cost.samples / least.samples:12.1f}x{cost.milliseconds / least.milliseconds:9.1f}x"
        print(
            f"{shape:46}{cost.samples:14,.0f}{cost.milliseconds:11.2f} ms" + ("" if cost is least else times)
        )


def _print_ours(slo: LoweredSlo, costs: Mapping[Rule, Cost]) -> None:
    print(f"\n{'ours, rule by rule':46}{'samples read':>14}{'evaluation':>14}")
    for name, rule in rules_of(slo).items():
        print(f"{name:46}{costs[rule].samples:14,.0f}{costs[rule].milliseconds:11.2f} ms")


def _print_errors(engine: Engine, slo: LoweredSlo) -> None:
    """The largest error of each window, at some evaluations of the last day."""
    print(f"\n{'error ratio, off by at most':28}{'ours':>12}{'reference':>12}")
    for window in (*(window.length for window in slo.plan.windows.recorded), PERIOD):
        ours, reference = _queries(window, slo)
        print(
            f"{format_duration(window):28}{_error(engine, ours, window):12.3%}"
            f"{_error(engine, reference, window):12.3%}"
        )


def _queries(window: Seconds, slo: LoweredSlo) -> tuple[str, str]:
    if window == PERIOD:
        budget = next(
            rule.expr
            for group in slo.groups
            for rule in group.rules
            if isinstance(rule, RecordingRule) and rule.record == names.BUDGET_REMAINING
        )
        return f"(1 - ({budget})) * {1 - OBJECTIVE}", MEAN_OF_RATIOS
    errors, events = (names.series(metric(window), slo.plan.slo) for metric in (names.errors, names.events))
    return f"{errors} / {events}", RATIO.format(format_duration(window))


def _error(engine: Engine, expr: str, window: Seconds) -> float:
    off = []
    for back in range(EVALUATIONS):
        time = Rule(expr, 47 * MINUTE).evaluation(back)
        (result,) = engine.query(expr, time)["result"]
        errors, events = past().within(float(window), time - EPOCH)
        off.append(abs(float(result["value"][1]) / (errors / events) - 1))
    return max(off)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="What the rules cost a Prometheus.")
    arguments.add_argument("--series", type=int, default=40, help="source series, a multiple of 5")
    main(arguments.parse_args().series)
