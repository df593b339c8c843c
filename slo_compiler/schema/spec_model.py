"""The shape of a spec file, as pydantic checks it: every key there is, and its type."""

from typing import Annotated, Literal, TypeAlias

from slo_compiler.schema.alerting_model import AlertingModel, Labels
from slo_compiler.schema.fields import (
    Duration,
    Given,
    InheritedObjective,
    LatencyThreshold,
    Number,
    Period,
)
from slo_compiler.schema.ml_model import (
    DriftModel,
    GuardrailModel,
    GuardsModel,
    QualityModel,
    ServingModel,
    ToolModel,
)
from slo_compiler.schema.preset_model import PresetModel, is_preset
from slo_compiler.schema.refusal import MissingError
from slo_compiler.schema.runbook_model import RunbookModel
from slo_compiler.schema.shape import Key, default_of, either, length, told, unique, whole
from slo_compiler.schema.strict import Strict, one_required
from slo_compiler.schema.text_fields import (
    ClassName,
    LabelName,
    ModelName,
    OwnerName,
    PromQL,
    ReleaseText,
    Slug,
)

API_VERSION = "slo-compiler/v1"

SurfaceName: TypeAlias = Literal["serving", "data", "model"]
OwnedName: TypeAlias = Literal["serving", "data", "model", "security"]
Owners: TypeAlias = dict[OwnedName, OwnerName]
Systems: TypeAlias = dict[Slug, ReleaseText]


class RatioModel(Strict):
    """Bad or good events over all events."""

    model_config = one_required("bad", "good")

    bad: Given[PromQL] = None
    """Selector of the counter of bad events."""
    good: Given[PromQL] = None
    """Selector of the counter of good events; bad ones are what is missing from the total."""
    total: PromQL
    """Selector of the counter of all events."""

    @whole
    def _one_count(self) -> None:
        self.exactly_one("bad", "good", consequence="what spends the error budget is not clear")


class EventsModel(RatioModel):
    """As ratio, for what selectors cannot say: any PromQL with [$window] where the window goes."""


class LatencyModel(Strict):
    """Requests answered within a threshold."""

    histogram: PromQL
    """Selector of the histogram, without _bucket, _count or _sum."""
    threshold: LatencyThreshold
    """A duration such as 250ms, or a number in the histogram's own unit."""
    type: Literal["classic", "native"] = "classic"
    """Whether the histogram has buckets as series, or is native."""


class ThresholdModel(Strict):
    """Slices of time in which a gauge is on the right side of a bound."""

    model_config = one_required("at_least", "at_most")

    gauge: PromQL
    """The gauge, or any expression of one."""
    at_least: Given[Number] = None
    """A slice is good while the gauge is at or above this."""
    at_most: Given[Number] = None
    """A slice is good while the gauge is at or below this."""

    @whole
    def _one_bound(self) -> None:
        self.exactly_one("at_least", "at_most", consequence="which side of the bound is good is not clear")


class FreshnessModel(Strict):
    """Slices of time in which the newest success is young enough."""

    timestamp: PromQL
    """The time of the last success, in seconds since 1970."""
    max_age: Duration
    """How old it may be."""


class IndicatorModel(Strict):
    """What is measured: exactly one of these."""

    model_config = told({"minProperties": 1, "maxProperties": 1})

    ratio: Given[RatioModel] = None
    latency: Given[LatencyModel] = None
    events: Given[EventsModel] = None
    error_ratio: Given[PromQL] = None
    """One expression with [$window] in it that already is the ratio of errors."""
    probe: Given[PromQL] = None
    """Selector of a gauge that is 1 while all is well and 0 while it is not, such as up."""
    threshold: Given[ThresholdModel] = None
    freshness: Given[FreshnessModel] = None
    quality: Given[QualityModel] = None
    guardrail: Given[GuardrailModel] = None

    @whole
    def _one_kind(self) -> None:
        kinds = (
            *("ratio", "latency", "events", "error_ratio", "probe", "threshold", "freshness"),
            *("quality", "guardrail"),
        )
        self.exactly_one(*kinds, consequence="an SLO measures one thing")


IndicatorChoice: TypeAlias = Annotated[
    IndicatorModel | PresetModel,
    either(is_preset, own=IndicatorModel, library=PresetModel),
]


class SloModel(Strict):
    """One objective."""

    model_config = told({"anyOf": [{"required": ["objective"]}, {"required": ["class"]}]})

    name: Slug
    """What is promised, in a word or two, such as availability."""
    description: str = ""
    """What is promised, in a sentence; its alerts quote it."""
    surface: Given[SurfaceName] = None
    """What is broken while this burns: serving, data or model. Not given, as the preset has it, model for
    quality, else serving."""
    class_: Annotated[Given[ClassName], Key("class")] = None
    """How much it matters: one of the classes of defaults.yaml, which say what is not said here."""
    objective: InheritedObjective = None
    """In percent, such as 99.9%; that of the class where it is not given."""
    window: Given[Period] = None
    """The time over which the objective is promised; 30d where it is not given."""
    indicator: IndicatorChoice
    """What is measured: an indicator written out, or a preset of the library."""
    cadence: Given[Duration] = None
    """How often the indicator is measured, where that is rarer than a scrape, such as an hourly job."""
    group_by: Annotated[list[LabelName], unique] = default_of(list)
    """One SLO for each value of these labels."""
    alerting: AlertingModel = default_of(AlertingModel)
    runbook: RunbookModel = default_of(RunbookModel)
    """What its runbook says beside what is generated; what is not said here, the service's says."""

    @whole
    def _promises_something(self) -> None:
        if self.objective is None and self.class_ is None:
            raise MissingError("objective")


class SpecModel(Strict):
    """The SLOs of one service."""

    api_version: Annotated[Literal["slo-compiler/v1"], Key("apiVersion")]
    """The format of this file."""
    service: Slug
    """The name of the service: part of file, group and alert names."""
    description: str = ""
    """What the service does, in a sentence; alerts quote it where their SLO has no description of its own."""
    labels: Labels = default_of(dict)
    """Labels on every alert of the service."""
    owners: Owners = default_of(dict)
    """Who answers, by failure surface; security answers for guardrails instead of their surface's owner."""
    systems: Systems = default_of(dict)
    """The releases of the systems that it runs on, such as vllm, for presets and the catalogue of metrics."""
    alerting: AlertingModel = default_of(AlertingModel)
    """What holds for every SLO of the service."""
    model: Given[ModelName] = None
    """The name of the model in the metrics; that of the service where it is not given."""
    drift: list[DriftModel] = default_of(list)
    """Drifts that are watched; none of them pages by itself."""
    guards: Given[GuardsModel] = None
    """What holds back the usual false pages; on by default where the metrics for it are there."""
    serving: Given[ServingModel] = None
    """How the service serves: engines that may stall, the autoscaler, the queue."""
    deployed: Given[PromQL] = None
    """Selector of the time of the model's last deployment, in seconds since 1970."""
    tools: list[ToolModel] = default_of(list)
    """The tools that an LLM may call: what a prompt injection could reach."""
    triage: Given[bool] = None
    """Whether pages of the serving surface hold back alerts of data and model; true where it is not given."""
    runbook: RunbookModel = default_of(RunbookModel)
    """What every runbook of the service says beside what is generated."""
    slos: Annotated[list[SloModel], length(1)]
    """What is promised of the service; each is alerted on by itself."""
