"""From specs and defaults to services of machine learning: what they watch beside their SLOs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Final

from msgspec.structs import replace

from slo_compiler.diagnostics import Position
from slo_compiler.model import contract
from slo_compiler.model.defaults import Defaults
from slo_compiler.model.drift import Drift
from slo_compiler.model.expression import Expression
from slo_compiler.model.guard import Guards
from slo_compiler.model.service import Service
from slo_compiler.model.slo import Slo
from slo_compiler.model.spec import Spec
from slo_compiler.promql.check import Expression as Parsed
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import metric_of
from slo_compiler.promql.release import release_named
from slo_compiler.promql.syntax import VectorSelector
from slo_compiler.resolve.labels import labels_of, merged
from slo_compiler.resolve.owners import owners_of

_ON_SCORES_ALONE: Final = (contract.FEATURE, contract.SLICE, contract.KIND, "__name__")


def resolve_services(specs: Sequence[Spec], slos: Sequence[Slo], defaults: Defaults) -> list[Service]:
    """The services with machine learning in them, by name.

    Args:
        specs: all specs.
        slos: those of all services that were resolved.
        defaults: what holds for all of them.
    """
    slos_of = defaultdict(list)
    for slo in slos:
        slos_of[slo.service].append(slo)
    return [
        _service(spec, slos_of[spec.service], defaults)
        for spec in sorted(specs, key=lambda spec: spec.service)
        if spec.is_of_a_model
    ]


def _service(spec: Spec, slos: Sequence[Slo], defaults: Defaults) -> Service:
    labels = labels_of((defaults.labels, defaults.alerting, spec.labels, spec.alerting))
    return Service(
        name=spec.service,
        model=spec.model or spec.service,
        description=spec.description,
        labels=labels.general,
        severity_labels=labels.of_severity,
        annotations=merged((defaults.alerting.annotations, spec.alerting.annotations)),
        owners=owners_of(spec, defaults),
        slos=tuple(slos),
        promised=tuple(slo.name for slo in spec.slos),
        drifts=tuple(
            replace(_with_evidence(drift, defaults.target), runbook=drift.runbook.within(spec.runbook))
            for drift in spec.drifts
        ),
        guards=spec.guards or Guards(),
        tools=spec.tools,
        deployed=spec.deployed,
        serving=spec.serving,
        triage=spec.triage is not False,
        target=defaults.target,
        clock=defaults.clock,
        links=defaults.links,
        external_labels=defaults.external_labels,
        position=spec.position,
        locate=spec.locate,
        systems={**defaults.systems, **spec.systems},
        runbook=spec.runbook,
    )


def _with_evidence(drift: Drift, target: str) -> Drift:
    """The drift with the rest of the contract's metrics, where its score is one of them."""
    parsed = parse(drift.score.text, release_named(target))
    if not isinstance(parsed, Parsed) or not isinstance(parsed.tree, VectorSelector):
        return drift
    if metric_of(parsed.tree) != contract.DRIFT_SCORE:
        return drift
    derived = partial(_derived, parsed.text, parsed.tree, drift.score.position)
    of_detector = tuple(each.label for each in parsed.tree.matchers if each.label not in _ON_SCORES_ALONE)
    return replace(
        drift,
        threshold=drift.threshold
        if drift.threshold is not None
        else derived(contract.DRIFT_THRESHOLD, (*of_detector, *_ON_SCORES_ALONE[:-1])),
        detector=drift.detector or derived(contract.DETECTOR_INFO, of_detector),
        last_run=drift.last_run or derived(contract.DETECTOR_LAST_RUN, of_detector),
    )


def _derived(
    text: str, score: VectorSelector, place: Position, metric: str, labels: Sequence[str]
) -> Expression:
    """Another metric with those matchers of the score that are on the labels, as they are written."""
    written = [text[each.start : each.end] for each in score.matchers if each.label in labels]
    return Expression(f"{metric}{{{', '.join(written)}}}" if written else metric, lambda _: place)
