"""What is to be known of a spec beside all others: its names, and which tiers its SLOs have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from slo_compiler.diagnostics import Diagnostic, Position, error
from slo_compiler.model.defaults import Defaults
from slo_compiler.model.slo import Slo
from slo_compiler.model.spec import Spec
from slo_compiler.resolve.tiers import short_windows, unknown_tiers


class NamedSlo(Struct, frozen=True):
    """An SLO that is resolved, by its names."""

    name: str
    class_: str | None
    tiers: tuple[str, ...]
    position: Position


class Outline(Struct, frozen=True):
    """A spec, as far as the others and the defaults have to know of it."""

    service: str
    position: Position
    slos: tuple[NamedSlo, ...]

    @property
    def paths(self) -> set[str]:
        """The files that say what the service promises and watches."""
        return {self.position.path, *(slo.position.path for slo in self.slos)}


def outline(spec: Spec, slos: Iterable[Slo]) -> Outline:
    """The outline of a spec with those of its SLOs that are resolved."""
    named = (
        NamedSlo(slo.name, slo.class_, tuple(tier.name for tier in slo.tiers), slo.position) for slo in slos
    )
    return Outline(spec.service, spec.position, tuple(named))


def check_together(outlines: Sequence[Outline], defaults: Defaults) -> Iterator[Diagnostic]:
    """What no spec shows by itself: services that have two, and defaults that are of no effect anywhere.

    Args:
        outlines: those of all specs, in the order in which they were read.
        defaults: what holds for all of them.
    """
    yield from _repeated_services(outlines)
    slos = [slo for each in sorted(outlines, key=lambda each: each.service) for slo in each.slos]
    yield from unknown_tiers(defaults, _tiers(slos))
    yield from short_windows(defaults.alerting)
    for name, class_ in defaults.classes.items():
        yield from short_windows(class_.alerting)
        yield from unknown_tiers(class_, _tiers(slo for slo in slos if slo.class_ == name))


def is_unambiguous(outlines: Sequence[Outline]) -> bool:
    """Whether each service has one spec, so that what is of a service is all in one place."""
    return len({each.service for each in outlines}) == len(outlines)


def _tiers(slos: Iterable[NamedSlo]) -> dict[str, None]:
    return dict.fromkeys(tier for slo in slos for tier in slo.tiers)


def _repeated_services(outlines: Iterable[Outline]) -> Iterator[Diagnostic]:
    first: dict[str, Outline] = {}
    for each in outlines:
        earlier = first.setdefault(each.service, each)
        if earlier is not each:
            yield error(
                each.position,
                "spec/duplicate-service",
                f"the service {each.service} already has a spec at {earlier.position}: the rules of one "
                "would overwrite those of the other",
            )
