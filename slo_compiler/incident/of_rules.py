"""Whether the rules of the service are evaluated at all, and whether they are those of these specs."""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.incident.asking import Ask
from slo_compiler.incident.finding import Finding, State
from slo_compiler.model import labels
from slo_compiler.rules import names
from slo_compiler.rules.ir import RecordingRule
from slo_compiler.rules.program import Program
from slo_compiler.rules.runbook.queries import of_service


def rules_of(program: Program, service: str, ask: Ask) -> Finding:
    """Whether Prometheus evaluates what the specs compile to, as the hashes of the rules tell."""
    query = of_service(service)["specs"]
    evaluated = {row.labels.get(labels.SPEC_HASH, "") for row in ask(query)}
    compiled = set(_hashes(program, service))
    missing, other = len(compiled - evaluated), len(evaluated - compiled)
    state, reason = State.SOUND, "they are what these specs compile to"
    if not evaluated:
        state, reason = State.UNKNOWN, "the rules of this service are not evaluated there, or were not then"
    elif missing or other:
        state = State.NOTE
        reason = (
            f"of other specs, or of another compiler: {missing} of these are missing there, and {other} are "
            "none of these; what is said below is by these"
        )
    return Finding(
        what="rules",
        state=state,
        value=f"{len(evaluated & compiled)} of {len(compiled)} rule sets evaluated",
        reason=reason,
        query=query,
        number=float(len(evaluated)),
    )


def _hashes(program: Program, service: str) -> Iterator[str]:
    for lowered in program.lowered:
        if lowered.subject.service == service:
            for group in lowered.groups:
                for rule in group.rules:
                    if isinstance(rule, RecordingRule) and rule.record == names.SPEC_INFO:
                        yield rule.labels[labels.SPEC_HASH]
