"""Which SLOs have no test of their rules, as there is no telling which series they read."""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.diagnostics import Diagnostic, note
from slo_compiler.rules.program import Program
from slo_compiler.scenarios.suite import untested


def check_rule_tests(program: Program) -> Iterator[Diagnostic]:
    """One note for each SLO whose alerts promtool does not prove."""
    for lowered in program.slos:
        slo = lowered.plan.slo
        found = untested(slo)
        if found is not None:
            message = f"{slo.id} gets no unit test of its rules: {found.reason}"
            yield note(slo.locate("indicator"), "test/none", message)
