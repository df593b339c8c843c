"""What an alert of a machine-learning service is there for: the label by which inhibitions are scoped."""

from __future__ import annotations

import enum


class Role(enum.Enum):
    """The role of an alert; alerts of services without machine learning have none."""

    SYMPTOM = "symptom"
    """Something fails, or may: what triage and guards may hold back."""
    GUARD = "guard"
    """A reason to hold back symptoms for a while. It notifies nobody, and nothing holds it back."""
    SECURITY = "security"
    """Somebody attacks, or a defence is open. Nothing holds it back."""
    MONITOR = "monitor"
    """The monitoring itself fails: a detector that is dead, a guard that is stuck. Nothing holds it back."""
