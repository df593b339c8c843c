"""From the JSON of the two APIs to values.

Sources: web/api/v1/api.go of Prometheus, api/v2/openapi.yaml of Alertmanager. What has another shape raises
KeyError, TypeError, ValueError or AttributeError, which the clients turn into a failure.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final

from slo_compiler.prometheus.answers import (
    ActiveAlert,
    AlertmanagerStatus,
    BuildInfo,
    Labels,
    Line,
    LoadedGroup,
    LoadedRule,
    Metadata,
    Notified,
    Sample,
    Silence,
    SilenceMatcher,
)

MALFORMED: Final = (KeyError, TypeError, ValueError, AttributeError)

_FRACTION: Final = re.compile(r"\.(\d{1,6})\d*")


def samples(data: Any) -> tuple[Sample, ...]:
    """The result of an instant query: a vector or a scalar. Native histograms are left out."""
    match data["resultType"]:
        case "vector":
            found = [each for each in data["result"] if "value" in each]
            return tuple(Sample(_labels(each["metric"]), *_pair(each["value"])) for each in found)
        case "scalar":
            return (Sample({}, *_pair(data["result"])),)
        case other:
            raise ValueError(f"a {other} is no vector")


def lines(data: Any) -> tuple[Line, ...]:
    """The result of a range query, or of an instant one for a range. Native histograms are left out."""
    if data["resultType"] != "matrix":
        raise ValueError(f"a {data['resultType']} is no matrix")
    return tuple(_line(each) for each in data["result"] if "values" in each)


def label_sets(data: Any) -> tuple[Labels, ...]:
    """The labels of series."""
    return tuple(_labels(each) for each in data)


def names(data: Any) -> tuple[str, ...]:
    """The names or the values of labels."""
    return tuple(str(each) for each in data)


def metadata(data: Any) -> dict[str, tuple[Metadata, ...]]:
    """What targets say of each metric; they may differ."""
    return {
        name: tuple(Metadata(each["type"], each["help"], each["unit"]) for each in told)
        for name, told in data.items()
    }


def build_info(data: Any) -> BuildInfo:
    """Which server it is."""
    return BuildInfo(str(data["version"]))


def retention(data: Any) -> str:
    """How long samples are kept, and up to which size."""
    return str(data["storageRetention"])


def groups(data: Any) -> tuple[LoadedGroup, ...]:
    """The groups of rules that are loaded."""
    return tuple(
        LoadedGroup(
            name=each["name"],
            file=each["file"],
            interval=float(each["interval"]),
            last_evaluation=_time_or_none(each.get("lastEvaluation")),
            rules=tuple(_rule(rule) for rule in each["rules"]),
        )
        for each in data["groups"]
    )


def active_alerts(data: Any) -> tuple[ActiveAlert, ...]:
    """The alerts that wait or fire."""
    return tuple(_active(each) for each in data["alerts"])


def notified(data: Any) -> tuple[Notified, ...]:
    """The alerts that an Alertmanager has."""
    return tuple(
        Notified(
            labels=_labels(each["labels"]),
            annotations=_labels(each["annotations"]),
            state=each["status"]["state"],
            starts_at=_time(each["startsAt"]),
            ends_at=_time(each["endsAt"]),
            receivers=tuple(receiver["name"] for receiver in each["receivers"]),
            silenced_by=tuple(each["status"]["silencedBy"]),
            inhibited_by=tuple(each["status"]["inhibitedBy"]),
            fingerprint=each["fingerprint"],
        )
        for each in data
    )


def silences(data: Any) -> tuple[Silence, ...]:
    """The silences that an Alertmanager has, expired ones included."""
    return tuple(
        Silence(
            id=each["id"],
            matchers=tuple(_matcher(matcher) for matcher in each["matchers"]),
            starts_at=_time(each["startsAt"]),
            ends_at=_time(each["endsAt"]),
            created_by=each["createdBy"],
            comment=each["comment"],
            state=each["status"]["state"],
        )
        for each in data
    )


def status(data: Any) -> AlertmanagerStatus:
    """Which Alertmanager it is."""
    return AlertmanagerStatus(
        data["versionInfo"]["version"], data["cluster"]["status"], data["config"]["original"]
    )


def _rule(each: Any) -> LoadedRule:
    alerts = each["type"] == "alerting"
    return LoadedRule(
        name=each["name"],
        query=each["query"],
        labels=_labels(each.get("labels") or {}),
        annotations=_labels(each.get("annotations") or {}),
        state=each["state"] if alerts else None,
        hold=float(each["duration"]) if alerts else 0.0,
        health=each["health"],
        last_error=each.get("lastError", ""),
        alerts=tuple(_active(alert) for alert in each.get("alerts") or ()),
    )


def _active(each: Any) -> ActiveAlert:
    return ActiveAlert(
        labels=_labels(each["labels"]),
        annotations=_labels(each["annotations"]),
        state=each["state"],
        active_at=_time(each["activeAt"]),
        value=float(each["value"]),
    )


def _matcher(each: Any) -> SilenceMatcher:
    return SilenceMatcher(each["name"], each["value"], each["isRegex"], each.get("isEqual", True))


def _line(each: Any) -> Line:
    pairs = [_pair(pair) for pair in each["values"]]
    return Line(_labels(each["metric"]), tuple(time for time, _ in pairs), tuple(value for _, value in pairs))


def _pair(pair: Any) -> tuple[float, float]:
    time, value = pair
    return float(time), float(value)


def _labels(told: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in told.items()}


def _time(text: str) -> float:
    """A time of RFC 3339, which Go writes with nanoseconds."""
    moment = datetime.fromisoformat(_FRACTION.sub(lambda found: f".{found[1]:0<6}", text))
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()


def _time_or_none(text: str | None) -> float | None:
    """Go's zero time, in the year 1, says that there was none."""
    return None if text is None or text.startswith("0001-") else _time(text)
