"""Alertmanager's configuration: whole, and as a fragment to merge into one that exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from slo_compiler.emitters import yaml
from slo_compiler.emitters.artifact import HEADER, Artifact
from slo_compiler.model.receivers import OfficeHours, Receiver
from slo_compiler.quantities import format_duration
from slo_compiler.rules.inhibition import InhibitRule
from slo_compiler.rules.matchers import Matcher
from slo_compiler.rules.notification import FALLBACK, OFFICE_HOURS, Notification
from slo_compiler.rules.program import Program
from slo_compiler.rules.routing import Route

FRAGMENT_HEADER = f"""{HEADER}
A fragment: append each list to the list of the same name in your alertmanager.yaml,
and put the routes before any route that would take the same alerts."""


def emit(program: Program) -> Iterator[Artifact]:
    """``alertmanager/alertmanager.yaml`` and ``alertmanager/fragment.yaml``, where there are receivers."""
    notification = program.notification
    if notification is not None:
        yield Artifact("alertmanager/alertmanager.yaml", yaml.document(_whole(notification), comment=HEADER))
        fragment = yaml.document(_fragment(notification), comment=FRAGMENT_HEADER)
        yield Artifact("alertmanager/fragment.yaml", fragment)


def _whole(notification: Notification) -> dict[str, yaml.Value]:
    settings = notification.settings.settings
    return {
        **({"global": settings} if settings else {}),
        "route": _route(notification.tree),
        **_lists(notification, notification.receivers),
    }


def _fragment(notification: Notification) -> dict[str, yaml.Value]:
    receivers = {name: receiver for name, receiver in notification.receivers.items() if name != FALLBACK}
    return {
        "routes": [_route(child) for child in notification.tree.routes],
        **_lists(notification, receivers),
    }


def _lists(notification: Notification, receivers: Mapping[str, Receiver | None]) -> dict[str, yaml.Value]:
    hours = notification.office_hours
    return {
        "inhibit_rules": [_inhibit_rule(rule) for rule in notification.inhibit_rules],
        **({"time_intervals": [_time_interval(hours)]} if hours else {}),
        "receivers": [
            {"name": name, **(receiver.integrations if receiver else {})}
            for name, receiver in receivers.items()
        ],
    }


def _route(route: Route) -> dict[str, yaml.Value]:
    times = {
        "group_wait": route.group_wait,
        "group_interval": route.group_interval,
        "repeat_interval": route.repeat_interval,
    }
    return {
        **({"receiver": route.receiver} if route.receiver else {}),
        **({"matchers": _matchers(route.matchers)} if route.matchers else {}),
        **({"continue": True} if route.continue_ else {}),
        **({"group_by": list(route.group_by)} if route.group_by else {}),
        **{key: format_duration(time) for key, time in times.items() if time is not None},
        **_intervals("mute_time_intervals", route.mute_time_intervals),
        **_intervals("active_time_intervals", route.active_time_intervals),
        **({"routes": [_route(child) for child in route.routes]} if route.routes else {}),
    }


def _intervals(key: str, names: Sequence[str]) -> dict[str, yaml.Value]:
    return {key: list(names)} if names else {}


def _inhibit_rule(rule: InhibitRule) -> yaml.Value:
    return {
        "source_matchers": _matchers(rule.source),
        "target_matchers": _matchers(rule.target),
        "equal": list(rule.equal),
    }


def _time_interval(hours: OfficeHours) -> yaml.Value:
    interval: dict[str, yaml.Value] = {
        "weekdays": [hours.weekdays],
        "times": [{"start_time": hours.start, "end_time": hours.end}],
        "location": hours.location,
    }
    return {"name": OFFICE_HOURS, "time_intervals": [interval]}


def _matchers(matchers: Iterable[Matcher]) -> list[yaml.Value]:
    return [str(matcher) for matcher in matchers]
