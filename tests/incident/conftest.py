"""A server that has lived through all faults, one for all tests that ask it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from tests.incident import faults, past
from tests.incident.world import scorer
from tests.oracles.prometheus import Prometheus
from tests.oracles.server import Server

COURSE: Final = faults.course()
PROGRAM: Final = scorer()


@pytest.fixture(scope="session")
def server(prometheus_3_5: Prometheus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with prometheus_3_5.serve(tmp_path_factory.mktemp("past"), flags=past.FLAGS) as server:
        past.live_through(server, PROGRAM, COURSE.series, past.EPOCH, COURSE.end)
        yield server
