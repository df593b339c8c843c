"""Where rules are deployed beside plain Prometheus files: rulers and packagings, each with its settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from msgspec import Struct, field

from slo_compiler.diagnostics import Position
from slo_compiler.model.placed import Placed
from slo_compiler.quantities import Seconds

# grafana/mimir, pkg/util/validation/limits.go: ruler_max_rules_per_rule_group and
# ruler_max_rule_groups_per_tenant.
MIMIR_RULES_PER_GROUP: Final = 20
MIMIR_GROUPS: Final = 70
# Service quotas of Amazon Managed Service for Prometheus, all three adjustable.
AMP_RULES_PER_GROUP: Final = 20
AMP_GROUPS: Final = 100
AMP_NAMESPACES: Final = 10

_DEFAULTS_FILE: Final = Position("defaults.yaml")


class Operator(Placed, frozen=True):
    """PrometheusRule manifests for the Prometheus operator."""

    namespace: str | None = None
    """That of the manifests; None leaves it to whoever applies them."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the ``ruleSelector`` of the Prometheus resource looks for."""
    position: Position = _DEFAULTS_FILE


class AlertmanagerConfig(Placed, frozen=True):
    """AlertmanagerConfig manifests for the Prometheus operator."""

    namespace: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the ``alertmanagerConfigSelector`` of the Alertmanager resource looks for."""
    matcher_strategy: str = "OnNamespace"
    """That of the Alertmanager resource: by default it gives its alerts to a namespace's own routes only."""
    position: Position = _DEFAULTS_FILE


class Helm(Placed, frozen=True):
    """A chart of PrometheusRule manifests."""

    name: str = "slo-rules"
    version: str = "0.1.0"
    labels: Mapping[str, str] = field(default_factory=dict)
    position: Position = _DEFAULTS_FILE


class Mimir(Placed, frozen=True):
    """Rule files for a tenant of Mimir or Cortex, in the format of ``mimirtool rules``."""

    tenant: str | None = None
    prefix: str = "slo-"
    """Of the namespaces, by which they are told from those of others."""
    rules_per_group: int = MIMIR_RULES_PER_GROUP
    groups: int = MIMIR_GROUPS
    query_offset: Seconds | None = None
    """How far rules look back, so that samples which come by remote write are there."""
    position: Position = _DEFAULTS_FILE


class Thanos(Placed, frozen=True):
    """Rule files for Thanos Ruler."""

    partial_response: str = "abort"
    """Whether a rule fails (``abort``) or goes on (``warn``) when a store does not answer."""
    shards: int = 1
    """How many rulers share the rules."""
    position: Position = _DEFAULTS_FILE


class Vmalert(Placed, frozen=True):
    """Rule files for vmalert of VictoriaMetrics."""

    position: Position = _DEFAULTS_FILE


class Amp(Placed, frozen=True):
    """Rule groups namespaces of Amazon Managed Service for Prometheus."""

    rules_per_group: int = AMP_RULES_PER_GROUP
    groups: int = AMP_GROUPS
    namespaces: int = AMP_NAMESPACES
    position: Position = _DEFAULTS_FILE


class Gmp(Placed, frozen=True):
    """Manifests for Google Cloud Managed Service for Prometheus."""

    scope: str | None = None
    """Whose metrics the rules see: ``cluster``, the usual one, or ``global``."""
    namespace: str | None = None
    """The one namespace whose metrics they see instead."""
    position: Position = _DEFAULTS_FILE


class Targets(Struct, frozen=True):
    """The targets that files are written for; those that are None are not asked for."""

    operator: Operator | None = None
    alertmanagerconfig: AlertmanagerConfig | None = None
    helm: Helm | None = None
    mimir: Mimir | None = None
    thanos: Thanos | None = None
    vmalert: Vmalert | None = None
    amp: Amp | None = None
    gmp: Gmp | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Those that are asked for."""
        return tuple(name for name in KINDS if getattr(self, name) is not None)

    def only(self, names: Iterable[str], position: Position) -> Targets:
        """Just the targets of these names, with the settings they have here or their usual ones.

        Args:
            names: the targets that are wanted.
            position: where a target would be set that has no settings here.

        Raises:
            KeyError: there is no target of a name.
        """
        return Targets(**{name: getattr(self, name) or KINDS[name](position=position) for name in names})


KINDS: Final[Mapping[str, Callable[..., Any]]] = {
    "operator": Operator,
    "alertmanagerconfig": AlertmanagerConfig,
    "helm": Helm,
    "mimir": Mimir,
    "thanos": Thanos,
    "vmalert": Vmalert,
    "amp": Amp,
    "gmp": Gmp,
}
"""The settings of each target, by its name."""
