"""All checks but those of models, by what each of them looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from slo_compiler.checks.adding_up import check_adding_up
from slo_compiler.checks.counting import check_counting
from slo_compiler.checks.delivery import check_delivery
from slo_compiler.checks.expressions import check_expressions
from slo_compiler.checks.gaps import check_gaps
from slo_compiler.checks.group_wait import check_group_wait
from slo_compiler.checks.grouping import check_grouping
from slo_compiler.checks.inhibition import check_inhibition
from slo_compiler.checks.retention import check_retention
from slo_compiler.checks.rules import check_rules
from slo_compiler.checks.selected import check_selected
from slo_compiler.checks.sloth_ids import check_sloth_ids
from slo_compiler.checks.survivors import check_survivors
from slo_compiler.checks.tiers import check_tiers
from slo_compiler.diagnostics import Diagnostic
from slo_compiler.model.defaults import Defaults
from slo_compiler.model.slo import Slo
from slo_compiler.resolve.outline import Outline
from slo_compiler.rules.program import Program

SloCheck: TypeAlias = Callable[[Slo], Iterator[Diagnostic]]
SlosCheck: TypeAlias = Callable[[Sequence[Slo]], Iterator[Diagnostic]]
SpecsCheck: TypeAlias = Callable[[Sequence[Outline], Defaults], Iterator[Diagnostic]]
ProgramCheck: TypeAlias = Callable[[Program], Iterator[Diagnostic]]

SLO_CHECKS: Final[tuple[SloCheck, ...]] = (
    check_expressions,
    check_adding_up,
    check_gaps,
    check_counting,
    check_selected,
    check_grouping,
    check_tiers,
)
SLOS_CHECKS: Final[tuple[SlosCheck, ...]] = (check_survivors,)
"""Of the SLOs of a service beside each other."""
SPECS_CHECKS: Final[tuple[SpecsCheck, ...]] = (check_sloth_ids,)
"""Of all specs, beside what ``resolve`` tells of them."""
RULE_CHECKS: Final[tuple[ProgramCheck, ...]] = (check_rules, check_delivery)
"""Of each rule, with no others than those of its service."""
NOTIFICATION_CHECKS: Final[tuple[ProgramCheck, ...]] = (check_inhibition, check_group_wait)
"""Of what the alerts of a service do to each other, whatever their expressions."""
WHOLE_CHECKS: Final[tuple[ProgramCheck, ...]] = (check_retention,)
"""Of all rules, with one word for all services."""
