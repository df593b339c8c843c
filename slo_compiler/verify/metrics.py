"""The metrics that are there, wherever they were seen: series by name, and what each name is of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct, field

ADDED_BY_A_SCRAPE: Final = frozenset({"job", "instance"})
"""Labels that Prometheus gives to everything it scrapes."""

HISTOGRAM_PARTS: Final = ("_bucket", "_count", "_sum")


class Series(Struct, frozen=True):
    """A series. Its value is None where only its labels are known."""

    labels: Mapping[str, str]
    value: float | None = None


class Metrics(Struct, frozen=True):
    """What was seen.

    ``series`` are by the name that a selector gives, such as ``http_requests_total`` or ``latency_bucket``;
    ``types`` by that name or, of histograms and summaries, by the name without the part. A name with a type
    and no series is declared, and has counted nothing yet.
    """

    series: Mapping[str, tuple[Series, ...]]
    types: Mapping[str, str] = field(default_factory=dict)
    added: frozenset[str] = frozenset()
    """Labels that are not here, and that whoever scrapes adds."""

    def of(self, name: str) -> tuple[Series, ...]:
        """The series of a name; none where there are none."""
        return self.series.get(name, ())

    def type_of(self, name: str) -> str | None:
        """What a metric is: ``counter``, ``gauge``, ``histogram``, ``summary``, or not known."""
        known = self.types.get(name)
        if known is None:
            for part in HISTOGRAM_PARTS:
                if name.endswith(part) and self.types.get(name.removesuffix(part)) in (
                    "histogram",
                    "summary",
                ):
                    return "counter"
        return known

    @property
    def names(self) -> frozenset[str]:
        """All names that series or declarations have, histograms by their own name too."""
        return frozenset(self.series) | frozenset(self.types)


def merged(parts: Iterable[Metrics]) -> Metrics:
    """Everything that was seen in several places, as one."""
    series: dict[str, tuple[Series, ...]] = {}
    types: dict[str, str] = {}
    added: set[str] = set()
    for part in parts:
        for name, found in part.series.items():
            series[name] = (*series.get(name, ()), *found)
        types.update(part.types)
        added |= part.added
    return Metrics(series, types, frozenset(added))


def label_names(series: Iterable[Series]) -> Iterator[str]:
    """The labels that any of the series has, each once."""
    return iter(dict.fromkeys(name for each in series for name, value in each.labels.items() if value))


def label_values(series: Iterable[Series], label: str) -> list[str]:
    """The values that a label has on any of the series, sorted."""
    return sorted({each.labels[label] for each in series if each.labels.get(label)})
