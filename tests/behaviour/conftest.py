"""The two releases between which every other one lies."""

from __future__ import annotations

import pytest

from tests.conftest import prometheus_of
from tests.oracles.prometheus import Prometheus
from tests.oracles.releases import PROMETHEUS_2_42, PROMETHEUS_3_5


@pytest.fixture(scope="session", params=(PROMETHEUS_2_42, PROMETHEUS_3_5), ids=lambda release: release.name)
def oldest_and_newest(request: pytest.FixtureRequest) -> Prometheus:
    """The oldest Prometheus and the newest in turn."""
    return prometheus_of(request.param)
