"""The oldest Prometheus tells of every fault what the newest tells, in the same words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from slo_compiler.incident import words
from slo_compiler.incident.bundle import Bundle
from slo_compiler.incident.live import asking
from slo_compiler.incident.postmortem import postmortem
from slo_compiler.incident.postmortem_markdown import as_markdown
from slo_compiler.incident.triage import Triage, triage
from slo_compiler.prometheus.address import Address
from slo_compiler.prometheus.client import Prometheus as Client
from slo_compiler.prometheus.transport import Transport
from tests.incident import faults
from tests.incident.conftest import COURSE, PROGRAM, having_lived
from tests.incident.test_postmortem import incident_of, live
from tests.oracles.prometheus import Prometheus
from tests.oracles.server import Server


@pytest.fixture(scope="module")
def oldest(prometheus_2_42: Prometheus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with having_lived(prometheus_2_42, tmp_path_factory.mktemp("past")) as server:
        yield server


def triaged(server: Server, at: float) -> Triage:
    return triage(PROGRAM, "scorer", asking(Client(Transport(Address(server.url))), at), at)


def looked_back(server: Server, name: str) -> str:
    bundle = Bundle(incident_of(name))
    return as_markdown(postmortem(PROGRAM, bundle.incident, *bundle.recording(*live(server))))


@pytest.mark.parametrize("name", faults.ALL)
def test_every_triage_is_the_same(server: Server, oldest: Server, name: str) -> None:
    at = COURSE.moments[name]
    newest, same = triaged(server, at), triaged(oldest, at)
    assert words.headline(newest) == words.headline(same)
    assert [*words.doubts(newest)] == [*words.doubts(same)]
    assert (newest.verdict, newest.firing, newest.held_back) == (same.verdict, same.firing, same.held_back)
    for found, other in zip(newest.findings, same.findings, strict=True):
        assert (found.what, found.state, found.query) == (other.what, other.state, other.query)
        # A range holds both of its ends on the oldest: one sample more where there are gaps.
        assert (found.number or 0.0) == pytest.approx(other.number or 0.0, rel=0.1)


@pytest.mark.parametrize(
    "name", ["requests fail", "the pipeline stands still", "the world has changed", "the detector moved"]
)
def test_a_post_mortem_of_each_surface_is_the_same(server: Server, oldest: Server, name: str) -> None:
    assert looked_back(server, name) == looked_back(oldest, name)
