"""The shape of ``defaults.yaml``, as pydantic checks it."""

import math
from typing import Annotated, Final, Literal

from slo_compiler.model.defaults import BASE_WINDOW, EVALUATION_INTERVAL, SCRAPE_INTERVAL
from slo_compiler.quantities import HOUR, MINUTE, SECOND, format_duration
from slo_compiler.schema.adapter_model import AdapterUse
from slo_compiler.schema.alerting_model import AlertingModel, Labels
from slo_compiler.schema.fields import Duration, Given, Objective, Period
from slo_compiler.schema.refusal import RefusedError
from slo_compiler.schema.shape import Key, default_of, unique, whole
from slo_compiler.schema.spec_model import Owners, Systems
from slo_compiler.schema.strict import Strict
from slo_compiler.schema.targets_model import TargetsModel
from slo_compiler.schema.text_fields import ClassName, LabelName, Link, PlainLink

LONGEST_EVALUATION_INTERVAL: Final = 4 * MINUTE
LONGEST_BASE_WINDOW: Final = 1 * HOUR


class LinksModel(Strict):
    """Where alerts point. {service}, {slo} and {alert} stand for the names."""

    runbook: Given[Link] = None
    """What an alert's runbook_url is."""
    dashboard: Given[Link] = None
    """What an alert's dashboard_url is."""
    prometheus: Given[PlainLink] = None
    """The URL of Prometheus itself, in which the queries of a runbook open."""


class ClassModel(Strict):
    """What SLOs of a class have in common, where they do not say otherwise."""

    objective: Given[Objective] = None
    """In percent, such as 99.9%."""
    window: Given[Period] = None
    """The time over which the objective is promised."""
    alerting: AlertingModel = default_of(AlertingModel)
    """How they alert; tiers given here are derived anew for each SLO."""


class DefaultsModel(Strict):
    """What holds for all specs beside it."""

    api_version: Annotated[Literal["slo-compiler/v1"], Key("apiVersion")]
    """The format of this file."""
    target: Literal["prometheus-2.42", "prometheus-2.53", "prometheus-3.5"] = "prometheus-2.42"
    """The oldest Prometheus that loads the rules."""
    naming: Given[Literal["sloth"]] = None
    """The tool whose names series and alerts bear as well, so that dashboards made for it go on."""
    scrape_interval: Given[Duration] = None
    """How often Prometheus scrapes; 30s where it is not given."""
    evaluation_interval: Given[Duration] = None
    """How often the rules that page are evaluated; 30s where it is not given."""
    base_window: Given[Duration] = None
    """The one window that is read from raw series; 5m where it is not given."""
    retention: Given[Duration] = None
    """How long Prometheus keeps samples (--storage.tsdb.retention.time); unknown where it is not given."""
    window: Given[Period] = None
    """The time over which an SLO is promised that does not say; 30d where it is not given."""
    labels: Labels = default_of(dict)
    """Labels on every alert."""
    external_labels: Annotated[list[LabelName], unique] = default_of(list)
    """Names of the external_labels by which several Prometheus servers that load these rules differ."""
    owners: Owners = default_of(dict)
    """Who answers for a service that does not say, by failure surface."""
    systems: Systems = default_of(dict)
    """The releases of the systems that a service runs on which does not say, such as vllm."""
    alerting: AlertingModel = default_of(AlertingModel)
    """Tiers given here are derived anew for each SLO, as the built-in ones are."""
    classes: dict[ClassName, ClassModel] = default_of(dict)
    """Classes of SLOs by their names, beside or instead of CRITICAL, HIGH_FAST, HIGH_SLOW, LOW and NO_SLO."""
    links: LinksModel = default_of(LinksModel)
    adapters: list[AdapterUse] = default_of(list)
    """Systems whose metrics are mapped onto the metric contract: ids, or mappings of use and parameters."""
    targets: TargetsModel = default_of(TargetsModel)
    """What files are written for, beside those for Prometheus: rulers and packagings, with their limits."""

    @whole
    def _clock_runs(self) -> None:
        scrape = self.scrape_interval or SCRAPE_INTERVAL
        evaluation = self.evaluation_interval or EVALUATION_INTERVAL
        base = self.base_window or BASE_WINDOW
        if not SECOND <= evaluation <= LONGEST_EVALUATION_INTERVAL:
            raise RefusedError(
                f"an evaluation interval of {format_duration(evaluation)} is not between 1s and 4m: above, "
                "there are holes between samples, which Prometheus looks back 5m for, and alerts flap",
                "evaluation_interval",
            )
        if 4 * scrape > LONGEST_BASE_WINDOW:
            raise RefusedError(
                f"with a scrape every {format_duration(scrape)} no alert comes in time; scrape at least "
                "every 15m, and give an SLO that is measured more rarely a cadence",
                "scrape_interval",
            )
        if base < 4 * scrape:
            raise RefusedError(
                f"the base window of {format_duration(base)} is shorter than four scrapes of "
                f"{format_duration(scrape)}: it would be empty after a missed one; write base_window: "
                f"{format_duration(math.ceil(4 * scrape / evaluation) * evaluation)}",
                "base_window" if self.base_window else "scrape_interval",
            )
        if base > LONGEST_BASE_WINDOW:
            raise RefusedError(
                f"a base window of {format_duration(base)} is longer than any short window of a page; choose "
                "at most 1h",
                "base_window",
            )
        if (base / evaluation).denominator != 1:
            raise RefusedError(
                f"the base window of {format_duration(base)} is no whole number of evaluation intervals of "
                f"{format_duration(evaluation)}: longer windows could not be added up from it",
                "base_window" if self.base_window else "evaluation_interval",
            )
