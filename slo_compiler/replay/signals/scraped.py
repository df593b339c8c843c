"""What a Prometheus would have scraped of a service of machine learning, as arrays: a column a scrape.

A value that is no number was not there: the scrape failed, or the target no longer had the series.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct, field

from slo_compiler.replay.grid import Array
from slo_compiler.replay.series import Counters, Series

Which: TypeAlias = npt.NDArray[np.intp]
"""Which of several is there at each moment, by number; negative where none is."""


class DriftScraped(Struct, frozen=True, eq=False):
    """What a detector exports: a row for each feature, in each slice, of one replica of the detector.

    ``last_run`` is in the seconds of the past. ``threshold`` is None where the spec gives a number, and
    ``detector`` and ``last_run`` are None where nothing exports them.
    """

    times: Array
    score: Array
    threshold: Array | None = None
    detector: Which | None = None
    last_run: Array | None = None


class LabelsScraped(Struct, frozen=True, eq=False):
    """The counters of labels that were joined and of predictions, a row for each of their series."""

    times: Array
    joined: Array
    predictions: Array


class ReplicasScraped(Struct, frozen=True, eq=False):
    """A row for each replica: its requests, when it became ready, and its restarts.

    ``requests`` are those of the SLO. ``ready`` is in the seconds of the past.
    """

    requests: Counters
    ready: Array
    restarts: Array


class GuardrailScraped(Struct, frozen=True, eq=False):
    """The counters of a guardrail, a row for each of their series; None is not counted."""

    times: Array
    checks: Array
    fail_open: Array | None = None
    traffic: Array | None = None


class ServicePast(Struct, frozen=True, eq=False):
    """All that was scraped of a service: of its SLOs, drifts and guards, each by the name in the spec.

    What is not there has never been scraped. ``rules_changed`` is when the rules of its drifts were others
    before; None if they have always been these.
    """

    slos: Mapping[str, Series]
    drifts: Mapping[str, DriftScraped] = field(default_factory=dict)
    labels: Mapping[str, LabelsScraped] = field(default_factory=dict)
    replicas: Mapping[str, ReplicasScraped] = field(default_factory=dict)
    guardrails: Mapping[str, GuardrailScraped] = field(default_factory=dict)
    slices: Mapping[str, Counters] = field(default_factory=dict)
    """The judged predictions of an SLO, a row for each slice."""
    rules_changed: float | None = None
