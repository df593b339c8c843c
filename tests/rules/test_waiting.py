"""Which alerts wait for which is what the inhibitions of the configuration make of them."""

from __future__ import annotations

from typing import Final

import pytest

from slo_compiler.rules.inhibition import inhibits
from slo_compiler.rules.program import Program, alert_labels
from slo_compiler.rules.waiting import Named, name_of, waiting
from tests.compiling import ml_spec, program_of, quality, slo, spec

REPLICAS: Final = {"ready": "ready", "restarts": "restarts"}
LATENCY: Final = {"latency": {"histogram": "request_seconds", "threshold": 1}}
LAGGING: Final = {"quality": {"labels": {"lag": "6h"}, "slices": ["country"]}}

PROGRAMS: Final = {
    "of requests alone": program_of(spec("a"), spec("b")),
    "of models": program_of(
        ml_spec("a", slo(), slo("latency", indicator=LATENCY), quality(indicator=LAGGING)),
        ml_spec("b", slo(), quality(), triage=False),
        ml_spec(
            "c",
            slo("latency", indicator=LATENCY),
            slo("shield", indicator={"guardrail": {"name": "shield"}}),
            drift=[],
            guards={"cold_start": REPLICAS},
        ),
    ),
}


def pairs_of(program: Program) -> set[tuple[Named, Named]]:
    """All pairs that the configuration has wait, each tried: nothing here depends on labels of run time."""
    assert program.notification is not None
    alerts = [(name_of(subject, alert), alert_labels(alert)) for subject, alert in program.alerts()]
    known = [
        (name, {key: "x" if value is None else value for key, value in told.items()}) for name, told in alerts
    ]
    return {
        (source, target)
        for rule in program.notification.inhibit_rules
        for source, source_labels in known
        for target, target_labels in known
        if inhibits(rule, source_labels, target_labels)
    }


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_it_is_what_the_inhibitions_make_of_each_pair(program: Program) -> None:
    found = waiting(program)
    assert pairs_of(program) == {
        (source, target) for source, targets in found.holds_back.items() for target in targets
    }
    assert pairs_of(program) == {
        (source, target) for target, sources in found.held_back_by.items() for source in sources
    }


def test_groups_that_may_meet_wait() -> None:
    regional = program_of(spec("a", slo(group_by=["region"])))
    assert [len(targets) for targets in waiting(regional).holds_back.values()] == [2, 1]


def test_without_receivers_nothing_waits() -> None:
    found = waiting(program_of(ml_spec("a"), receivers=None))
    assert (found.holds_back, found.held_back_by) == ({}, {})
