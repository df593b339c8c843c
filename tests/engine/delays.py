"""When the real incident that looks most like a guard's false page is heard all the same, on the engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from slo_compiler.model.guard import GuardKind


@dataclass(frozen=True, slots=True)
class Delay:
    """``minutes`` is how long after its begin the incident is surely heard, though the guard held it back.

    ``test`` is where the engines say so.
    """

    minutes: int
    test: str


HEARD_WITHIN: Final = {
    GuardKind.DETECTOR_MOVED: Delay(
        70, "test_guards.py::test_real_drift_is_told_the_hour_after_the_detector_moved"
    ),
    GuardKind.SPEC_MOVED: Delay(70, "test_guards.py::test_real_drift_is_told_the_hour_after_the_spec_moved"),
    GuardKind.LABEL_LAG: Delay(100, "test_label_lag.py::test_labels_that_are_missing_for_good_are_no_lag"),
    GuardKind.COLD_START: Delay(
        23, "test_cold_start.py::test_a_new_version_that_stays_slow_is_heard_when_it_is_warm"
    ),
    GuardKind.SEASONALITY: Delay(
        8 * 60, "test_guards.py::test_real_drift_that_begins_as_a_season_is_told_when_the_season_is_over"
    ),
}
