"""The panels that dashboards are made of, each with a title, a description, a unit and an id that stays."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from fractions import Fraction
from typing import Final, TypeAlias

from grafana_foundation_sdk.builders import common as build_common
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import stat, statetimeline, timeseries
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.models import common, dashboard
from msgspec import Struct

DATASOURCE: Final = "datasource"
"""The variable by which a user chooses the Prometheus."""

GREEN, YELLOW, ORANGE, RED, BLUE, GREY = "green", "yellow", "orange", "red", "blue", "text"
THIRD, HALF, WHOLE = 8, 12, 24
"""Widths: the grid has 24 columns."""

NOTHING: Final = "none"

Panel: TypeAlias = timeseries.Panel | stat.Panel | statetimeline.Panel
Step: TypeAlias = tuple[Fraction | None, str]
"""From a value on, and from below all others where that is None, a colour."""


class Line(Struct, frozen=True):
    """A query of a panel, and what its series are called there."""

    promql: str
    legend: str


class Described(Struct, frozen=True):
    """What every panel says of itself. ``key`` is what its id is made of, which therefore stays."""

    key: str
    title: str
    description: str
    unit: str = "short"
    width: int = HALF
    height: int = 8


def lines(
    about: Described,
    queries: Sequence[Line],
    bounds: Sequence[Step] = (),
    *,
    logarithmic: bool = False,
    least: float | None = 0,
) -> timeseries.Panel:
    """Lines over time from ``least`` upwards; ``bounds`` are drawn across them."""
    panel = timeseries.Panel()
    _describe(panel, about, queries)
    panel.line_width(1).fill_opacity(5).show_points(common.VisibilityMode.NEVER)
    panel.legend(
        build_common.VizLegendOptions()
        .display_mode(common.LegendDisplayMode.LIST)
        .placement(common.LegendPlacement.BOTTOM)
        .show_legend(True)  # noqa: FBT003 the library's signature
        .calcs(["lastNotNull"])
    )
    panel.tooltip(build_common.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI))
    if least is not None:
        panel.min(least)
    if logarithmic:
        scale = build_common.ScaleDistributionConfig().type(common.ScaleDistribution.SYMLOG).log(10)
        panel.scale_distribution(scale.linear_threshold(0.0001))
    if bounds:
        panel.thresholds(_steps([(None, GREEN), *bounds]))
        style = build_common.GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED)
        panel.thresholds_style(style)
    return panel


def numbers(about: Described, queries: Sequence[Line], steps: Sequence[Step]) -> stat.Panel:
    """What each series is now, in the colour of the step that it has reached."""
    panel = stat.Panel()
    _describe(panel, about, queries)
    panel.thresholds(_steps(steps))
    panel.color_mode(common.BigValueColorMode.VALUE).graph_mode(common.BigValueGraphMode.AREA)
    panel.text_mode(common.BigValueTextMode.VALUE_AND_NAME)
    panel.reduce_options(build_common.ReduceDataOptions().calcs(["lastNotNull"]))
    return panel


def lanes(
    about: Described, queries: Sequence[Line], words: dict[str, tuple[str, str]]
) -> statetimeline.Panel:
    """A lane for each series, filled while it is there; ``words`` are text and colour by value."""
    panel = statetimeline.Panel()
    _describe(panel, about, queries)
    mapped = {value: dashboard.ValueMappingResult(text, colour) for value, (text, colour) in words.items()}
    panel.mappings([dashboard.ValueMap(mapped)])
    panel.show_value(common.VisibilityMode.NEVER).row_height(0.8).merge_values(True)  # noqa: FBT003 as above
    panel.legend(
        build_common.VizLegendOptions()
        .display_mode(common.LegendDisplayMode.LIST)
        .placement(common.LegendPlacement.BOTTOM)
        .show_legend(False)  # noqa: FBT003 as above
        .calcs([])
    )
    return panel


def datasource() -> dashboard.DataSourceRef:
    """The Prometheus that the user has chosen."""
    return dashboard.DataSourceRef("prometheus", f"${{{DATASOURCE}}}")


def _describe(panel: Panel, about: Described, queries: Sequence[Line]) -> None:
    panel.id(zlib.crc32(about.key.encode()) & 0x7FFFFFFF)
    panel.title(about.title).description(about.description).unit(about.unit)
    panel.datasource(datasource()).span(about.width).height(about.height).no_value(NOTHING)
    panel.targets([_target(line, number) for number, line in enumerate(queries)])


def _target(line: Line, number: int) -> Dataquery:
    ref = chr(ord("A") + number) if number < 26 else f"A{number}"
    query = Dataquery().expr(line.promql).legend_format(line.legend).ref_id(ref).range()
    return query.datasource(datasource())


def _steps(steps: Sequence[Step]) -> build.ThresholdsConfig:
    found = [dashboard.Threshold(None if value is None else float(value), colour) for value, colour in steps]
    return build.ThresholdsConfig().mode(dashboard.ThresholdsMode.ABSOLUTE).steps(found)
