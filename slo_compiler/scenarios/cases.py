"""The test cases of an SLO: the scripts for its numbers, with its series and alerts by their names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, assert_never

from msgspec import Struct

from slo_compiler.burnrate.tier import Tier
from slo_compiler.model import labels
from slo_compiler.promql.quote import matcher, selector
from slo_compiler.promql.syntax import MatchOperator
from slo_compiler.quantities import Seconds, format_duration
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.program import LoweredSlo
from slo_compiler.scenarios.incidents import premises
from slo_compiler.scenarios.late import late_script
from slo_compiler.scenarios.scene import Fires, Never, Question, Quiet, Script
from slo_compiler.scenarios.scripts import scripts
from slo_compiler.scenarios.series import Series, recipes, two_groups
from slo_compiler.scenarios.timeline import lived


class Expectation(Struct, frozen=True):
    """A query at a time, and the series that it answers, each with the value 1."""

    query: str
    at: Seconds
    series: tuple[str, ...] = ()


class Case(Struct, frozen=True):
    """What happens to the series of SLOs, and what their alerts have to say of that."""

    about: str
    """What is tested, in words that hold for any SLO."""
    slos: tuple[str, ...]
    """The names of the SLOs, all of one service."""
    interval: Seconds
    """Between two samples of each series."""
    series: tuple[Series, ...]
    expectations: tuple[Expectation, ...]


def cases_of(lowered: LoweredSlo) -> Iterator[Case]:
    """All cases of an SLO.

    Raises:
        Untestable: there is no telling which series the SLO reads.
    """
    yield from _cases(lowered, scripts(premises(lowered.plan)))


def late_case(lowered: LoweredSlo, tier: Tier, tick: Seconds) -> Case:
    """The one case of an SLO that looks back for days, as ``late_script``.

    Raises:
        Untestable: there is no telling which series the SLO reads.
    """
    return next(_cases(lowered, [late_script(premises(lowered.plan), tier, tick)]))


def _cases(lowered: LoweredSlo, played: Iterable[Script]) -> Iterator[Case]:
    slo = lowered.plan.slo
    groups = two_groups(slo)
    read = [recipes(slo, group) for group in groups]
    alerts = _Alerts(lowered, groups[0])
    for script in played:
        happens = zip(read, (script.sick, script.healthy), strict=False)
        yield Case(
            script.about,
            (slo.name,),
            script.sick.interval,
            tuple(series for group, course in happens for series in lived(group, course)),
            tuple(alerts.expected(question) for question in script.questions),
        )


_FIRING: Final = {"alertstate": "firing"}


class _Alerts:
    """What is asked of the alerts of an SLO, of which the first group is sick."""

    def __init__(self, lowered: LoweredSlo, sick: Mapping[str, str]) -> None:
        self._own = {labels.SLO_ID: lowered.plan.slo.id, **_FIRING}
        self._alerts = {alert.alert: alert for alert in lowered.alerts()}
        self._sick = sick

    def expected(self, question: Question) -> Expectation:
        match question:
            case Fires(alert=alert, at=at):
                return Expectation(self._firing(alert), at, (self._series(self._alerts[alert]),))
            case Quiet(alert=alert, at=at):
                return Expectation(self._firing(alert), at)
            case Never(alert=asked, at=at):
                ever = f"count_over_time({self._firing(asked)}[{format_duration(at)}])"
                return Expectation(ever, at)
            case _:
                assert_never(question)

    def _firing(self, alert: str | None) -> str:
        return _alerts(self._own if alert is None else {"alertname": alert, **self._own})

    def _series(self, alert: AlertingRule) -> str:
        """The alert of the first group alone, with just the labels that its route is by."""
        return _alerts({"alertname": alert.alert, **_FIRING, **self._sick, **alert.labels})


def _alerts(having: Mapping[str, str]) -> str:
    return selector(
        "ALERTS", [matcher(label, MatchOperator.EQUAL, having[label]) for label in sorted(having)]
    )
