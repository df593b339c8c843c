"""What the alerts of a drift tell: what it means, and what to do and not to do about it."""

from __future__ import annotations

from slo_compiler.model.drift import Drift
from slo_compiler.model.service import Service
from slo_compiler.quantities import Seconds, format_duration, format_percent


def virtual(drift: Drift, service: Service, lag: Seconds | None) -> dict[str, str]:
    """The model is right about what it sees, and sees something else.

    Args:
        drift: the drift.
        service: whose.
        lag: how late the labels come by which quality is judged, where they do.
    """
    valid = "the model is still valid for what it sees."
    if lag:
        valid = (
            f"the model was still valid for what it saw {format_duration(lag)} ago, of which labels have "
            "come. While the drift is younger than that, look at the prediction distribution and at business "
            "proxies too."
        )
    return {
        "summary": f"{_named(drift, service)}: virtual drift, quality is within its objective",
        "description": (
            f"{_moved(drift)}, and {drift.quality} does not burn: {valid} Do not retrain. First ask whether "
            "the detector itself changed, then which features, in which slice, since when."
        ),
    }


def real(drift: Drift, service: Service) -> dict[str, str]:
    """The model is wrong, and more than chance explains."""
    return {
        "summary": f"{_named(drift, service)}: real drift, {drift.quality} is breached too",
        "description": (
            f"{_moved(drift)}, and {drift.quality} burns faster than its objective allows, more than chance "
            "explains. If a feature pipeline broke, roll it back or fix it; if not, decide on rollback or "
            "retraining."
        ),
    }


def unclassified(drift: Drift, service: Service) -> dict[str, str]:
    """Nobody knows how good the predictions are."""
    judged = (
        f"{drift.quality} has no judged predictions"
        if drift.quality
        else "no SLO says how good predictions are"
    )
    return {
        "summary": f"{_named(drift, service)}: drift, and quality is not known",
        "description": (
            f"{_moved(drift)}, and {judged}, so that virtual and real drift cannot be told apart. Look at "
            "the prediction distribution and at business proxies until labels are there."
        ),
    }


def of_labels(drift: Drift, service: Service) -> dict[str, str]:
    """The classes come at other rates than before."""
    return {
        "summary": f"{_named(drift, service)}: label drift",
        "description": (
            "The labels' own distribution has moved to {{ $value | humanize }} times the threshold, as when "
            "fraud rises with a season. It often comes with real drift and is not the same: thresholds and "
            "priors may need to follow before the model does."
        ),
    }


def broad(drift: Drift, service: Service) -> dict[str, str]:
    """Too much drifts at once for it to be the world."""
    return {
        "summary": f"{_named(drift, service)}: many features drift at once",
        "description": (
            f"{{{{ $value | humanizePercentage }}}} of what is watched drifts, where "
            f"{format_percent(drift.breadth)} are too many: suspect an upstream schema change or a broken "
            "pipeline before the world. Compare the start with pipeline runs and deploys."
        ),
    }


def dead(drift: Drift, service: Service, patience: Seconds) -> dict[str, str]:
    """Nothing looks for drift any more."""
    return {
        "summary": f"{_named(drift, service)}: the detector has not run",
        "description": (
            f"The detector should run every {format_duration(drift.cadence)} and has not for "
            f"{format_duration(patience)}, or its scores are gone: until it runs again, no drift is seen."
        ),
    }


def _named(drift: Drift, service: Service) -> str:
    return f"{service.name} {drift.name}"


def _moved(drift: Drift) -> str:
    return f"The {drift.kind.value} distribution has moved to {{{{ $value | humanize }}}} times the threshold"
