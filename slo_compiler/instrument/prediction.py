"""What is told of a model: that it serves, how good its predictions were, and which labels have arrived."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from prometheus_client import CollectorRegistry

from slo_compiler.instrument import values
from slo_compiler.instrument.families import counter, forget, gauge
from slo_compiler.model import contract


class Model:
    """A model version that serves.

    Args:
        name: the model.
        version: its version, such as a run or registry id.
        training_cutoff: the last day of its training data, such as ``2026-09-30``.
        artifact: where its weights are from.
        deployed: when it was deployed. Left out, nothing is told: a process that restarts does not know.
        slices: the parts of its traffic that are counted by themselves; all in one if none.
        registry: of prometheus_client; the default one unless given.

    A second object of the same name and version takes the place of the first.
    """

    def __init__(
        self,
        name: str,
        version: str,
        *,
        training_cutoff: str = "",
        artifact: str = "",
        deployed: values.Moment | None = None,
        slices: Iterable[str] = ("",),
        registry: CollectorRegistry | None = None,
    ) -> None:
        self._own: Final = {
            "model": values.text("name", name),
            "model_version": values.text("version", version),
        }
        self._info: Final = gauge(contract.MODEL_INFO, registry)
        self._deployed: Final = gauge(contract.MODEL_DEPLOYED, registry)
        self._predictions: Final = counter(contract.PREDICTIONS, registry)
        forget(self._info, **self._own)
        self._info.labels(**self._own, training_cutoff=training_cutoff, artifact=artifact).set(1)
        if deployed is not None:
            self._deployed.labels(**self._own).set(values.seconds(deployed))
        for slice_ in slices:
            self._predictions.labels(**self._own, slice=slice_)

    def predicted(self, count: int = 1, *, slice: str = "") -> None:
        """Count predictions."""
        self._predictions.labels(**self._own, slice=slice).inc(values.count(count))

    def retired(self) -> None:
        """Tell that this version serves no more, while the process goes on with another."""
        for family in (self._info, self._deployed, self._predictions):
            forget(family, **self._own)


class QualityJudge:
    """Whoever finds out whether predictions were good: a job with labels, a rule, a human, an LLM.

    Args:
        model: the model that is judged.
        version: its version.
        slices: the parts of the traffic that are judged by themselves. Name those that are known: series
            that exist from the start do not lose their first verdict to ``increase()``.
        registry: of prometheus_client; the default one unless given.
    """

    def __init__(
        self,
        model: str,
        version: str,
        *,
        slices: Iterable[str] = ("",),
        registry: CollectorRegistry | None = None,
    ) -> None:
        self._own: Final = {
            "model": values.text("model", model),
            "model_version": values.text("version", version),
        }
        self._evaluations: Final = counter(contract.QUALITY_EVALUATIONS, registry)
        for slice_ in slices:
            self._initialise(slice_)

    def judged(self, *, good: bool, slice: str = "", count: int = 1) -> None:
        """Count predictions that were found good, or not good."""
        number = values.count(count)
        self._initialise(slice)
        verdict = contract.GOOD if good else contract.BAD
        self._evaluations.labels(**self._own, slice=slice, verdict=verdict).inc(number)

    def _initialise(self, slice_: str) -> None:
        for verdict in contract.VERDICTS:
            self._evaluations.labels(**self._own, slice=slice_, verdict=verdict)


class Labels:
    """The true labels of a model's predictions, which arrive late.

    Args:
        model: whose predictions they are of.
        registry: of prometheus_client; the default one unless given.
    """

    def __init__(self, model: str, *, registry: CollectorRegistry | None = None) -> None:
        self._own: Final = {"model": values.text("model", model)}
        self._joined: Final = counter(contract.LABELS_JOINED, registry)
        self._watermark: Final = gauge(contract.LABEL_WATERMARK, registry)
        self._joined.labels(**self._own)

    def joined(self, count: int = 1) -> None:
        """Count labels that were joined to their predictions."""
        self._joined.labels(**self._own).inc(values.count(count))

    def watermark(self, at: values.Moment) -> None:
        """Tell that all labels of predictions made before a time have arrived."""
        self._watermark.labels(**self._own).set(values.seconds(at))
