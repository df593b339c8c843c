"""A guardrail that does not guard: it fails open, requests go around it, or it blocks far more than usual.

That it blocks is what it is for: attempts are no fault of the service, and never page. These alerts are about
security, and nothing holds them back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from slo_compiler.model.expression import Expression
from slo_compiler.model.indicator import Guardrail
from slo_compiler.model.service import Service
from slo_compiler.model.slo import Slo
from slo_compiler.quantities import HOUR, MINUTE, Seconds, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.alerts import alert_labels
from slo_compiler.rules.ir import AlertingRule, Group, RecordingRule, Rule
from slo_compiler.rules.layout import block, chain
from slo_compiler.rules.selecting import authored
from slo_compiler.rules.severity import BYPASSED, FAIL_OPEN, NO_VISIBLE_IMPACT, Rated
from slo_compiler.rules.signals.labelling import notices
from slo_compiler.rules.signals.signal import LoweredSignal
from slo_compiler.rules.signals.watched import Watched
from slo_compiler.rules.signals.weeks import usual

OPEN: Final = 10 * MINUTE
"""For so long an event of failing open alerts; a page of it is one, however many there are."""

SPIKE: Final = HOUR
TIMES_USUAL: Final = 3
ENOUGH_BLOCKED: Final = 20
"""Blocks of one origin in an hour of which fewer are no spike, whatever is usual."""


class _Watch(Struct, frozen=True):
    """A guardrail's SLO, with its indicator."""

    slo: Slo
    guardrail: Guardrail
    service: Service

    def text(self, expression: Expression) -> str:
        return authored(expression, self.slo.target)

    @property
    def checks(self) -> str:
        return self.text(self.guardrail.checks.total)


def lower_guardrails(watched: Watched) -> Iterator[LoweredSignal]:
    """The alerts of each guardrail SLO, as far as its indicator says what is counted."""
    for plan, guardrail in watched.plans_of(Guardrail):
        slo = plan.slo
        rules = tuple(_rules(_Watch(slo, guardrail, watched.service)))
        if rules:
            name = names.signal_group(slo.subject, "guardrail")
            group = Group(name, watched.service.clock.evaluation_interval, rules)
            yield LoweredSignal(slo.subject, (group,))


def _rules(watch: _Watch) -> Iterator[Rule]:
    if watch.guardrail.fail_open is not None:
        yield _fail_open(watch, watch.text(watch.guardrail.fail_open))
    if watch.guardrail.traffic is not None:
        yield _bypassed(watch, watch.text(watch.guardrail.traffic))
    if watch.guardrail.blocked is not None:
        yield from _spike(watch, watch.text(watch.guardrail.blocked))


def _counted(counter: str, window: Seconds, known: str) -> str:
    """The series of a counter that counted something, those among them that were born with an event.

    ``increase`` never sees the first event of a series that is born at 1. That it was born, and not the
    monitoring, is known from a counter that was there before.
    """
    length = format_duration(window)
    born = chain("unless", counter, f"{counter} offset {length}")
    since = f"group({known} offset {length})"
    return chain(
        "or", f"(increase({counter}[{length}]) > 0)", block(f"{block(born)} > 0\nand on ()\n{since}")
    )


def _fail_open(watch: _Watch, counter: str) -> AlertingRule:
    window = format_duration(OPEN)
    return _alert(
        watch,
        names.FAIL_OPEN_ALERT,
        f"sum{block(_counted(counter, OPEN, watch.checks))}",
        FAIL_OPEN,
        hold=Seconds(0),
        summary=f"{watch.service.name} {watch.slo.name}: the guardrail fails open",
        description=(
            f"In {window} it let pass {{{{ $value | humanize }}}} times what it could not look at: that was "
            "not checked at all. Close it, or what is behind it, and look at what went through meanwhile."
        ),
    )


def _bypassed(watch: _Watch, traffic: str) -> AlertingRule:
    base = watch.service.clock.base_window
    window = format_duration(base)
    return _alert(
        watch,
        names.BYPASS_ALERT,
        chain(
            "unless on ()",
            f"(sum(increase({traffic}[{window}])) > 0)",
            block(_counted(watch.checks, base, traffic)),
        ),
        BYPASSED,
        hold=base,
        summary=f"{watch.service.name} {watch.slo.name}: requests go around the guardrail",
        description=(
            f"{{{{ $value | humanize }}}} requests in {window}, and not one check: a route, a key or a "
            "configuration leads around it, or its metrics are gone."
        ),
    )


def _spike(watch: _Watch, blocked: str) -> Iterator[Rule]:
    slo, identity = watch.slo, names.identity(watch.slo)
    origin = watch.guardrail.origin
    count, share, usual_share = (
        names.series(metric, slo)
        for metric in (names.BLOCKED, names.BLOCKED_SHARE, names.USUAL_BLOCKED_SHARE)
    )
    window = format_duration(SPIKE)
    checks = f"sum by ({origin}) (increase({watch.checks}[{window}]))"
    blocks = f"sum by ({origin}) (increase({blocked}[{window}]))"
    yield RecordingRule(names.BLOCKED, chain("or", blocks, f"0 * {checks}"), identity)
    yield RecordingRule(names.BLOCKED_SHARE, f"{count} / on ({origin}) ({checks} > 0)", identity)
    yield RecordingRule(names.USUAL_BLOCKED_SHARE, usual(share, (origin,)), identity)
    yield _alert(
        watch,
        names.BLOCKING_ALERT,
        chain(
            f"and on ({origin})",
            f"({share} > on ({origin}) {TIMES_USUAL} * {usual_share})",
            f"({count} >= {ENOUGH_BLOCKED})",
        ),
        NO_VISIBLE_IMPACT,
        hold=watch.service.clock.base_window,
        by=(origin,),
        summary=f"{watch.service.name} {slo.name}: far more is blocked than usual ({_origin(origin)})",
        description=(
            f"{{{{ $value | humanizePercentage }}}} of checks in {window} kept something out, more than "
            f"{TIMES_USUAL} times what is usual at this hour of the week. Attempts are no incident; find out "
            "whether it is an attack, a new caller, or a guardrail that was changed."
        ),
    )


def _origin(label: str) -> str:
    return f"{label} {{{{ $labels.{label} }}}}"


def _alert(  # noqa: PLR0913 what differs between the alerts
    watch: _Watch,
    name: str,
    expr: str,
    rated: Rated,
    *,
    hold: Seconds,
    by: tuple[str, ...] = (),
    **told: str,
) -> AlertingRule:
    slo = watch.slo
    return AlertingRule(
        alert=name,
        expr=expr,
        hold=hold,
        keep_firing_for=watch.service.clock.base_window,
        labels=alert_labels(slo, rated),
        annotations=notices(watch.service, slo.name, **told),
        run_time_labels=(*by, *watch.service.run_time_labels),
        because=rated.because,
    )
