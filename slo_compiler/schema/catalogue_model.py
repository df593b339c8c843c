"""The shape of a file of the preset library: a system, its metrics, and the presets that rest on them."""

from typing import Annotated, Literal, TypeAlias

from slo_compiler.schema.fields import Given, Number
from slo_compiler.schema.refusal import RefusedError
from slo_compiler.schema.shape import Key, default_of, length, whole
from slo_compiler.schema.spec_model import IndicatorModel, SurfaceName
from slo_compiler.schema.strict import Strict
from slo_compiler.schema.text_fields import AnnotationName, PromQL, ReleaseText, Slug

Sentences: TypeAlias = list[str]
Name: TypeAlias = AnnotationName
"""A parameter or a label, be it one that a spec may not set."""
UnitName: TypeAlias = Literal["s", "ms", "us", "1", "%", "bytes", "MiB"]


class MetricModel(Strict):
    """A metric, under its name."""

    type: Literal["counter", "gauge", "histogram", "summary"]
    description: str = ""
    """What it says, and what it does not."""
    labels: list[Name] = default_of(list)
    unit: Given[UnitName] = None
    buckets: list[Number] = default_of(list)
    """Bounds of a classic histogram's buckets, in the metric's unit, without +Inf."""
    configurable_buckets: bool = False
    """Whether an installation may have other bounds."""
    otel: str = ""
    """The name of the OpenTelemetry instrument, where the metric is one."""
    zero_initialised: Given[bool] = None
    """Whether the series are there, at 0, before the first event."""
    success_only: bool = False
    """Whether requests that fail are not in it."""
    shared: bool = False
    """Whether the name is not this system's alone, so that nothing can be held against others that use it."""
    since: Given[ReleaseText] = None
    """The first release with it."""
    before: Given[ReleaseText] = None
    """The first release without it."""
    gone: bool = False
    """Whether current releases have it no more, where it is not known since when."""
    use: str = ""
    """What to read instead, where it is gone or misleads."""

    @whole
    def _buckets_ascend(self) -> None:
        if self.buckets != sorted(set(self.buckets)):
            raise RefusedError("the bounds of the buckets do not ascend", "buckets")


class MisnomerModel(Strict):
    """A metric that guides speak of and that never was, under its name."""

    use: str
    """What is meant."""
    reason: str
    """Why there is no such metric."""


class LabelParameterModel(Strict):
    """A parameter that narrows a preset to values of a label, under the parameter's name."""

    label: Given[Name] = None
    """The label; the parameter's own name where it is not given."""
    description: str
    required: bool = False
    example: str


class VariantModel(Strict):
    """What a preset reads in earlier releases."""

    before: ReleaseText
    indicator: IndicatorModel


class PresetEntryModel(Strict):
    """A preset, under its name: an indicator that is whole but for its parameters, or a refusal."""

    description: str
    surface: SurfaceName = "serving"
    indicator: Given[IndicatorModel] = None
    """As in a spec; its threshold, bound or age is the example, or with defaulted the default."""
    defaulted: bool = False
    earlier: list[VariantModel] = default_of(list)
    """Variants for earlier releases, oldest first."""
    since: Given[ReleaseText] = None
    before: Given[ReleaseText] = None
    parameters: dict[Name, LabelParameterModel] = default_of(dict)
    without: list[Name] = default_of(list)
    """Parameters of the system that this preset does not take, as no metric of it has their labels."""
    confirm: dict[Name, str] = default_of(dict)
    """Switches of the system that are off by default: a parameter, and the sentence that it confirms."""
    prerequisites: Sentences = default_of(list)
    caveats: Sentences = default_of(list)
    refused: Given[str] = None
    """Why the system cannot be asked for this, and what to do instead."""

    @whole
    def _offered_or_refused(self) -> None:
        self.exactly_one("indicator", "refused", consequence="a preset is offered or refused")


class SystemModel(Strict):
    """A file of the library."""

    api_version: Annotated[Literal["slo-compiler/v1"], Key("apiVersion")]
    system: Slug
    title: str
    description: str
    read_from: str
    """The newest release that this was read from."""
    sources: Annotated[Sentences, length(1)]
    prerequisites: Sentences = default_of(list)
    caveats: Sentences = default_of(list)
    parameters: dict[Name, LabelParameterModel] = default_of(dict)
    """Those that every preset takes."""
    attributes: dict[Name, str] = default_of(dict)
    """OpenTelemetry's attributes, by the label that each is with underscores."""
    metrics: Annotated[dict[PromQL, MetricModel], length(1)]
    misnomers: dict[PromQL, MisnomerModel] = default_of(dict)
    presets: dict[Slug, PresetEntryModel] = default_of(dict)
