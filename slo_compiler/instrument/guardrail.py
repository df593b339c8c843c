"""What a guardrail tells: each of its checks, and what it did."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Final, Literal, TypeAlias

from prometheus_client import CollectorRegistry

from slo_compiler.instrument import values
from slo_compiler.instrument.families import counter
from slo_compiler.model import contract

Origin: TypeAlias = Literal["user", "retrieval", "tool"]
Phase: TypeAlias = Literal["input", "output"]
Action: TypeAlias = Literal["allow", "mask", "block", "error", "fail_open"]


class Guardrail:
    """A guardrail of an LLM service.

    Args:
        name: of the guardrail.
        origins: whose text it checks. Its series are there from the start for each origin, phase and action,
            so that the very first fail-open is seen.
        phases: whether it checks what goes into the model, what comes out, or both.
        registry: of prometheus_client; the default one unless given.
    """

    def __init__(
        self,
        name: str,
        *,
        origins: Iterable[Origin] = contract.ORIGINS,
        phases: Iterable[Phase] = contract.PHASES,
        registry: CollectorRegistry | None = None,
    ) -> None:
        self._name: Final = values.text("name", name)
        self._checks: Final = counter(contract.GUARDRAIL_CHECKS, registry)
        for labels in product(origins, phases, contract.ACTIONS):
            self._count(*labels, 0)

    def checked(self, *, origin: Origin, phase: Phase, action: Action, count: int = 1) -> None:
        """Count a check.

        Args:
            origin: whose text it was: the user's, a retrieved document's or a tool's. An answer has the
                origin of what it answers.
            phase: whether the text goes into the model or came out of it.
            action: ``error`` where the check failed and the text was stopped, ``fail_open`` where it failed
                and the text passed all the same.
            count: how many there were.

        Raises:
            ValueError: an unknown origin, phase or action, or a negative count.
        """
        self._count(origin, phase, action, values.count(count))

    def _count(self, origin: str, phase: str, action: str, count: int) -> None:
        self._checks.labels(
            guardrail=self._name,
            origin=values.one_of("origin", origin, contract.ORIGINS),
            phase=values.one_of("phase", phase, contract.PHASES),
            action=values.one_of("action", action, contract.ACTIONS),
        ).inc(count)
