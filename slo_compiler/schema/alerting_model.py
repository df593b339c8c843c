"""The shape of how an SLO alerts, as pydantic checks it: in a spec, the defaults and a class of theirs."""

from fractions import Fraction
from typing import Annotated, Any, Literal, TypeAlias

from slo_compiler.quantities import DAY, HOUR, format_duration
from slo_compiler.schema.fields import BurnRate, Duration, Given, MinErrors, Share
from slo_compiler.schema.refusal import RefusedError
from slo_compiler.schema.shape import Key, default_of, either, length, told, whole
from slo_compiler.schema.strict import Strict
from slo_compiler.schema.text_fields import Annotation, AnnotationName, LabelName, LabelValue, Slug

LONGEST_MEMORY = 7 * DAY
SHORTEST_MEMORY = 2 * HOUR
"""Twice the longest ``for`` that is derived where none is given."""

SeverityName: TypeAlias = Literal["page", "ticket"]
Labels: TypeAlias = dict[LabelName, LabelValue]
Annotations: TypeAlias = dict[AnnotationName, Annotation]


class TierModel(Strict):
    """A burn-rate tier: two of budget, long and burn_rate; the third follows."""

    model_config = told(
        {
            "anyOf": [
                {"required": ["budget", "long"]},
                {"required": ["budget", "burn_rate"]},
                {"required": ["long", "burn_rate"]},
            ]
        }
    )

    name: Slug
    """Part of the alert's name: fast gives ErrorBudgetBurnFast."""
    severity: SeverityName
    """A page wakes somebody, a ticket waits for office hours."""
    budget: Given[Share] = None
    """The share of the error budget that is spent when the tier fires."""
    long: Given[Duration] = None
    """The long window."""
    burn_rate: Given[BurnRate] = None
    """How many times faster than the objective allows the budget burns."""
    short: Given[Duration] = None
    """The short window; a twelfth of the long one where it is not given."""


class AbsentModel(Strict):
    """The alert for an indicator without data."""

    severity: SeverityName = "page"
    """A page wakes somebody, a ticket waits for office hours."""
    for_: Annotated[Given[Duration], Key("for")] = None
    """How long data must be missing; derived from the error budget where it is not given."""
    remember: Given[Duration] = None
    """How long a group of group_by that is gone is missed, then taken for decommissioned; 1d by default."""

    @whole
    def _remembers(self) -> None:
        if self.remember is None:
            return
        written = format_duration(self.remember)
        if self.remember > LONGEST_MEMORY:
            raise RefusedError(
                f"every evaluation would read all samples of {written} to remember groups for so long; "
                f"choose at most {format_duration(LONGEST_MEMORY)}",
                "remember",
            )
        least = max(SHORTEST_MEMORY, 2 * (self.for_ or Fraction(0)))
        if self.remember < least:
            raise RefusedError(
                f"a group that is remembered for {written} is forgotten before, or just after, it is told to "
                f"be missing; choose at least {format_duration(least)}",
                "remember",
            )


def _flag_or_mapping(value: Any) -> str:
    return "mapping" if isinstance(value, dict | AbsentModel) else "flag"


AbsentChoice: TypeAlias = Annotated[
    bool | AbsentModel, either(_flag_or_mapping, flag=bool, mapping=AbsentModel)
]


class AlertingModel(Strict):
    """Overrides of how an SLO alerts."""

    enabled: Given[bool] = None
    """Whether it alerts at all; false only records its series. True where it is not given."""
    tiers: Given[Annotated[list[TierModel], length(1, 8)]] = None
    """Burn-rate tiers, fastest first, instead of the derived ones. They are never changed."""
    severities: dict[Slug, SeverityName] = default_of(dict)
    """Another severity for a tier, by its name."""
    min_errors: Given[MinErrors] = None
    """How many errors the long window must hold before a tier fires; 1 turns the gate off."""
    absent: Given[AbsentChoice] = None
    """Whether and how missing data alerts; true where it is not given."""
    labels: Labels = default_of(dict)
    """More labels on the alerts."""
    severity_labels: dict[SeverityName, Labels] = default_of(dict)
    """More labels on the alerts of one severity, page or ticket."""
    annotations: Annotations = default_of(dict)
    """More annotations on the alerts, or others in the place of ours."""
