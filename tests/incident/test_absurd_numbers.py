"""A Prometheus that answers what cannot be: the outcome is told all the same, and the number as it is."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from typing import Final, NoReturn

import pytest

from slo_compiler.incident import words
from slo_compiler.incident.asking import Answer, decimal, duration, percent
from slo_compiler.incident.live import asking, asking_range
from slo_compiler.incident.postmortem import Incident, postmortem
from slo_compiler.incident.postmortem_markdown import as_markdown as as_page
from slo_compiler.incident.timeline import Axis
from slo_compiler.incident.triage import Triage, triage
from slo_compiler.incident.triage_json import as_json
from slo_compiler.incident.triage_markdown import as_markdown
from slo_compiler.prometheus.address import Address
from slo_compiler.prometheus.answers import Line, Sample
from slo_compiler.prometheus.client import Prometheus as Client
from slo_compiler.prometheus.transport import Transport
from tests.incident import faults
from tests.incident.conftest import COURSE, PROGRAM
from tests.oracles.server import Server

ABSURD: Final = (-1.0, 0.0, math.nan, math.inf, -math.inf, 1e300, -1e300, 5e-324, 1e17)
MIXED: Final = math.pi
"""Stands for a number of those by chance, or the one that is true."""

Turn = Callable[[float], float]


def turned_into(absurd: float) -> Turn:
    chance = random.Random(1)
    return lambda value: chance.choice((*ABSURD, value)) if absurd == MIXED else absurd


def looked(server: Server, at: float, turn: Turn) -> Triage:
    """What is found at a moment where every number of every answer is another one."""
    ask = asking(Client(Transport(Address(server.url))), at)

    def answered(query: str) -> Answer:
        return [Sample(row.labels, row.time, turn(row.value)) for row in ask(query)]

    return triage(PROGRAM, "scorer", answered, at)


def no_json(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is no JSON")


@pytest.mark.parametrize("absurd", [*ABSURD, MIXED])
@pytest.mark.parametrize(
    "moment", [faults.WELL, COURSE.moments["the world has changed"]], ids=["well", "not"]
)
def test_triage_comes_to_an_end(server: Server, moment: float, absurd: float) -> None:
    found = looked(server, moment, turned_into(absurd))
    assert words.headline(found) in as_markdown(found, None)
    assert json.loads(as_json(found, None), parse_constant=no_json)["service"] == "scorer"


@pytest.mark.parametrize("absurd", [math.nan, math.inf, -math.inf])
def test_of_what_is_no_number_nothing_is_known(server: Server, absurd: float) -> None:
    assert looked(server, faults.WELL, turned_into(absurd)).verdict.surface == "unknown"


@pytest.mark.parametrize("absurd", [*ABSURD, MIXED])
def test_a_post_mortem_comes_to_an_end(server: Server, absurd: float) -> None:
    turn, client = turned_into(absurd), Client(Transport(Address(server.url)))
    at = COURSE.moments["requests fail"]

    def on(axis: Axis) -> Callable[[str], list[Line]]:
        ask = asking_range(client, axis)
        return lambda query: [
            Line(line.labels, line.times, tuple(map(turn, line.values))) for line in ask(query)
        ]

    def then(moment: float) -> Callable[[str], Answer]:
        ask = asking(client, moment)
        return lambda query: [Sample(row.labels, row.time, turn(row.value)) for row in ask(query)]

    found = postmortem(PROGRAM, Incident("scorer", at - 1800, at + 1800), then, on)
    assert as_page(found, picture="", test="").startswith("<!-- slo-compiler-postmortem {")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (percent(math.nan), "NaN%"),
        (percent(math.inf), "+Inf%"),
        (percent(1e300), "1e+302%"),
        (decimal(-math.inf), "-Inf"),
        (decimal(1e300), "1e+300"),
        (decimal(123456.0), "123000"),
        (duration(math.nan), "NaN seconds"),
        (duration(1e300), "1e+300 seconds"),
        (duration(-1e10), "0s"),
        (words.moment(1e300), "1e+300 seconds since 1970"),
        (words.moment(-math.inf), "-Inf seconds since 1970"),
        (words.moment(0), "1970-01-01T00:00:00Z"),
    ],
)
def test_a_number_that_nothing_can_be_made_of_is_told_as_it_is(told: str, expected: str) -> None:
    assert expected == told
