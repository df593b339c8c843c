"""An SLO of another tool in the words of a spec of ours, before it finds its service."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from slo_compiler.model.alerting import Severity
from slo_compiler.schema.yaml.nodes import MappingNode, Node, ScalarNode


class Indicator(Struct, frozen=True):
    """What is measured, as the mapping behind ``indicator``, and the labels each value of which is an SLO."""

    node: MappingNode
    group_by: tuple[str, ...] = ()


class Told(Struct, frozen=True):
    """How an SLO alerts. What is None is left to the defaults."""

    tiers: tuple[MappingNode, ...] | None = None
    absent: Node | None = None
    enabled: bool = True
    labels: Mapping[str, ScalarNode] = field(default_factory=dict)
    severity_labels: Mapping[Severity, Mapping[str, ScalarNode]] = field(default_factory=dict)
    annotations: Mapping[str, ScalarNode] = field(default_factory=dict)

    def with_labels(self, general: Mapping[str, ScalarNode]) -> Told:
        """The same with labels that are said more generally."""
        return replace(self, labels={**general, **self.labels})


class Imported(Struct, frozen=True):
    """One SLO. All of it knows where in the foreign file it stands; ``at`` is where that begins."""

    at: Node
    service: ScalarNode
    name: ScalarNode
    objective: ScalarNode
    indicator: Indicator
    told: Told
    description: ScalarNode | None = None
    service_description: ScalarNode | None = None
    window: ScalarNode | None = None
    owner: ScalarNode | None = None
