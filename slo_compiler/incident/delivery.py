"""What became of alerts in Alertmanager: told, held back, silenced by a human, or never arrived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from slo_compiler.incident.firing import Firing, Held, name_of
from slo_compiler.incident.words import moment
from slo_compiler.model import labels
from slo_compiler.prometheus.alertmanager import Alertmanager
from slo_compiler.prometheus.answers import Notified, Silence
from slo_compiler.prometheus.failure import Failure
from slo_compiler.promql.quote import matcher
from slo_compiler.promql.syntax import MatchOperator


class Delivery(Struct, frozen=True):
    """What Alertmanager holds back of what fires, and what it has never heard of."""

    held_back: tuple[Held, ...]
    unheard: tuple[Mapping[str, str], ...]


def delivery_of(alertmanager: Alertmanager, service: str, firing: Firing) -> Delivery | Failure:
    """What an Alertmanager has of the alerts of a service that fire in Prometheus."""
    alerts = alertmanager.alerts([matcher(labels.SERVICE, MatchOperator.EQUAL, service)])
    silences = alertmanager.silences()
    if isinstance(alerts, Failure):
        return alerts
    if isinstance(silences, Failure):
        return silences
    return compare(firing, alerts.value, silences.value)


def compare(firing: Firing, known: Sequence[Notified], silences: Iterable[Silence]) -> Delivery:
    """What fires, held against what Alertmanager has; that adds the labels of the server."""
    of_ids = {silence.id: silence for silence in silences}
    names = {each.fingerprint: name_of(each.labels) for each in known}
    held: list[Held] = []
    unheard = []
    for alert in firing.alerts:
        found = next((each for each in known if alert.items() <= each.labels.items()), None)
        if found is None:
            unheard.append(alert)
            continue
        by = [
            *_silences(found, of_ids),
            *(names.get(each, "an alert elsewhere") for each in found.inhibited_by),
        ]
        held += [Held(alert, by[0])] if by else []
    return Delivery(tuple(held), tuple(unheard))


def _silences(alert: Notified, silences: Mapping[str, Silence]) -> Iterator[str]:
    for id_ in alert.silenced_by:
        silence = silences.get(id_)
        if silence is None:
            yield f"a silence, {id_}"
        else:
            until = moment(silence.ends_at)
            yield f"a silence of {silence.created_by} until {until} ({silence.comment})"
