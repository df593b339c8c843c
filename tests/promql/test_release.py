from __future__ import annotations

import pytest

from slo_compiler.promql.release import (
    PROMETHEUS_2_42,
    PROMETHEUS_2_53,
    PROMETHEUS_3_5,
    RELEASES,
    Release,
    release_named,
)


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_a_release_is_known_by_its_name(release: Release) -> None:
    assert release_named(str(release)) is release


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'2\.42' .* prometheus-2\.42, prometheus-2\.53, prometheus-3\.5"):
        release_named("2.42")


def test_releases_are_ordered_by_their_age() -> None:
    assert PROMETHEUS_2_42 < PROMETHEUS_2_53 < PROMETHEUS_3_5
