"""How an SLO of Sloth alerts: its windows as tiers, and what its two alerts say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.importers import naming, telling
from slo_compiler.importers.fields import Fields
from slo_compiler.importers.imported import Told
from slo_compiler.importers.sloth_windows import AlertWindows
from slo_compiler.importers.tiers import Promise, tiers
from slo_compiler.model.alerting import Severity
from slo_compiler.schema.refusal import described
from slo_compiler.schema.yaml.nodes import ScalarNode

_ALERTS = {Severity.PAGE: "page_alert", Severity.TICKET: "ticket_alert"}


def told(
    alerting: Fields,
    windows: AlertWindows,
    objective: Fraction | None,
    spelt: Callable[[str], str],
    found: list[Diagnostic],
) -> Told:
    """What ``alerting`` says, with the windows that its alerts have."""
    with alerting:
        name = alerting.scalar("name")
        if name is not None:
            message = (
                f"the alerts {described(name.text)} are called ErrorBudgetBurn and their tier here, such as "
                "ErrorBudgetBurnFast: routes and silences by that name find them no more"
            )
            found.append(telling.renamed(name.position, message))
        labels = naming.labelled(alerting, found).labels
        annotations = naming.annotations_of(alerting, found)
        alerts = {severity: alerting.fields(spelt(key)) for severity, key in _ALERTS.items()}
    enabled = [severity for severity, alert in alerts.items() if not _is_disabled(alert)]
    own = {severity: _own(alert, severity, found) for severity, alert in alerts.items()}
    of_severities = {severity: naming.keep(own[severity][0], found).labels for severity in enabled}
    shared = _shared(list(of_severities.values()))
    pairs = [pair for pair in windows.pairs if pair.severity in enabled]
    at = windows.at or alerting.node
    kept = (
        tiers(pairs, Promise(objective, windows.period), at, found, alerting.node)
        if pairs and objective
        else None
    )
    return Told(
        tiers=kept,
        enabled=bool(enabled),
        labels={**labels, **shared},
        severity_labels={severity: _without(said, shared) for severity, said in of_severities.items()},
        annotations={**annotations, **_told_by_all([own[severity][1] for severity in enabled], found)},
    )


def _is_disabled(alert: Fields | None) -> bool:
    return alert is not None and alert.flag("disable") is True


def _own(
    alert: Fields | None, severity: Severity, found: list[Diagnostic]
) -> tuple[dict[str, ScalarNode], dict[str, ScalarNode]]:
    """The labels and annotations of one of the two alerts."""
    if alert is None:
        return {}, {}
    with alert:
        alert.take("disable")
        labels = naming.texts(alert, "labels")
        annotations = naming.annotations_of(alert, found)
    if "severity" in labels:
        value = labels.pop("severity")
        message = (
            f"severity={described(value.text)} is severity={severity.value} here: routes that match the old "
            "one no longer do, and receivers.yaml says how an owner is reached for a page and for a ticket"
        )
        found.append(telling.renamed(value.position, message))
    return labels, annotations


def _shared(of_alerts: Sequence[Mapping[str, ScalarNode]]) -> dict[str, ScalarNode]:
    """What all alerts that are on say alike."""
    first = of_alerts[0] if of_alerts else {}
    return {
        name: value
        for name, value in first.items()
        if all(name in other and other[name].text == value.text for other in of_alerts)
    }


def _without(said: Mapping[str, ScalarNode], shared: Mapping[str, ScalarNode]) -> dict[str, ScalarNode]:
    return {name: value for name, value in said.items() if name not in shared}


def _told_by_all(
    of_alerts: Sequence[Mapping[str, ScalarNode]], found: list[Diagnostic]
) -> dict[str, ScalarNode]:
    """The annotations of all alerts that are on; those of only one of them are told to be lost."""
    shared = _shared(of_alerts)
    for said in of_alerts:
        for name, value in _without(said, shared).items():
            message = (
                f"the annotation {name} is said of one severity only, and all alerts of an SLO have the same "
                "ones: it is left out"
            )
            found.append(telling.lost(value.position, message))
    return shared
