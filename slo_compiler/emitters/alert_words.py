"""What explanations say of any alerts: whose they are, why they are so severe, what they wait for.

A burn-rate alert goes by the name of its tier.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from slo_compiler.model import labels
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.waiting import Named, Waiting

Key = TypeVar("Key")
Alerts = Mapping[Named, AlertingRule]


def owners(alerts: Alerts) -> Iterator[str]:
    """Each owner with the surface and the alerts that it has."""
    owned = (
        ((alert.labels[labels.OWNER], alert.labels[labels.SURFACE]), _short(name))
        for name, alert in alerts.items()
        if labels.OWNER in alert.labels
    )
    for (owner, surface), names in _by_key(owned).items():
        yield f"{owner}, for the {surface} surface: {_listed(names)}"


def severities(alerts: Alerts) -> Iterator[str]:
    """Each severity and reason with the alerts that have them."""
    rated = (
        ((alert.labels[labels.SEV], alert.because), _short(name))
        for name, alert in alerts.items()
        if labels.SEV in alert.labels
    )
    for (sev, because), names in _by_key(rated).items():
        yield f"{sev} for {_listed(names)}, as {because}"


def waits(alerts: Alerts, waiting: Waiting) -> Iterator[str]:
    """What each alert waits for, those together that wait for the same."""
    held = ((waiting.held_back_by[name], _short(name)) for name in alerts if name in waiting.held_back_by)
    own = {name.id for name in alerts}
    for sources, names in _by_key(held).items():
        yield f"{_listed(names)} while {_any(sources, own)} fires"


def _any(sources: Iterable[Named], own: set[str]) -> str:
    """The alerts of which any will do, with whose they are where that is another SLO or signal."""
    of_subject = _by_key((source.id, _short(source)) for source in sources)
    mine = [name for id_, names in of_subject.items() if id_ in own for name in names]
    others = _by_key(
        (tuple(names), id_.partition(":")[2]) for id_, names in of_subject.items() if id_ not in own
    )
    parts = [_listed(mine)] if mine else []
    return " or ".join([*parts, *(f"{_listed(names)} of {_listed(of)}" for names, of in others.items())])


def _by_key(pairs: Iterable[tuple[Key, str]]) -> dict[Key, list[str]]:
    found: defaultdict[Key, list[str]] = defaultdict(list)
    for key, name in pairs:
        found[key].append(name)
    return found


def _short(name: Named) -> str:
    return name.tier or name.alert


def _listed(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(names))
