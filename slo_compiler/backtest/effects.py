"""Both sides of a review on the same history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct, field

from slo_compiler.backtest.backtest import Backtest
from slo_compiler.backtest.history import Source
from slo_compiler.backtest.scope import Scope, backtest_scope, scopes
from slo_compiler.backtest.signals_text import left_out
from slo_compiler.backtest.text import missing
from slo_compiler.backtest.told_of_signals import SignalsTold
from slo_compiler.diagnostics import Diagnostic
from slo_compiler.replay.grid import Span
from slo_compiler.review.changes import SloChange
from slo_compiler.review.effect import Effect, Effects, Past, Told
from slo_compiler.rules.program import Program


class Sides(Struct, frozen=True):
    """What of each side is to be replayed, and the ids of what changes, as a review has them.

    Of a service of machine learning that is all of it, since one change may let others be heard.
    """

    before: tuple[Scope, ...]
    after: tuple[Scope, ...]
    renamed: Mapping[str, str]
    """From the id before to the one by which the review tells of it."""
    changed: frozenset[str]

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """Those of both sides."""
        return (*self.before, *self.after)


class _Side(Struct):
    """What was told of each subject, and what of a side could not be known."""

    pasts: dict[str, Past] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)


def sides(changed: Iterable[SloChange], old: Program, new: Program) -> Sides:
    """What is to be replayed of two programs, of which a review has found changes."""
    changed = list(changed)
    before = {each.before for each in changed if each.before}
    after = {each.after for each in changed if each.after}
    return Sides(
        tuple(_scopes(old, before, after)),
        tuple(_scopes(new, after, before)),
        {each.before: each.id for each in changed if each.before},
        frozenset(each.id for each in changed),
    )


def _scopes(program: Program, own: Collection[str], others: Collection[str]) -> list[Scope]:
    """Those of the subjects that change, and of the services that subjects of the other side are of."""
    slos = {each.plan.slo.id for each in program.slos}
    return scopes(program, slos & {*own}, {subject.partition(":")[0] for subject in (*own, *others)})


def effects_of(
    found: Sides, source_of: Mapping[Scope, Source], asked: Span
) -> tuple[Effects, list[Diagnostic]]:
    """What a change would have done, and what is wrong with the history.

    Args:
        found: what is to be replayed.
        source_of: its past.
        asked: the time to look at.
    """
    before, after = (_side(each, source_of, asked) for each in (found.before, found.after))
    pasts_before = {found.renamed.get(name, name): past for name, past in before.pasts.items()}
    effects = {
        name: Effect(pasts_before.get(name), after.pasts.get(name))
        for name in dict.fromkeys((*pasts_before, *after.pasts))
    }
    kept = {name: effect for name, effect in effects.items() if name in found.changed or _differs(effect)}
    notes = [*before.notes, *after.notes]
    problems = list(dict.fromkeys((*before.problems, *after.problems)))
    return Effects(asked.begin, asked.end, kept, tuple(dict.fromkeys(notes))), problems


def _differs(effect: Effect) -> bool:
    return bool(effect.lost or effect.gained)


def _side(among: Iterable[Scope], source_of: Mapping[Scope, Source], asked: Span) -> _Side:
    side = _Side()
    for scope in among:
        found = backtest_scope(scope, source_of[scope], asked)
        side.problems += found.problems
        told: defaultdict[str, list[Told]] = defaultdict(list)
        for slo_id, backtest in found.slos.items():
            side.notes += [f"{slo_id}: {sentence}" for sentence in missing(backtest)]
            if backtest.known is not None:
                told[slo_id] += _of_slo(backtest)
        if found.signals is not None:
            side.notes += [f"{found.signals.service}: {left_out(found.signals)}"] * bool(
                left_out(found.signals)
            )
            for subject, each in _of_signals(found.signals):
                told[subject].append(each)
        for subject, alerts in told.items():
            spent = found.slos[subject].spent if subject in found.slos else None
            side.pasts[subject] = Past(tuple(sorted(alerts, key=lambda each: each.begin)), spent)
    return side


def _of_slo(backtest: Backtest) -> list[Told]:
    return [Told(each.begin, each.end, each.tiers, each.severity, each.group) for each in backtest.heard]


def _of_signals(signals: SignalsTold) -> Iterator[tuple[str, Told]]:
    """What was told of each signal, and of an SLO beside the burning of its budget."""
    for each in signals.heard:
        about, _, alert = each.alert.partition(" ")
        told = Told(each.begin, each.end, (alert,), each.severity, ())
        yield f"{signals.service}:{about}", told
