"""Whether every alert reaches the owner it names, by the routing tree as Alertmanager would walk it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from slo_compiler.diagnostics import Diagnostic, Position, error, nearest
from slo_compiler.model import labels
from slo_compiler.model.receivers import Receivers
from slo_compiler.rules.notification import receiver_of
from slo_compiler.rules.program import Program


def check_delivery(program: Program) -> Iterator[Diagnostic]:
    """Every owner and severity that alerts of the program name and that no receiver answers for."""
    notification = program.notification
    if notification is None:
        return
    lost: defaultdict[tuple[Position, str], dict[str, str]] = defaultdict(dict)
    for subject, alert, labelled in program.labelled:
        leaves = notification.ways.of(labelled)
        if len(leaves) > 1 or leaves[0].receiver != receiver_of(alert):
            owner, severity = alert.labels[labels.OWNER], alert.labels[labels.SEVERITY]
            example = f"{alert.alert} of {subject.id}"
            lost[subject.owner_positions[owner], owner].setdefault(severity, example)
    for (position, owner), examples in lost.items():
        yield error(position, "owner/unreachable", _unreachable(owner, examples, notification.settings))


def _unreachable(owner: str, examples: Mapping[str, str], receivers: Receivers) -> str:
    severities = " and no ".join(sorted(examples))
    told = f"no {severities} would reach {owner}, such as {' and '.join(examples.values())}"
    if owner in receivers.owners:
        return f"{told}; add {' and '.join(sorted(examples))} at {receivers.owners[owner].position}"
    near = nearest(owner, receivers.owners)
    advice = f"did you mean {near}?" if near else f"known: {', '.join(sorted(receivers.owners))}"
    return f"{told}; {receivers.position.path} has no owner of this name; {advice}"
