"""The shape of ``targets`` in ``defaults.yaml``, as pydantic checks it, and its value."""

import re
from typing import Annotated, Any, Final, Literal, TypeAlias

from slo_compiler.model import targets
from slo_compiler.schema.fields import Duration, Given
from slo_compiler.schema.refusal import MistypedError, RefusedError, described
from slo_compiler.schema.shape import Mark, default_of, reads, told, whole
from slo_compiler.schema.strict import Strict
from slo_compiler.schema.text_fields import Slug
from slo_compiler.schema.yaml.nodes import Node, find

# Kubernetes: a prefix of DNS names before the slash, and up to 63 characters on either side.
KUBERNETES_LABEL: Final = (
    r"^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?$"
)
KUBERNETES_VALUE: Final = r"^([a-zA-Z0-9]([a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?)?$"
CHART_VERSION: Final = r"^[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}$"
TENANT: Final = r"^[a-zA-Z0-9]([a-zA-Z0-9._-]{0,148}[a-zA-Z0-9])?$"
PREFIX: Final = r"^[a-z0-9]([a-z0-9-]{0,61})$"
MOST: Final = 1_000_000
MOST_SHARDS: Final = 1000


def _matching(pattern: str, kind: str, example: str) -> Mark:
    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise MistypedError(
                f"{described(value)} stands where {kind} is wanted; write for example {example}"
            )
        if not re.fullmatch(pattern, value):
            raise RefusedError(f"{described(value)} cannot be {kind}; write for example {example}")
        return value

    return reads(read, {"type": "string", "pattern": pattern, "examples": [example.strip('"')]})


def _whole(most: int) -> Mark:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise MistypedError(
                f"{described(value)} stands where a whole number is wanted; write for example 20"
            )
        if not 1 <= value <= most:
            raise RefusedError(f"{value} is not between 1 and {most:,}")
        return value

    return reads(read, {"type": "integer", "minimum": 1, "maximum": most})


_LabelName: TypeAlias = Annotated[
    str, _matching(KUBERNETES_LABEL, "the name of a Kubernetes label", "release")
]
_LabelValue: TypeAlias = Annotated[
    str, _matching(KUBERNETES_VALUE, "the value of a Kubernetes label", "kube-prometheus-stack")
]
KubernetesLabels: TypeAlias = dict[_LabelName, _LabelValue]
ChartVersion: TypeAlias = Annotated[str, _matching(CHART_VERSION, "the version of a chart", '"1.0.0"')]
Tenant: TypeAlias = Annotated[str, _matching(TENANT, "the name of a tenant", "team-a")]
Prefix: TypeAlias = Annotated[str, _matching(PREFIX, "the beginning of a namespace", "slo-")]
Limit: TypeAlias = Annotated[int, _whole(MOST)]
Shards: TypeAlias = Annotated[int, _whole(MOST_SHARDS)]


class OperatorModel(Strict):
    """PrometheusRule manifests for the Prometheus operator."""

    namespace: Given[Slug] = None
    """The namespace of the manifests."""
    labels: KubernetesLabels = default_of(dict)
    """The labels by which ruleSelector finds them."""


class AlertmanagerConfigModel(Strict):
    """AlertmanagerConfig manifests for the Prometheus operator."""

    namespace: Given[Slug] = None
    """The namespace of the manifests."""
    labels: KubernetesLabels = default_of(dict)
    """The labels by which alertmanagerConfigSelector finds them."""
    matcher_strategy: Literal["OnNamespace", "OnNamespaceExceptForAlertmanagerNamespace", "None"] = (
        "OnNamespace"
    )
    """The alertmanagerConfigMatcherStrategy of the Alertmanager resource."""


class HelmModel(Strict):
    """A chart of PrometheusRule manifests."""

    name: Slug = "slo-rules"
    """The name of the chart."""
    version: ChartVersion = "0.1.0"
    """The version of the chart."""
    labels: KubernetesLabels = default_of(dict)
    """The labels by which ruleSelector finds the manifests."""


class MimirModel(Strict):
    """Rule files for a tenant of Mimir or Cortex."""

    tenant: Given[Tenant] = None
    """Who the rules belong to."""
    prefix: Prefix = "slo-"
    """What the names of our namespaces begin with, and nobody else's do."""
    rules_per_group: Limit = targets.MIMIR_RULES_PER_GROUP
    """ruler_max_rules_per_rule_group of the tenant."""
    groups: Limit = targets.MIMIR_GROUPS
    """ruler_max_rule_groups_per_tenant of the tenant."""
    query_offset: Given[Duration] = None
    """How far rules look back, so that what comes by remote write is there."""


class ThanosModel(Strict):
    """Rule files for Thanos Ruler."""

    partial_response: Literal["abort", "warn"] = "abort"
    """What a rule does when a store does not answer: fail, or go on with what there is."""
    shards: Shards = 1
    """How many rulers share the rules."""


class VmalertModel(Strict):
    """Rule files for vmalert of VictoriaMetrics."""


class AmpModel(Strict):
    """Rule groups namespaces of Amazon Managed Service for Prometheus."""

    rules_per_group: Limit = targets.AMP_RULES_PER_GROUP
    """The quota of rules in a group."""
    groups: Limit = targets.AMP_GROUPS
    """The quota of groups in a workspace."""
    namespaces: Limit = targets.AMP_NAMESPACES
    """The quota of rule groups namespaces in a workspace."""


class GmpModel(Strict):
    """Manifests for Google Cloud Managed Service for Prometheus."""

    model_config = told({"not": {"required": ["scope", "namespace"]}})

    scope: Given[Literal["cluster", "global"]] = None
    """Whose metrics the rules see: those of their cluster (ClusterRules), or all (GlobalRules)."""
    namespace: Given[Slug] = None
    """The one namespace whose metrics the rules see (Rules)."""

    @whole
    def _one_scope(self) -> None:
        if self.scope is not None and self.namespace is not None:
            raise RefusedError(
                f"rules of the namespace {self.namespace} see its metrics alone, and scope: {self.scope} "
                "asks for more; keep one of the two",
                "namespace",
                "[key]",
            )


class TargetsModel(Strict):
    """What files are written for, beside the files for Prometheus."""

    operator: Given[OperatorModel] = None
    """PrometheusRule manifests for the Prometheus operator."""
    alertmanagerconfig: Given[AlertmanagerConfigModel] = None
    """AlertmanagerConfig manifests for the Prometheus operator."""
    helm: Given[HelmModel] = None
    """A chart of PrometheusRule manifests."""
    mimir: Given[MimirModel] = None
    """Rule files for a tenant of Mimir or Cortex."""
    thanos: Given[ThanosModel] = None
    """Rule files for Thanos Ruler."""
    vmalert: Given[VmalertModel] = None
    """Rule files for vmalert of VictoriaMetrics."""
    amp: Given[AmpModel] = None
    """Rule groups namespaces of Amazon Managed Service for Prometheus."""
    gmp: Given[GmpModel] = None
    """Manifests for Google Cloud Managed Service for Prometheus."""

    def value(self, root: Node) -> targets.Targets:
        """The targets of a checked file, each with its place."""
        given = {name: getattr(self, name) for name in targets.KINDS}
        return targets.Targets(
            **{
                name: kind(**vars(given[name]), position=find(root, ("targets", name)).position)
                for name, kind in targets.KINDS.items()
                if given[name] is not None
            }
        )
