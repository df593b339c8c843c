"""The shape of what a spec says about machine learning, as pydantic checks it."""

from typing import Annotated, Any, Final, Literal, TypeAlias

from slo_compiler.model.drift import BY
from slo_compiler.model.guard import REPLICA
from slo_compiler.model.serving import ENGINE
from slo_compiler.schema.fields import DriftThreshold, Duration, Given, Share, Tolerance
from slo_compiler.schema.refusal import RefusedError
from slo_compiler.schema.runbook_model import RunbookModel
from slo_compiler.schema.shape import default_of, either, length, told, unique, whole
from slo_compiler.schema.strict import Strict
from slo_compiler.schema.text_fields import DataScope, LabelName, ModelName, PromQL, Slug


class LabelsModel(Strict):
    """How late ground truth comes, and how much of it there has to be."""

    mode: Literal["arrival", "cohort"] = "arrival"
    """Whether judged predictions are counted when their labels arrive, or at the time they were made."""
    lag: Given[Duration] = None
    """How long after a prediction its label has usually come."""
    completeness: Given[Share] = None
    """The share of predictions that have to be labelled before quality means anything; 80% if not given."""

    @whole
    def _cohort_knows_its_lag(self) -> None:
        if self.mode == "cohort" and self.lag is None:
            raise RefusedError(
                "mode cohort without a lag would judge the newest predictions by the few labels that are "
                "there already; say how long labels take, such as lag: 6h",
                "mode",
            )


class CountsModel(Strict):
    """Bad or good events over all events; with nothing given those of the contract."""

    bad: Given[PromQL] = None
    """Selector of the counter of bad events."""
    good: Given[PromQL] = None
    """Selector of the counter of good events."""
    total: Given[PromQL] = None
    """Selector of the counter of all events."""

    @whole
    def _all_or_nothing(self) -> None:
        if (self.bad, self.good, self.total) != (None, None, None):
            if self.total is None:
                raise RefusedError("total is missing: of how many events these are a part is not known")
            self.exactly_one("bad", "good", consequence="what spends the error budget is not clear")


class QualityModel(CountsModel):
    """The fraction of judged predictions that meet the quality threshold."""

    labels: LabelsModel = default_of(LabelsModel)
    """How late the ground truth comes by which predictions are judged."""
    slices: Annotated[list[LabelName], unique] = default_of(list)
    """Labels by each of whose values a slice is paged for, when it is surely bad and not by chance."""


class GuardrailModel(CountsModel):
    """Checks that a guardrail did not make, for it failed or failed open, over all its checks."""

    name: Given[ModelName] = None
    """The name of the guardrail in the metrics."""
    fail_open: Given[PromQL] = None
    """Selector of the counter of checks that were not made, and let pass what they were to look at."""
    blocked: Given[PromQL] = None
    """Selector of the counter of checks that kept something out."""
    traffic: Given[PromQL] = None
    """Selector of the counter of requests, each of which is to be checked."""
    origin: Given[LabelName] = None
    """The label that says where what was checked came from; origin if not given."""

    @whole
    def _which(self) -> None:
        if self.total is None and self.name is None:
            raise RefusedError(
                "which guardrail is meant is not said; give its name in ml_guardrail_checks_total, or bad "
                "and total"
            )
        if self.total is not None and self.name is not None:
            raise RefusedError("bad and total say which guardrail is meant; remove the name", "name", "[key]")


class DriftModel(Strict):
    """A drift that is watched."""

    name: Slug
    """What drifts, in a word or two, such as input-drift."""
    kind: Literal["input", "prediction", "label"] = "input"
    """What distribution it is of."""
    score: Given[PromQL] = None
    """Selector of the gauge of the score, higher is worse; ml_drift_score of the model if not given."""
    threshold: Given[DriftThreshold] = None
    """The score above which a feature drifts: a number, or the selector of a gauge with the same labels."""
    quality: Given[Slug] = None
    """The SLO that tells virtual drift from real drift."""
    by: Annotated[list[LabelName], length(1), unique] = default_of(lambda: [*BY])
    """The labels that name what can drift; those of all others, such as instance, are aggregated away."""
    breadth: Given[Share] = None
    """When this share of all features drifts at once it is a broken pipeline; 50% if not given."""
    detector: Given[PromQL] = None
    """Selector of an info series whose labels change when the detector does."""
    last_run: Given[PromQL] = None
    """Selector of the time of the detector's last run, in seconds since 1970."""
    cadence: Given[Duration] = None
    """How often the detector runs; 1h if not given."""
    runbook: RunbookModel = default_of(RunbookModel)
    """What its runbook says beside what is generated; what is not said here, the service's says."""


class GuardModel(Strict):
    """A guard that needs nothing but what the drifts say."""

    max: Given[Duration] = None
    """How long it may hold back alerts, out of any time twice as long."""


class LabelLagModel(GuardModel):
    """The guard against label lag."""

    model_config = told({"dependentRequired": {"joined": ["predictions"], "predictions": ["joined"]}})

    joined: Given[PromQL] = None
    """Selector of the counter of labels that were joined with their prediction."""
    predictions: Given[PromQL] = None
    """Selector of the counter of predictions."""

    @whole
    def _both(self) -> None:
        if (self.joined is None) != (self.predictions is None):
            given, missing = (
                ("joined", "predictions") if self.predictions is None else ("predictions", "joined")
            )
            raise RefusedError(
                f"{missing} is missing: the share of labelled predictions is joined over predictions", given
            )


class ColdStartModel(GuardModel):
    """The guard against cold starts."""

    ready: PromQL
    """Selector of the time when each replica became ready, in seconds since 1970."""
    restarts: PromQL
    """Selector of the counter of each replica's container restarts: a crash loop is no warm-up."""
    by: Annotated[list[LabelName], length(1), unique] = default_of(lambda: [*REPLICA])
    """The labels that name a replica, on these series as on those of the SLO."""
    warm_up: Given[Duration] = None
    """How long a replica may be slow after it has become ready; 10m if not given."""


class SeasonalityModel(GuardModel):
    """The guard against seasons read as drift."""

    tolerance: Given[Tolerance] = None
    """How many times the usual score of this hour of the week is still usual; 1.3 if not given."""


class ServingModel(Strict):
    """How the service serves."""

    model_config = told(
        {
            "minProperties": 1,
            "dependentRequired": {
                "running": ["progress"],
                "progress": ["running"],
                "queue_time": ["total_time"],
                "total_time": ["queue_time"],
            },
        }
    )

    running: Given[PromQL] = None
    """Selector of the gauge of requests in progress."""
    progress: Given[PromQL] = None
    """Selector of the counter of what engines work off, such as tokens."""
    by: Annotated[list[LabelName], length(1), unique] = default_of(lambda: [*ENGINE])
    """The labels that tell one engine from another, on both."""
    stalled_after: Given[Duration] = None
    """How long without progress is too long; the base window if not given."""
    replicas: Given[PromQL] = None
    """Selector of the gauge of replicas that the autoscaler wants."""
    waiting: Given[PromQL] = None
    """Selector of the gauge of requests that wait: the depth of the queue."""
    utilisation: Given[PromQL] = None
    """Selector of the gauge of how busy each accelerator is."""
    queue_time: Given[PromQL] = None
    """Selector of the counter of time that requests have waited."""
    total_time: Given[PromQL] = None
    """Selector of the counter of time that requests have taken, in the same unit."""

    @whole
    def _in_pairs(self) -> None:
        given = {key for key, value in vars(self).items() if value is not None and key in SERVED}
        if not given:
            raise RefusedError("nothing is said of serving, so that nothing would be watched")
        for pair, consequence in _PAIRS.items():
            if len(given.intersection(pair)) == 1:
                (alone,) = given.intersection(pair)
                (missing,) = {*pair} - {alone}
                raise RefusedError(f"{missing} is missing: {consequence}", alone)
        if self.stalled_after is not None and self.running is None:
            raise RefusedError("there is no running here whose engines could be stalled", "stalled_after")


SERVED: Final = ("running", "progress", "replicas", "waiting", "utilisation", "queue_time", "total_time")
_PAIRS: Final = {
    ("running", "progress"): "an engine is stalled when it has requests and makes no progress",
    ("queue_time", "total_time"): "the share of the queue is its time over all time",
}


def _flag_or_mapping(value: Any) -> str:
    return "mapping" if isinstance(value, dict | Strict) else "flag"


Choice: TypeAlias = Annotated[bool | GuardModel, either(_flag_or_mapping, flag=bool, mapping=GuardModel)]
LabelLagChoice: TypeAlias = Annotated[
    bool | LabelLagModel, either(_flag_or_mapping, flag=bool, mapping=LabelLagModel)
]
ColdStartChoice: TypeAlias = Annotated[
    bool | ColdStartModel, either(_flag_or_mapping, flag=bool, mapping=ColdStartModel)
]
SeasonalityChoice: TypeAlias = Annotated[
    bool | SeasonalityModel, either(_flag_or_mapping, flag=bool, mapping=SeasonalityModel)
]


class GuardsModel(Strict):
    """The guards, each true, false or what it looks at."""

    detector_moved: Given[Choice] = None
    """Holds back drift tickets after the detector got a new reference, version or threshold."""
    spec_moved: Given[Choice] = None
    """Holds back drift tickets after this very spec of the drift was changed."""
    label_lag: Given[LabelLagChoice] = None
    """Holds back burn-rate alerts of quality while too few predictions have their labels."""
    cold_start: Given[ColdStartChoice] = None
    """Holds back burn-rate alerts of latency while only new replicas are slow."""
    seasonality: Given[SeasonalityChoice] = None
    """Holds back drift tickets while the score is what it was at this hour in the weeks before."""


class ToolModel(Strict):
    """A tool that an LLM may call."""

    name: DataScope
    """The name by which the model calls it."""
    side_effects: bool = False
    """Whether a call changes anything outside."""
    data_scopes: list[DataScope] = default_of(list)
    """The data that a call can read."""
