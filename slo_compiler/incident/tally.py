"""Many post-mortems together: which surface fails most, three in a row, and which actions were taken."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from slo_compiler.incident.postmortem_markdown import ACTIONS, MARK
from slo_compiler.model.surface import Surface

IN_A_ROW: Final = 3

MEANS: Final = {
    Surface.SERVING.value: "a problem of capacity, or of how the serving layer is deployed",
    Surface.DATA.value: "a problem of data quality, or of how pipelines are validated",
    Surface.MODEL.value: "a problem of how models are promoted and judged",
}
"""What so many incidents of one surface in a row are."""

_MARKED: Final = re.compile(rf"^<!-- {MARK} (.*) -->$", re.MULTILINE)
_SURFACE: Final = re.compile(r"^\s*[-*] \[[xX]\] (Data|Model|Serving) issue\b", re.MULTILINE)
_ACTION: Final = re.compile(r"^\s*[-*] \[[xX]\] \(([a-z-]+)\)", re.MULTILINE)


class Told(Struct, frozen=True):
    """What a post-mortem says, as humans left it: the surfaces and the actions that are ticked."""

    path: str
    service: str
    begin: str
    surfaces: tuple[str, ...]
    actions: tuple[str, ...]


def read_postmortem(path: str, text: str) -> Told | None:
    """What a file says; None where it is no post-mortem of ours."""
    marked = _MARKED.search(text)
    if marked is None:
        return None
    try:
        known = json.loads(marked[1])
        service, begin = str(known["service"]), str(known["begin"])
    except (ValueError, KeyError, TypeError):
        return None
    surfaces = tuple(each.lower() for each in _SURFACE.findall(text))
    return Told(path, service, begin, surfaces, tuple(_ACTION.findall(text)))


def tally(told: Sequence[Told]) -> Iterator[str]:
    """The lines of a report."""
    in_order = sorted(told, key=lambda each: (each.begin, each.path))
    yield f"{len(told)} post-mortems of {len({each.service for each in told})} services"
    yield ""
    yield from _counted("surface", [surface for each in in_order for surface in each.surfaces], list(MEANS))
    unattributed = [each.path for each in in_order if not each.surfaces]
    if unattributed:
        yield f"no surface is ticked in {', '.join(unattributed)}"
    yield ""
    rows = list(_in_a_row(in_order))
    yield from rows
    yield from ("",) if rows else ()
    yield from _counted("action", [action for each in in_order for action in each.actions], list(ACTIONS))
    open_ = [each.path for each in in_order if not each.actions]
    if open_:
        yield f"the loop is not closed, no action is ticked in {', '.join(open_)}"


def _counted(title: str, found: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    counted = Counter(found)
    width = max(map(len, (title, *names)))
    yield f"{title:{width}}  incidents"
    for name in sorted(names, key=lambda each: (-counted[each], names.index(each))):
        yield f"{name:{width}}  {counted[name]}"


def _in_a_row(in_order: Sequence[Told]) -> Iterator[str]:
    """Of each service, the surfaces that failed three times or more without another one between."""
    for service in sorted({each.service for each in in_order}):
        surfaces = [each.surfaces for each in in_order if each.service == service]
        for same, run in itertools.groupby(surfaces):
            length = len(list(run))
            if length >= IN_A_ROW and len(same) == 1 and same[0] in MEANS:
                yield f"{service}: {length} {same[0]} incidents in a row, which is {MEANS[same[0]]}"
