"""The incidents that every service of machine learning is tried on: false pages and the true ones.

To add one, add it here and to the table in docs/simulate.md. Whoever falls for a false page is woken for
nothing; whoever holds back too much is not woken by what looks alike and is real.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from slo_compiler.model.drift import DriftKind
from slo_compiler.model.incident import Detector, Guarding, Incident, Phase, Signs, Worth
from slo_compiler.model.surface import Surface
from slo_compiler.quantities import HOUR, MINUTE

DRIFTING: Final = Fraction(5, 2)
"""How many times its threshold a score is that drifts."""

BAD: Final = Fraction(19)
"""A burn rate of quality that pages within minutes: nearly all is bad, for objectives of 95 %."""

WORSE: Final = Fraction(8)
"""A burn rate of quality that pages within hours."""

HALF: Final = Fraction(1, 2)
QUARTER: Final = Fraction(1, 4)

ML_CATALOGUE: Final = (
    Incident(
        "drift-without-quality-loss",
        "An input drifts for six hours, and the model is as right as ever.",
        (Phase(6 * HOUR, signs=Signs(drift=DRIFTING)),),
        Worth.TICKET,
    ),
    Incident(
        "drift-with-quality-loss",
        "An input drifts for six hours, and the model is wrong with it.",
        (Phase(6 * HOUR, burn_rate=WORSE, signs=Signs(Surface.MODEL, drift=DRIFTING)),),
        Worth.PAGE,
    ),
    Incident(
        "drift-of-everything",
        "Every input drifts at once for two hours, as after a schema change.",
        (Phase(2 * HOUR, signs=Signs(drift=DRIFTING, breadth=Fraction(1))),),
        Worth.TICKET,
    ),
    Incident(
        "drift-of-labels",
        "Frauds become twice as common for six hours, and the model finds them.",
        (Phase(6 * HOUR, signs=Signs(drift=DRIFTING, kind=DriftKind.LABEL)),),
        Worth.TICKET,
    ),
    Incident(
        "detector-moved",
        "A detector gets a new reference, and its scores are high for three quarters of an hour.",
        (Phase(45 * MINUTE, signs=Signs(drift=DRIFTING, detector=Detector.MOVED)),),
        Worth.NOTHING,
    ),
    Incident(
        "detector-moved-in-drift",
        "A detector gets a new reference, and an input drifts at the same time, for six hours.",
        (
            Phase(1 * MINUTE, signs=Signs(drift=DRIFTING, detector=Detector.MOVED)),
            Phase(6 * HOUR, signs=Signs(drift=DRIFTING)),
        ),
        Worth.TICKET,
    ),
    Incident(
        "detector-dead",
        "No detector runs for a day.",
        (Phase(24 * HOUR, signs=Signs(detector=Detector.DEAD)),),
        Worth.TICKET,
    ),
    Incident(
        "rules-changed",
        "A spec lowers a threshold, and is mended within the hour.",
        (Phase(45 * MINUTE, signs=Signs(drift=DRIFTING, rules_changed=True)),),
        Worth.NOTHING,
    ),
    Incident(
        "seasonal-shift",
        "An input drifts for six hours, as it did at this time of the weeks before.",
        (Phase(6 * HOUR, signs=Signs(drift=DRIFTING, usual=True)),),
        Worth.NOTHING,
    ),
    Incident(
        "label-lag",
        "Labels come late for two hours, those of bad predictions first, and then all at once.",
        (
            Phase(2 * HOUR, burn_rate=BAD, signs=Signs(Surface.MODEL, labels=Fraction(1, 5))),
            Phase(2 * HOUR, signs=Signs(Surface.MODEL, labels=Fraction(9, 5))),
        ),
        Worth.NOTHING,
    ),
    Incident(
        "model-broken",
        "A new model is wrong nearly always, for six hours; labels come as ever.",
        (Phase(6 * HOUR, burn_rate=BAD, signs=Signs(Surface.MODEL)),),
    ),
    Incident(
        "cold-start",
        "A quarter of the replicas are replaced, and slow for six minutes.",
        (Phase(6 * MINUTE, errors=QUARTER, signs=Signs(Surface.SERVING, cold_replicas=QUARTER)),),
        Worth.NOTHING,
    ),
    Incident(
        "rollout-broken",
        "Half of the replicas are replaced, and stay slow for two hours.",
        (Phase(2 * HOUR, errors=HALF, signs=Signs(Surface.SERVING, cold_replicas=HALF)),),
    ),
    Incident(
        "outage-and-drift",
        "All requests fail for an hour, and what is left of the inputs drifts.",
        (Phase(1 * HOUR, errors=Fraction(1), signs=Signs(Surface.SERVING, drift=DRIFTING)),),
    ),
    Incident(
        "guardrail-fails-open",
        "A guardrail fails for a quarter of an hour, and lets pass one request in fifty.",
        (Phase(15 * MINUTE, errors=Fraction(1, 50), signs=Signs(guardrail=Guarding.FAILS_OPEN)),),
        Worth.PAGE,
    ),
    Incident(
        "guardrail-bypassed",
        "For half an hour requests go around a guardrail.",
        (Phase(30 * MINUTE, signs=Signs(guardrail=Guarding.BYPASSED)),),
        Worth.PAGE,
    ),
)
"""Ordered as the table in the documentation."""
