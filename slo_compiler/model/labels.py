"""The label names that the compiler gives a meaning, and that no spec may therefore set."""

from __future__ import annotations

from typing import Final

SERVICE: Final = "service"
SLO: Final = "slo"
SLO_ID: Final = "slo_id"
SURFACE: Final = "surface"
SEVERITY: Final = "severity"
SEV: Final = "sev"
OWNER: Final = "owner"
BURN_TIER: Final = "burn_tier"
OBJECTIVE: Final = "objective"
WINDOW: Final = "window"
SPEC_HASH: Final = "spec_hash"

SIGNAL: Final = "ml_signal"
SIGNAL_ID: Final = "ml_signal_id"
ROLE: Final = "ml_role"
GUARD: Final = "ml_guard"
EVIDENCE: Final = "ml_evidence"
"""On evidence for a surface, and on the alert that some is missing: which."""
CAUSE: Final = "cause"
"""On the surface that explains what is seen: why."""

IDENTITY: Final = (SERVICE, SLO, SLO_ID)
"""On every series and alert of an SLO: whose it is."""

OF_SIGNALS: Final = (SERVICE, SIGNAL, SIGNAL_ID)
"""The same on those of a signal that a service watches beside its SLOs."""

ON_ALERTS: Final = (*IDENTITY, SURFACE, SEVERITY, SEV, OWNER, BURN_TIER)
ON_ML_ALERTS: Final = (*OF_SIGNALS, ROLE, GUARD, EVIDENCE)
ON_INFO: Final = (*IDENTITY, SURFACE, OWNER, OBJECTIVE, WINDOW, SPEC_HASH)

SLOTH_ID: Final = "sloth_id"
SLOTH_SERVICE: Final = "sloth_service"
SLOTH_SLO: Final = "sloth_slo"
SLOTH_SEVERITY: Final = "sloth_severity"
SLOTH_WINDOW: Final = "sloth_window"
SLOTH_OBJECTIVE: Final = "sloth_objective"
OF_SLOTH: Final = (SLOTH_ID, SLOTH_SERVICE, SLOTH_SLO, SLOTH_SEVERITY, SLOTH_WINDOW, SLOTH_OBJECTIVE)
"""What Sloth's dashboards read, where series and alerts bear its names as well."""

OF_PROMETHEUS: Final = ("alertname", "alertstate", "le", "quantile")

RESERVED: Final = frozenset({*ON_ALERTS, *ON_ML_ALERTS, *ON_INFO, *OF_SLOTH, *OF_PROMETHEUS})
"""What neither ``labels`` nor ``group_by`` may name."""
