"""The HTTP API of Prometheus, and of what speaks it: what is asked, and the values that come back.

Source: https://prometheus.io/docs/prometheus/latest/querying/api/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from msgspec import Struct

from slo_compiler.prometheus import decode
from slo_compiler.prometheus.answers import (
    ActiveAlert,
    Answer,
    BuildInfo,
    Labels,
    Line,
    LoadedGroup,
    Metadata,
    Sample,
)
from slo_compiler.prometheus.failure import Failure, Reason, quoted
from slo_compiler.prometheus.transport import Parameters, Transport

Value = TypeVar("Value")


class Prometheus(Struct, frozen=True):
    """A Prometheus that can be asked. Times are Unix seconds, and durations seconds."""

    transport: Transport

    @property
    def url(self) -> str:
        """Its address."""
        return self.transport.address.url

    def query(self, expr: str, at: float | None = None) -> Answer[tuple[Sample, ...]] | Failure:
        """What an expression is at a time, or now; it has to be an instant vector or a scalar."""
        parameters = [("query", expr), *_times(time=at)]
        return self._get("/api/v1/query", parameters, decode.samples, may_post=True)

    def raw(self, selector: str, at: float | None = None) -> Answer[tuple[Line, ...]] | Failure:
        """The samples as they were scraped that a range selector, such as ``up[5m]``, finds at a time."""
        parameters = [("query", selector), *_times(time=at)]
        return self._get("/api/v1/query", parameters, decode.lines, may_post=True)

    def query_range(
        self, expr: str, start: float, end: float, step: float
    ) -> Answer[tuple[Line, ...]] | Failure:
        """What an expression is at each step from ``start`` to ``end``, both included.

        Prometheus answers with at most 11,000 steps.
        """
        parameters = [("query", expr), *_times(start=start, end=end, step=step)]
        return self._get("/api/v1/query_range", parameters, decode.lines, may_post=True)

    def series(
        self, selectors: Iterable[str], start: float | None = None, end: float | None = None
    ) -> Answer[tuple[Labels, ...]] | Failure:
        """The labels of all series that any of the selectors finds, in some time."""
        parameters = [*(("match[]", each) for each in selectors), *_times(start=start, end=end)]
        return self._get("/api/v1/series", parameters, decode.label_sets, may_post=True)

    def label_names(self, selectors: Iterable[str] = ()) -> Answer[tuple[str, ...]] | Failure:
        """The names of labels, of all series or of those that any of the selectors finds."""
        parameters = [("match[]", each) for each in selectors]
        return self._get("/api/v1/labels", parameters, decode.names, may_post=True)

    def label_values(self, name: str, selectors: Iterable[str] = ()) -> Answer[tuple[str, ...]] | Failure:
        """The values of a label. Its name is one of letters, digits and underscores."""
        if not name.isidentifier():
            raise ValueError(f"{name!r} is no classic name of a label")
        parameters = [("match[]", each) for each in selectors]
        return self._get(f"/api/v1/label/{name}/values", parameters, decode.names)

    def metadata(self, metric: str | None = None) -> Answer[Mapping[str, tuple[Metadata, ...]]] | Failure:
        """What the targets that are scraped now say of a metric, or of all."""
        parameters = [] if metric is None else [("metric", metric)]
        return self._get("/api/v1/metadata", parameters, decode.metadata)

    def build_info(self) -> Answer[BuildInfo] | Failure:
        """Which server it is; some that speak the API do not say."""
        return self._get("/api/v1/status/buildinfo", (), decode.build_info)

    def retention(self) -> Answer[str] | Failure:
        """How long it keeps samples, in its own words, such as ``15d or 100GiB``; some do not say."""
        return self._get("/api/v1/status/runtimeinfo", (), decode.retention)

    def rules(self) -> Answer[tuple[LoadedGroup, ...]] | Failure:
        """The rules that are loaded, and how they are."""
        return self._get("/api/v1/rules", (), decode.groups)

    def alerts(self) -> Answer[tuple[ActiveAlert, ...]] | Failure:
        """The alerts that wait or fire now."""
        return self._get("/api/v1/alerts", (), decode.active_alerts)

    def _get(
        self, path: str, parameters: Parameters, shape: Callable[[Any], Value], *, may_post: bool = False
    ) -> Answer[Value] | Failure:
        told = self.transport.ask(path, parameters, may_post=may_post)
        if isinstance(told, Failure):
            return told
        try:
            warnings = (*told.get("warnings", ()), *told.get("infos", ()))
            return Answer(shape(told["data"]), tuple(quoted(str(each)) for each in warnings))
        except decode.MALFORMED:
            return unknown_shape(self.url, path, "Prometheus")


def unknown_shape(url: str, path: str, api: str) -> Failure:
    """The answer is JSON, and no answer of the API."""
    return Failure(
        Reason.NO_API, url, f"its answer to {path} is not one of {api}: another server answers there"
    )


def _times(**given: float | None) -> list[tuple[str, str]]:
    return [(name, f"{value:.3f}") for name, value in given.items() if value is not None]
