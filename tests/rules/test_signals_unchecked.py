"""Signals take only what was checked; anything else is a mistake of the program and stops it."""

from __future__ import annotations

from typing import Final

import pytest

from slo_compiler.diagnostics import Position
from slo_compiler.model.defaults import Clock, Links
from slo_compiler.model.drift import Drift, DriftKind
from slo_compiler.model.expression import Expression
from slo_compiler.model.guard import ColdStart, Guards
from slo_compiler.model.place import nowhere
from slo_compiler.model.service import Service
from slo_compiler.rules.signals import cold_start
from slo_compiler.rules.signals.drift import lower_drifts
from slo_compiler.rules.signals.watched import Watched
from tests.compiling import program_of, slo, spec

HERE: Final = Position("s.yaml")
LATENCY: Final = {"latency": {"histogram": "request_seconds", "threshold": 1}}


def service_with(*drifts: Drift) -> Service:
    return Service(
        name="s",
        model="s",
        description="",
        labels={},
        annotations={},
        owners={},
        slos=(),
        promised=(),
        drifts=drifts,
        guards=Guards(),
        tools=(),
        deployed=None,
        serving=None,
        triage=False,
        target="prometheus-2.42",
        clock=Clock(),
        links=Links(),
        external_labels=(),
        position=HERE,
        locate=nowhere,
    )


def test_a_drift_without_a_threshold() -> None:
    drift = Drift("inputs", DriftKind.INPUT, Expression("psi", lambda _: HERE), HERE)
    with pytest.raises(ValueError, match="inputs was to be checked to have a threshold"):
        list(lower_drifts(Watched(service_with(drift), ())))


def test_cold_starts_of_an_slo_that_measures_no_latency() -> None:
    guard = ColdStart(ready=Expression("ready", lambda _: HERE))
    with pytest.raises(TypeError, match="s:x was to be a latency SLO"):
        cold_start._warm_ratio(guard, program_of(spec("s", slo("x"))).slos[0].plan)


def test_cold_starts_without_the_evidence_of_replicas() -> None:
    plan = program_of(spec("s", slo("x", indicator=LATENCY))).slos[0].plan
    with pytest.raises(ValueError, match="the guard of s:x was to have its evidence"):
        cold_start._warm_ratio(ColdStart(), plan)
