"""A server that has lived through all faults, one of a release for all tests that ask it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
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
    with having_lived(prometheus_3_5, tmp_path_factory.mktemp("past")) as server:
        yield server


@contextlib.contextmanager
def having_lived(prometheus: Prometheus, folder: Path) -> Iterator[Server]:
    """A server of a release with the whole course behind it."""
    with prometheus.serve(folder, flags=past.FLAGS) as server:
        past.live_through(server, PROGRAM, COURSE.series, past.EPOCH, COURSE.end)
        yield server
