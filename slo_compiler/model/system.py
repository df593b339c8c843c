"""Systems as the catalogue knows them: their metrics, and the presets that rest on these."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final, TypeAlias

from msgspec import Struct

from slo_compiler.model.indicator import Indicator
from slo_compiler.model.surface import Surface

ReleaseNumber: TypeAlias = tuple[int, ...]
"""A release of a system: 0.11.2 is ``(0, 11, 2)``."""

_RELEASE: Final = r"v?([0-9]{1,9}(?:\.[0-9]{1,9}){0,3})"


def parse_release(text: str) -> ReleaseNumber:
    """The release that a text such as ``0.11`` or ``v1.21.3`` names.

    Raises:
        ValueError: the text names none.
    """
    match = re.fullmatch(_RELEASE, text)
    if match is None:
        raise ValueError(f"{text!r} is no release; write for example 0.11 or v1.21.3")
    return tuple(map(int, match[1].split(".")))


def format_release(release: ReleaseNumber) -> str:
    """The release as text: ``0.11``."""
    return ".".join(map(str, release))


class Releases(Struct, frozen=True):
    """The releases of a system from one on and before another; None is no bound."""

    since: ReleaseNumber | None = None
    before: ReleaseNumber | None = None

    def __contains__(self, release: ReleaseNumber) -> bool:
        """Whether it is one of them."""
        return (self.since is None or release >= self.since) and (
            self.before is None or release < self.before
        )

    def __str__(self) -> str:
        match self.since, self.before:
            case None, None:
                return "all releases"
            case since, None if since is not None:
                return f"{format_release(since)} and later"
            case None, before if before is not None:
                return f"before {format_release(before)}"
            case since, before:
                return f"{format_release(since or ())} until before {format_release(before or ())}"


class MetricType(enum.Enum):
    """What kind of series a metric is."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"
    SUMMARY = "summary"


class Unit(enum.Enum):
    """The unit of a metric's values, as the catalogue writes it."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MICROSECONDS = "us"
    RATIO = "1"
    PERCENT = "%"
    BYTES = "bytes"
    MEBIBYTES = "MiB"

    @property
    def seconds(self) -> Fraction | None:
        """How many seconds one of it is; None where it is no time."""
        return _SECONDS.get(self)


_SECONDS: Final = {
    Unit.SECONDS: Fraction(1),
    Unit.MILLISECONDS: Fraction(1, 1000),
    Unit.MICROSECONDS: Fraction(1, 1_000_000),
}


class Metric(Struct, frozen=True):
    """A metric of a system, by the name under which Prometheus has it.

    ``bounds`` are those of a histogram's buckets, in its unit, without ``+Inf``; ``success_only`` says that
    failures are not in it; ``otel`` is the name of the OpenTelemetry instrument, if it is one; ``shared``
    says that other systems have such metrics too; ``use`` names what to read instead where the metric is
    gone or misleads.
    """

    name: str
    type: MetricType
    description: str
    labels: tuple[str, ...]
    unit: Unit | None
    bounds: tuple[Fraction, ...]
    configurable_bounds: bool
    otel: str
    zero_initialised: bool | None
    success_only: bool
    shared: bool
    releases: Releases
    gone: bool
    """Whether current releases have it no more, where it is not known since when."""
    use: str


class Misnomer(Struct, frozen=True):
    """A metric that guides speak of and that never was."""

    name: str
    use: str
    reason: str


class LabelParameter(Struct, frozen=True):
    """A parameter that narrows a preset to one or more values of a label."""

    label: str
    description: str
    required: bool
    example: str


class Variant(Struct, frozen=True):
    """What a preset reads in the releases before one."""

    before: ReleaseNumber
    indicator: Indicator


class Preset(Struct, frozen=True):
    """An SLI of a system.

    ``earlier`` is ordered, oldest first. ``indicator`` is a whole one: its threshold, age or bound is
    replaced by what the spec says, and holds where the spec may leave it out (``defaulted``).
    ``confirmations`` are switches of the system that are off by default, by the parameter with which a spec
    says that they are on.
    """

    id: str
    description: str
    surface: Surface
    indicator: Indicator
    earlier: tuple[Variant, ...]
    releases: Releases
    labels: Mapping[str, LabelParameter]
    defaulted: bool
    confirmations: Mapping[str, str]
    prerequisites: tuple[str, ...]
    caveats: tuple[str, ...]

    def indicator_of(self, release: ReleaseNumber | None) -> Indicator:
        """What it reads in a release, by default the newest."""
        for variant in self.earlier:
            if release is not None and release < variant.before:
                return variant.indicator
        return self.indicator


class Refusal(Struct, frozen=True):
    """What a system cannot be asked for, though it looks as if it could."""

    id: str
    description: str
    reason: str


class System(Struct, frozen=True):
    """A system as the catalogue knows it; ``read_from`` is the newest release that it was read from."""

    name: str
    title: str
    description: str
    read_from: str
    sources: tuple[str, ...]
    prerequisites: tuple[str, ...]
    caveats: tuple[str, ...]
    attributes: Mapping[str, str]
    """OpenTelemetry's attributes, by the label that each is with underscores."""
    metrics: Mapping[str, Metric]
    misnomers: Mapping[str, Misnomer]
    presets: Mapping[str, Preset | Refusal]

    def metric_of(self, series: str) -> Metric | None:
        """The metric that a series belongs to, be it one of those of a histogram or summary."""
        return next((self.metrics[name] for name in metric_names(series) if name in self.metrics), None)


def metric_names(series: str) -> Iterator[str]:
    """The names that the metric of a series may have: its own, or that of a histogram or summary."""
    yield series
    yield from (series.removesuffix(end) for end in ("_bucket", "_count", "_sum") if series.endswith(end))
