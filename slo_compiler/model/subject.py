"""What alerts are about: an SLO, or a signal that a service watches beside its SLOs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from slo_compiler.diagnostics import Position
from slo_compiler.model import labels


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose a group of rules is, and who answers for its alerts.

    ``identity`` is on each of its series and alerts; in it ``id``, under ``id_label``, is nobody else's.
    ``owners`` are those whom its alerts name, each with where the spec or the defaults name it.
    """

    service: str
    id: str
    id_label: str
    identity: Mapping[str, str] = field(hash=False)
    owners: Mapping[str, Position] = field(compare=False)
    target: str
    """The oldest Prometheus that loads its rules."""
    position: Position = field(compare=False)


def signal(
    service: str, name: str, *, owners: Mapping[str, Position], target: str, position: Position
) -> Subject:
    """The subject of a signal, whose name is no other signal's of the service; an SLO may have it too."""
    id_ = f"{service}:{name}"
    return Subject(
        service=service,
        id=id_,
        id_label=labels.SIGNAL_ID,
        identity={labels.SERVICE: service, labels.SIGNAL: name, labels.SIGNAL_ID: id_},
        owners=owners,
        target=target,
        position=position,
    )
