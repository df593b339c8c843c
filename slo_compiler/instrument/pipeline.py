"""What a pipeline tells: when it last succeeded."""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self

from prometheus_client import CollectorRegistry

from slo_compiler.instrument import values
from slo_compiler.instrument.families import gauge
from slo_compiler.model import contract


class Pipeline:
    """A pipeline, and as a context manager one run of it, which succeeds if it does not raise.

    Args:
        name: of the pipeline.
        registry: of prometheus_client; the default one unless given. A job that ends has to push it.

    Nothing is exposed before the first success: what never ran is not fresh.
    """

    def __init__(self, name: str, *, registry: CollectorRegistry | None = None) -> None:
        self._name: Final = values.text("name", name)
        self._last_success: Final = gauge(contract.PIPELINE_LAST_SUCCESS, registry)

    def succeeded(self, at: values.Moment | None = None) -> None:
        """Tell that it succeeded, now or at a time."""
        self._last_success.labels(pipeline=self._name).set(values.seconds(at))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.succeeded()
