"""The oracles as fixtures, and how long Hypothesis looks for counterexamples."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from tests.oracles.alertmanager import Alertmanager
from tests.oracles.cache import cache_folder, installed_version
from tests.oracles.chromium import Chromium
from tests.oracles.node_exporter import NodeExporter
from tests.oracles.prometheus import Prometheus
from tests.oracles.releases import (
    ALERTMANAGER,
    ALERTMANAGER_0_25,
    ALERTMANAGER_0_33,
    CHROMIUM,
    NODE_EXPORTER,
    PROMETHEUS,
    PROMETHEUS_2_42,
    PROMETHEUS_2_53,
    PROMETHEUS_3_5,
    VICTORIA_METRICS,
    Release,
)
from tests.oracles.victoria_metrics import VictoriaMetrics

# HYPOTHESIS_PROFILE=long looks further, and elsewhere each time; without it each run tries the same examples.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=60, print_blob=True)
settings.register_profile("long", deadline=None, max_examples=5000, print_blob=True)
# No test is told what another one compiled; those of the cache itself ask for one.
os.environ["SLO_COMPILER_NO_CACHE"] = "1"

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are processors: some tests wait for real clocks most of the time."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for real clocks comes first: one worker waits while the others work, and none at the end."""
    items.sort(key=lambda item: item.get_closest_marker("waits") is None)


def installed(release: Release) -> str:
    """The version of an oracle in the cache; without it the test is skipped, and fails on CI."""
    version = installed_version(cache_folder(os.environ), release)
    if version is not None:
        return version
    reason = f"{release.name} is not in the cache; `python -m tests.oracles` fetches it or says why not"
    return pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


def prometheus_of(release: Release) -> Prometheus:
    return Prometheus(release.line, installed(release), cache_folder(os.environ) / release.name)


def alertmanager_of(release: Release) -> Alertmanager:
    return Alertmanager(release.line, installed(release), cache_folder(os.environ) / release.name)


@pytest.fixture(scope="session", params=PROMETHEUS, ids=lambda release: release.name)
def prometheus(request: pytest.FixtureRequest) -> Prometheus:
    """Each Prometheus in turn."""
    return prometheus_of(request.param)


@pytest.fixture(scope="session")
def prometheus_2_42() -> Prometheus:
    return prometheus_of(PROMETHEUS_2_42)


@pytest.fixture(scope="session")
def prometheus_2_53() -> Prometheus:
    return prometheus_of(PROMETHEUS_2_53)


@pytest.fixture(scope="session")
def prometheus_3_5() -> Prometheus:
    return prometheus_of(PROMETHEUS_3_5)


@pytest.fixture(scope="session", params=ALERTMANAGER, ids=lambda release: release.name)
def alertmanager(request: pytest.FixtureRequest) -> Alertmanager:
    """Each Alertmanager in turn."""
    return alertmanager_of(request.param)


@pytest.fixture(scope="session")
def alertmanager_0_25() -> Alertmanager:
    return alertmanager_of(ALERTMANAGER_0_25)


@pytest.fixture(scope="session")
def alertmanager_0_33() -> Alertmanager:
    return alertmanager_of(ALERTMANAGER_0_33)


@pytest.fixture(scope="session")
def victoria_metrics() -> VictoriaMetrics:
    version = installed(VICTORIA_METRICS)
    return VictoriaMetrics(version, cache_folder(os.environ) / VICTORIA_METRICS.name)


@pytest.fixture(scope="session")
def node_exporter() -> NodeExporter:
    version = installed(NODE_EXPORTER)
    return NodeExporter(version, cache_folder(os.environ) / NODE_EXPORTER.name)


@pytest.fixture(scope="session")
def chromium() -> Chromium:
    version = installed(CHROMIUM)
    return Chromium(version, cache_folder(os.environ) / CHROMIUM.name)
