"""The three surfaces on which a service fails, in the order in which triage rules them out."""

from __future__ import annotations

import enum


class Surface(enum.Enum):
    """A failure surface of a service: what is broken when an SLO on it burns."""

    SERVING = "serving"
    """The request path: latency, saturation, errors. Loudest and cheapest to confirm, so first."""
    DATA = "data"
    """The inputs: pipelines, features, the world itself."""
    MODEL = "model"
    """The predictions: a regressed version, a corrupt artefact, concept drift. Slowest, so last."""
