"""What a drift detector tells: its scores, what it compares with what, and that it is alive."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final, Literal, TypeAlias

from prometheus_client import CollectorRegistry

from slo_compiler.instrument import values
from slo_compiler.instrument.families import forget, gauge
from slo_compiler.model import contract

Kind: TypeAlias = Literal["input", "prediction", "label"]
Series: TypeAlias = tuple[str, str, str]
"""Feature, slice and kind: what a detector has one score of."""

_HASH_DIGITS: Final = 12


class Detector:
    """A drift detector of one model.

    Args:
        model: the model that it watches.
        name: its own name, such as ``psi``; two detectors of a model have two names.
        version: of its code, so that an upgrade is seen as one.
        reference_id: what it compares with, such as the tag of a training set.
        config: all else that decides over its scores, as JSON would hold it; only a hash is exposed.
        registry: of prometheus_client; the default one unless given.

    A second object of the same model and name takes the place of the first: only its info is exposed.
    """

    def __init__(
        self,
        *,
        model: str,
        name: str,
        version: str = "",
        reference_id: str = "",
        config: Mapping[str, object] | None = None,
        registry: CollectorRegistry | None = None,
    ) -> None:
        self._own: Final = {"model": values.text("model", model), "detector": values.text("name", name)}
        hash_ = config_hash(config) if config else ""
        info = gauge(contract.DETECTOR_INFO, registry)
        self._scores: Final = gauge(contract.DRIFT_SCORE, registry)
        self._thresholds: Final = gauge(contract.DRIFT_THRESHOLD, registry)
        self._sample_sizes: Final = gauge(contract.DRIFT_SAMPLE_SIZE, registry)
        self._last_run: Final = gauge(contract.DETECTOR_LAST_RUN, registry)
        self._reported: set[Series] = set()
        forget(info, **self._own)
        described = {"detector_version": version, "reference_id": reference_id, "config_hash": hash_}
        info.labels(**self._own, **described).set(1)

    def report(
        self,
        *,
        feature: str,
        score: float,
        threshold: float,
        kind: Kind = "input",
        slice: str = "",
        samples: int | None = None,
    ) -> None:
        """Tell the score of a feature.

        Args:
            feature: which; ``all`` for a test of all features together.
            score: at least 0, and higher is worse. For a p-value see ``from_p_value``.
            threshold: the score above which it is drift, on the same scale.
            kind: whether the inputs, the predictions or the labels have moved.
            slice: the part of the traffic that it is about; all of it if empty.
            samples: how many samples it was computed from.

        Raises:
            ValueError: a value that no alert could compare, or an unknown kind. Nothing is told then.
        """
        labels = {
            **self._own,
            "feature": values.text("feature", feature),
            "slice": slice,
            "kind": values.one_of("kind", kind, contract.KINDS),
        }
        told = values.level("score", score), values.level("threshold", threshold)
        size = None if samples is None else values.count(samples)
        self._scores.labels(**labels).set(told[0])
        self._thresholds.labels(**labels).set(told[1])
        if size is not None:
            self._sample_sizes.labels(**labels).set(size)
        self._reported.add((feature, slice, kind))

    def completed(self, at: values.Moment | None = None) -> None:
        """Tell that a run ended well, now or at a time: without it, the detector counts as dead."""
        self._last_run.labels(**self._own).set(values.seconds(at))

    @contextmanager
    def run(self) -> Iterator[Detector]:
        """A run: stamped when it ends well; what it did not report again is forgotten.

        A run that raises is not stamped and forgets nothing, so that the last good scores stay and age.
        """
        before, self._reported = self._reported, set()
        try:
            yield self
        except BaseException:
            self._reported |= before
            raise
        for feature, slice_, kind in before - self._reported:
            for family in (self._scores, self._thresholds, self._sample_sizes):
                forget(family, **self._own, feature=feature, slice=slice_, kind=kind)
        self.completed()


def from_p_value(p_value: float) -> float:
    """The score of a p-value, or the threshold of a significance level: one minus it.

    A p-value is small where there is drift; a score is large there.

    Raises:
        ValueError: it is not between 0 and 1.
    """
    if not 0 <= p_value <= 1:  # which is false for NaN
        raise ValueError(f"{p_value!r} is no p-value, which lies between 0 and 1")
    return 1 - p_value


def config_hash(config: Mapping[str, object]) -> str:
    """Twelve hexadecimal digits that change when the configuration does, whatever the order of its keys.

    Raises:
        ValueError: it holds what JSON cannot, whose text might differ from one run to the next.
    """
    try:
        canonical = json.dumps(config, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as failure:
        raise ValueError(
            f"the configuration is no JSON ({failure}), so that its hash might change by itself and look "
            "like a change of the detector"
        ) from failure
    return hashlib.sha256(canonical.encode()).hexdigest()[:_HASH_DIGITS]
