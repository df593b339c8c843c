"""A triage as Markdown, for the channel of the incident: the verdict, what to do, and the evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slo_compiler.emitters.runbooks.advice import Advice
from slo_compiler.emitters.runbooks.markdown import code, fenced, text
from slo_compiler.incident import words
from slo_compiler.incident.finding import Finding
from slo_compiler.incident.triage import Step, Triage
from slo_compiler.model.surface import Surface

STEPS: Final = {surface: number for number, surface in enumerate(Surface, start=1)}


def as_markdown(triage: Triage, advice: Advice | None) -> str:
    """The triage as a text that ends with a line break."""
    return "\n".join(_lines(triage, advice)).rstrip("\n") + "\n"


def _lines(triage: Triage, advice: Advice | None) -> Iterator[str]:
    yield f"# {text(triage.service)} at {words.moment(triage.at)}"
    yield ""
    yield f"**{text(words.headline(triage))}**"
    yield ""
    yield from _listed("Fires", [*words.fires(triage)])
    yield from _listed("Held back", [*words.held(triage)])
    yield from _listed("In doubt", [*words.doubts(triage)])
    if advice is not None:
        yield from _advised(advice)
    for step in triage.steps:
        yield from _step(step)


def _listed(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"## {title}"
        yield ""
        yield from (f"* {text(line)}" for line in lines)
        yield ""


def _advised(advice: Advice) -> Iterator[str]:
    yield "## Next"
    yield ""
    for part in (text(advice.here), advice.mitigate, f"Roll back when: {advice.rollback}"):
        if part:
            yield from (str(part), "")
    yield f"From {code(advice.page)}."
    yield ""


def _step(step: Step) -> Iterator[str]:
    yield f"## {STEPS[step.surface]}. {step.surface.value.capitalize()}: {words.state_of(step)}"
    yield ""
    if not step.findings:
        return
    yield "| found | what | value | because |"
    yield "| --- | --- | --- | --- |"
    yield from (_row(finding) for finding in step.findings)
    yield ""
    for finding in step.findings:
        if finding.query:
            yield f"{text(finding.what)}:"
            yield ""
            yield str(fenced(finding.query, "promql"))
            yield ""


def _row(finding: Finding) -> str:
    cells = (finding.state.value, finding.what, finding.value, finding.reason)
    return f"| {' | '.join(str(text(cell)) for cell in cells)} |"
