"""What our rules would cost a Prometheus in other shapes that were tried, beside those that are generated.

``python -m bench.rules_tried [--series N]``. Why none was taken is told in ``docs/rules.md``. Each shape is
made of the generated rules, a few of them written otherwise or evaluated at another pace. What those read and
ours do not record is recorded beside it, in a past of its own that takes minutes to make.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from bench.costs import Engine, Rule, costs_of, engine_of, together
from bench.rules import histories, measured_slo, rules_of
from bench.tsdb import serving
from slo_compiler.burnrate.windows import Tiles, Window
from slo_compiler.quantities import DAY, HOUR
from slo_compiler.rules import names, windows
from slo_compiler.rules.ir import Group, RecordingRule
from slo_compiler.rules.layout import block, chain, terms
from slo_compiler.rules.patterns import filled
from slo_compiler.rules.program import LoweredSlo
from tests.conftest import prometheus_of
from tests.engine.replay import FIRST_EVALUATIONS
from tests.oracles.releases import PROMETHEUS_3_5

KINDS: Final = ("events", "errors")
LONG: Final = ("6h", "3d")
"""The windows whose history is read from coarse copies."""
ADDED_UP: Final = ("30m", "1h", *LONG)
REST: Final = re.compile(r"sum_over_time\(.*\[2d18h\] offset 6h\)")


class Try(NamedTuple):
    """A shape of the rules."""

    rules: Mapping[str, Rule | None]
    """Those that differ from ours, by what they record; None where one of ours is not needed."""
    recorded: tuple[RecordingRule, ...] = ()
    """What they read at the fast pace, beside what ours record."""
    copied: tuple[RecordingRule, ...] = ()
    """And at the coarse pace."""


@dataclass(frozen=True, slots=True)
class Text:
    """The generated rule of the events of a window, taken apart."""

    counted: str
    """The events of a series that is as old as the window."""
    old: str
    """What is there of such a series alone."""
    average: str
    """The events of a younger one."""


def main(series: int) -> None:
    """Print what each shape costs a minute, by how much that differs from ours, and whether values do."""
    prometheus, slo = prometheus_of(PROMETHEUS_3_5), measured_slo()
    ours, tries = rules_of(slo), tries_of(slo)
    past = _with(histories(slo), tries.values())
    different = {name: [*filter(None, each.rules.values())] for name, each in tries.items()}
    with serving(prometheus, past, series) as server, engine_of(server) as engine:
        costs = costs_of(engine, {"ours": list(ours.values()), **different})
        off = {name: _off(engine, each, ours) for name, each in tries.items()}
    own = together(ours.values(), costs)
    print(f"{series:,} source series{'rules':>48}{'samples read':>14}{'evaluation':>14}{'':10}values off by")
    print(f"{'ours':60}{len(ours):8}{own.samples:14,.0f}{own.milliseconds:11.2f} ms")
    for name, each in tries.items():
        rules = [*filter(None, {**ours, **each.rules}.values())]
        cost = together(rules, costs)
        print(
            f"{name:60}{len(rules):8}{cost.samples:14,.0f}{cost.milliseconds:11.2f} ms"
            f"{cost.milliseconds / own.milliseconds - 1:+10.0%}{off[name]:13.3%}"
        )


def _off(engine: Engine, each: Try, ours: Mapping[str, Rule]) -> float:
    """How far what is recorded is from what ours record at the same time, at most."""
    return max(
        abs(_value(engine, rule.expr, time) / _value(engine, ours[name].expr, time) - 1)
        for name, rule in each.rules.items()
        if rule is not None and name in ours
        for time in [rule.evaluation(back=0)]
    )


def _value(engine: Engine, expr: str, time: int) -> float:
    """The value, that of the events where there are errors, too."""
    result = engine.query(expr, time)["result"]
    return float(next(each["value"][1] for each in result if each["metric"].get("of") != "errors"))


def _with(groups: Iterable[Group], tries: Iterable[Try]) -> list[Group]:
    fast, slow, coarse = groups
    recorded = [rule for each in tries for rule in each.recorded]
    copied = [rule for each in tries for rule in each.copied]
    return [
        Group(fast.name, fast.interval, (*fast.rules, *recorded)),
        slow,
        Group(coarse.name, coarse.interval, (*coarse.rules, *copied)),
    ]


def tries_of(slo: LoweredSlo) -> dict[str, Try]:
    """The shapes by what they are."""
    return {
        "windows of 1d between those of 6h and 3d": _days(slo),
        "averages of young series by rules of the slow group": _young(slo),
        "sums for gaps of 3d by rules of the slow group, too": _gaps(slo),
        "events of 3d in the slow group, errors as they are": _in_slow_group(slo, "events"),
        "events and errors of 3d in the slow group": _in_slow_group(slo, *KINDS),
        "errors and events by one rule, told apart by a label": _both(slo),
        "running totals, each window the difference of two": _totals(slo),
    }


def _days(slo: LoweredSlo) -> Try:
    """A day is four tiles of 6h, and three days are three of a day."""
    day, days = Window(DAY, Tiles((6 * HOUR,) * 4)), Window(3 * DAY, Tiles((DAY,) * 3))
    read = {
        metric(window.length): filled(counted(window, slo.plan.windows), names.own(slo.plan.slo.subject))
        for window in (day, days)
        for metric, counted in ((names.events, windows.events), (names.errors, windows.errors))
    }
    recorded = tuple(_record(slo, metric, read[metric]) for metric in (names.events(DAY), names.errors(DAY)))
    return Try({metric: _fast(slo, expr) for metric, expr in read.items()}, recorded)


def _young(slo: LoweredSlo) -> Try:
    """Where a series is young, its average is a series; else there is none, and none to look up."""
    rules = {}
    for window in LONG:
        text, young = _text(slo, window), f"reference:young{window}"
        rules[young] = _slow(slo, chain("unless", text.average, text.old))
        rules[f"slo:events:increase{window}"] = _fast(
            slo, chain("or", names.series(young, slo.plan.slo), text.counted)
        )
    return Try(rules)


def _gaps(slo: LoweredSlo) -> Try:
    """The same, and what takes the place of missing tiles of 3d is recorded as well, an interval late."""
    rules, recorded = dict(_young(slo).rules), []
    for kind in KINDS:
        window, rest = f"slo:{kind}:increase3d", f"reference:rest:{kind}"
        expr = (rules.get(window) or rules_of(slo)[window]).expr
        (total,) = REST.findall(expr)
        rules[rest] = _slow(slo, total)
        rules[window] = _fast(slo, expr.replace(total, names.series(rest, slo.plan.slo)))
        recorded.append(_record(slo, rest, total))
    return Try(rules, tuple(recorded))


def _in_slow_group(slo: LoweredSlo, *kinds: str) -> Try:
    """Up to an interval late; where errors are not, a burst of events can make more errors than events."""
    ours = rules_of(slo)
    return Try({f"slo:{kind}:increase3d": _slow(slo, ours[f"slo:{kind}:increase3d"].expr) for kind in kinds})


def _both(slo: LoweredSlo) -> Try:
    """One look-up finds the tiles of both."""
    rules: dict[str, Rule | None] = {}
    for window in ADDED_UP:
        text = _text(slo, window)
        of_events = re.compile(r"slo:events:(\w+)\{([^}]*)\}")
        average, old = (
            of_events.sub(r'reference:counts:\1{\2, of="events"}', each) for each in (text.average, text.old)
        )
        counted = text.counted.replace("slo:events:", "reference:counts:")
        rules[f"slo:events:increase{window}"] = _fast(
            slo, chain("or", block(chain("unless", average, old)), counted)
        )
        rules[f"slo:errors:increase{window}"] = None
    recorded = tuple(_told_apart(slo, f"increase{window}") for window in ("5m", *ADDED_UP[:-1]))
    return Try(rules, recorded, (_told_apart(slo, "increase5m_coarse"),))


def _told_apart(slo: LoweredSlo, metric: str) -> RecordingRule:
    events, errors = (
        f'label_replace({names.series(f"slo:{kind}:{metric}", slo.plan.slo)}, "of", "{kind}", "", "")'
        for kind in KINDS
    )
    return _record(slo, f"reference:counts:{metric}", chain("or", events, errors))


def _totals(slo: LoweredSlo) -> Try:
    """Each total is that of a base window before and what was counted since: ten of them, side by side.

    Counters of the bench never begin again, so that here their sums are totals.
    """
    counters = ("requests_total", 'requests_total{code=~"5.."}')
    recorded = tuple(
        _record(slo, f"reference:total:{kind}", f"sum({counter})")
        for kind, counter in zip(KINDS, counters, strict=True)
    )
    copied = tuple(
        _record(slo, names.coarse(rule.record), names.series(rule.record, slo.plan.slo)) for rule in recorded
    )
    rules: dict[str, Rule | None] = {}
    for kind in KINDS:
        total, base = f"reference:total:{kind}", names.series(f"slo:{kind}:increase5m", slo.plan.slo)
        rules[total] = _fast(slo, terms("+", block(_before(slo, kind, "5m", f"0 * {base}")), base))
        rules[names.coarse(total)] = rules_of(slo)[f"slo:{kind}:increase5m_coarse"]
        for window in ADDED_UP:
            rules[f"slo:{kind}:increase{window}"] = _fast(slo, _difference(slo, kind, window))
    spent = terms("/", *(block(_difference(slo, kind, "30d")) for kind in ("errors", "events")), "0.001")
    rules[names.BUDGET_REMAINING] = _slow(slo, f"1\n- {block(spent)}")
    return Try(rules, recorded, copied)


def _difference(slo: LoweredSlo, kind: str, window: str) -> str:
    total = names.series(f"reference:total:{kind}", slo.plan.slo)
    if kind == "errors":
        return terms("-", total, block(_before(slo, kind, window, f"0 * {total}")))
    counted = terms("-", total, block(_before(slo, kind, window)))
    return chain("or", block(counted), _text(slo, window).average)


def _before(slo: LoweredSlo, kind: str, window: str, *otherwise: str) -> str:
    """The total before a window; of a moment at which nothing was evaluated, the last one before."""
    total = f"reference:total:{kind}"
    copy = names.series(names.coarse(total), slo.plan.slo)
    return chain(
        "or",
        f"{names.series(total, slo.plan.slo)} offset {window}",
        f"last_over_time({copy}[1d] offset {window})",
        *otherwise,
    )


def _text(slo: LoweredSlo, window: str) -> Text:
    ours = rules_of(slo)
    if window == "30d":
        lines = [line.strip() for line in ours[names.BUDGET_REMAINING].expr.splitlines()]
        return Text("", "", next(line for line in lines if line.startswith("avg_over_time")))
    lines = [line.strip() for line in ours[f"slo:events:increase{window}"].expr.splitlines()]
    return Text(
        counted=ours[f"slo:errors:increase{window}"].expr.replace("slo:errors:", "slo:events:"),
        old=lines[lines.index("and") + 1],
        average=lines[-1],
    )


def _record(slo: LoweredSlo, metric: str, expr: str) -> RecordingRule:
    return RecordingRule(metric, expr, names.identity(slo.plan.slo))


def _fast(slo: LoweredSlo, expr: str) -> Rule:
    return Rule(expr, slo.plan.windows.evaluation_interval)


def _slow(slo: LoweredSlo, expr: str) -> Rule:
    return Rule(expr, slo.plan.windows.slow_interval, FIRST_EVALUATIONS[1])


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="What other shapes of our rules would cost.")
    arguments.add_argument("--series", type=int, default=40, help="source series, a multiple of 5")
    main(arguments.parse_args().series)
