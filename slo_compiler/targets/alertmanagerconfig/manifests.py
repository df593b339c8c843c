"""AlertmanagerConfig manifests: one for the alerts of SLOs, one for those of signals, and a kustomization."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from slo_compiler.diagnostics import Diagnostic, Position, error
from slo_compiler.emitters import yaml
from slo_compiler.emitters.artifact import Artifact
from slo_compiler.model import labels
from slo_compiler.model.receivers import OfficeHours
from slo_compiler.model.targets import AlertmanagerConfig
from slo_compiler.quantities import format_duration
from slo_compiler.rules.inhibition import InhibitRule
from slo_compiler.rules.matchers import Matcher
from slo_compiler.rules.notification import FALLBACK, NOBODY, OFFICE_HOURS, Notification
from slo_compiler.rules.program import Program
from slo_compiler.rules.routing import Route
from slo_compiler.targets import manifest
from slo_compiler.targets.alertmanagerconfig.receivers import receiver, unsupported
from slo_compiler.targets.target import UNSUPPORTED

ANYWHERE: Final = "None"
"""The matcher strategy by which routes of a manifest see alerts of all namespaces."""

NAMES: Final = {labels.SLO_ID: "slo-alerts", labels.SIGNAL_ID: "slo-signals"}
"""The manifests, by the label that all alerts of one have."""


def emit(program: Program) -> Iterator[Artifact]:
    """``alertmanagerconfig/slo-alerts.yaml``, ``…/slo-signals.yaml`` where there are any, a kustomization."""
    asked, notification = program.targets.alertmanagerconfig, program.notification
    if asked is not None and notification is not None:
        yield from manifest.with_kustomization("alertmanagerconfig", _manifests(asked, notification))


def check(program: Program) -> Iterator[Diagnostic]:
    """What of the routes and receivers no manifest can have, and alerts that would not reach its routes."""
    asked, notification = program.targets.alertmanagerconfig, program.notification
    if asked is None or notification is None:
        return
    for name, each in notification.receivers.items():
        if each is not None:
            yield from (_refused(each.position, f"{name}: {fault}") for fault in unsupported(each))
    yield from _check_rest(notification)
    yield from _check_namespace(program, asked)


def _manifests(asked: AlertmanagerConfig, notification: Notification) -> Iterator[Artifact]:
    """The root's children as roots of their own, for the operator joins manifests under a root of its own.

    A single manifest for both would have to take every alert of the cluster, and hold them back from others.
    """
    guards = [route for route in notification.tree.routes if route.receiver == NOBODY]
    for branch in notification.tree.routes:
        name = NAMES.get(branch.matchers[0].name)
        if name is not None:
            of_signals = branch.matchers[0].name == labels.SIGNAL_ID
            routes = (*(guards if of_signals else ()), *branch.routes)
            spec: dict[str, yaml.Value] = {
                "route": {**_route(branch, routes), "receiver": FALLBACK},
                "inhibitRules": [] if of_signals else [_inhibit(rule) for rule in notification.inhibit_rules],
                **_time_intervals(notification.office_hours),
                "receivers": [receiver(each, notification.receivers[each]) for each in _named(routes)],
            }
            metadata = manifest.metadata(name, asked.namespace, asked.labels)
            text = manifest.document("monitoring.coreos.com/v1alpha1", "AlertmanagerConfig", metadata, spec)
            yield Artifact(f"alertmanagerconfig/{name}.yaml", text)


def _named(routes: Iterable[Route]) -> list[str]:
    return list(dict.fromkeys([FALLBACK, *(route.receiver for route in routes if route.receiver)]))


def _route(route: Route, routes: Iterable[Route]) -> dict[str, yaml.Value]:
    times = {
        "groupWait": route.group_wait,
        "groupInterval": route.group_interval,
        "repeatInterval": route.repeat_interval,
    }
    below = list(routes)
    return {
        **({"receiver": route.receiver} if route.receiver else {}),
        "matchers": _matchers(route.matchers),
        **({"groupBy": list(route.group_by)} if route.group_by else {}),
        **{key: format_duration(time) for key, time in times.items() if time is not None},
        **({"activeTimeIntervals": [OFFICE_HOURS]} if route.active_time_intervals else {}),
        **({"routes": [_route(child, child.routes) for child in below]} if below else {}),
    }


def _inhibit(rule: InhibitRule) -> yaml.Value:
    return {
        "sourceMatch": _matchers(rule.source),
        "targetMatch": _matchers(rule.target),
        "equal": list(rule.equal),
    }


def _matchers(matchers: Iterable[Matcher]) -> list[yaml.Value]:
    return [{"name": each.name, "matchType": each.op, "value": each.value} for each in matchers]


def _time_intervals(hours: OfficeHours | None) -> Mapping[str, yaml.Value]:
    if hours is None:
        return {}
    times: yaml.Value = [{"startTime": hours.start, "endTime": hours.end}]
    interval: yaml.Value = {"weekdays": [hours.weekdays], "times": times}
    return {"muteTimeIntervals": [{"name": OFFICE_HOURS, "timeIntervals": [interval]}]}


def _check_rest(notification: Notification) -> Iterator[Diagnostic]:
    settings = notification.settings
    if settings.settings:
        yield _refused(
            settings.position,
            f"AlertmanagerConfig has no global section, and {', '.join(sorted(settings.settings))} would be "
            "lost; set it in the Alertmanager resource or in each integration",
        )
    hours = notification.office_hours
    if hours is not None and hours.location != "UTC":
        yield _refused(
            settings.position,
            f"AlertmanagerConfig knows no location of time intervals: office hours of {hours.location} would "
            "be those of UTC, and tickets come hours off; write location: UTC with its hours, or leave "
            "office_hours out",
        )


def _check_namespace(program: Program, asked: AlertmanagerConfig) -> Iterator[Diagnostic]:
    """By the usual strategy a manifest sees the alerts alone that carry its own namespace as a label."""
    if asked.matcher_strategy == ANYWHERE:
        return
    lost = [
        f"{alert.alert} of {subject.id}"
        for subject, alert in program.alerts()
        if asked.namespace is None or alert.labels.get("namespace") != asked.namespace
    ]
    if lost:
        wanted = asked.namespace or "that of the manifest"
        yield error(
            asked.position,
            "target/namespace",
            f"by the matcher strategy {asked.matcher_strategy} the operator gives these routes alerts with "
            f"the label namespace={wanted} alone: {len(lost)} would reach nobody, such as {lost[0]}; write "
            "labels: {namespace: …} and the same namespace here, or set the Alertmanager resource's "
            "alertmanagerConfigMatcherStrategy to None and say matcher_strategy: None",
        )


def _refused(position: Position, message: str) -> Diagnostic:
    return error(position, UNSUPPORTED, message)
