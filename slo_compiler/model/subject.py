"""What alerts are about: an SLO, or a signal that a service watches beside its SLOs."""

from __future__ import annotations

from collections.abc import Mapping

from slo_compiler.diagnostics import Position
from slo_compiler.model import labels
from slo_compiler.model.placed import Placed


class Subject(Placed, frozen=True):
    """Whose a group of rules is, and who answers for its alerts.

    ``identity`` is on each of its series and alerts; in it ``id``, under ``id_label``, is nobody else's.
    ``owner_positions`` has those whom its alerts name, each with where the spec or the defaults name it.
    """

    service: str
    id: str
    id_label: str
    identity: Mapping[str, str]
    owner_positions: Mapping[str, Position]
    target: str
    """The oldest Prometheus that loads its rules."""
    position: Position

    def __hash__(self) -> int:
        return hash(self.id)


def signal(
    service: str, name: str, *, owner_positions: Mapping[str, Position], target: str, position: Position
) -> Subject:
    """The subject of a signal, whose name is no other signal's of the service; an SLO may have it too."""
    id_ = f"{service}:{name}"
    return Subject(
        service=service,
        id=id_,
        id_label=labels.SIGNAL_ID,
        identity={labels.SERVICE: service, labels.SIGNAL: name, labels.SIGNAL_ID: id_},
        owner_positions=owner_positions,
        target=target,
        position=position,
    )
