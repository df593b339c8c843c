"""Backtests side by side: each SLO and the signals of each service, as written and with each what-if."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from slo_compiler.backtest.backtest import Backtest
from slo_compiler.backtest.service import ServiceBacktest
from slo_compiler.backtest.told_of_signals import SignalsTold


class ComparedSlo(Struct, frozen=True):
    """An SLO, and what came of each of its variants by name; the first is as it is written."""

    backtests: Mapping[str, Backtest]

    @property
    def first(self) -> Backtest:
        """As it is written."""
        return next(iter(self.backtests.values()))

    @property
    def slo_id(self) -> str:
        """Which SLO."""
        return self.first.plan.slo.id


class ComparedSignals(Struct, frozen=True):
    """The signals of a service, and what came of them with each variant of its SLOs by name."""

    variants: Mapping[str, SignalsTold]

    @property
    def first(self) -> SignalsTold:
        """As it is written."""
        return next(iter(self.variants.values()))


class Compared(Struct, frozen=True):
    """All that was asked about."""

    slos: tuple[ComparedSlo, ...]
    services: tuple[ComparedSignals, ...] = ()


def compare(found: Iterable[Mapping[str, ServiceBacktest]], slo_ids: Collection[str]) -> Compared:
    """The backtests of scopes, each by the name of the variant, side by side.

    Args:
        found: the scopes.
        slo_ids: the SLOs that were asked about, in their order; a service may have others.
    """
    slos: dict[str, dict[str, Backtest]] = {}
    services = []
    for parts in found:
        for name, part in parts.items():
            for slo_id, backtest in part.slos.items():
                slos.setdefault(slo_id, {})[name] = backtest
        signals = {name: part.signals for name, part in parts.items() if part.signals is not None}
        services += [ComparedSignals(signals)] if signals else []
    return Compared(tuple(ComparedSlo(slos[each]) for each in slo_ids if each in slos), tuple(services))
