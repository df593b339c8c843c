"""Times, days and places of office hours, as Alertmanager reads them."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, TypeAlias

from slo_compiler.diagnostics import nearest
from slo_compiler.schema.refusal import RefusedError, described
from slo_compiler.schema.shape import reads

# github.com/prometheus/alertmanager, timeinterval/timeinterval.go: weeks begin on Sunday, days end at 24:00.
_DAYS: Final = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_TIME: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00"
_LOCATION: Final = r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*"


def _text(value: Any, example: str) -> str:
    if not isinstance(value, str):
        raise RefusedError(f"{described(value)} stands where text is wanted; write for example {example}")
    return value


def _time(value: Any) -> str:
    text = _text(value, '"09:00"')
    if not re.fullmatch(_TIME, text):
        raise RefusedError(f"{text!r} is not a time of day with two digits each; write for example 09:00")
    return text


def _weekdays(value: Any) -> str:
    text = _text(value, "monday:friday")
    days = text.lower().split(":")
    for day in days:
        if day not in _DAYS:
            raise RefusedError(f"{day!r} is not a day of the week{_near(day, _DAYS)}")
    if len(days) > 2 or _DAYS.index(days[0]) > _DAYS.index(days[-1]):
        raise RefusedError(
            f"{text!r} is not one day, nor two of them as monday:friday; Alertmanager's week begins on Sunday"
        )
    return text.lower()


def _location(value: Any) -> str:
    import zoneinfo  # noqa: PLC0415  few have office hours

    text = _text(value, "Europe/Berlin")
    known = zoneinfo.available_timezones() - {"localtime"}
    # A machine without tzdata knows no zone at all: there only the form is checked.
    if not re.fullmatch(_LOCATION, text) or text in {"Local", "localtime"} or (known and text not in known):
        raise RefusedError(
            f"{text!r} is no time zone of the IANA database, and Alertmanager would refuse the whole file"
            f"{_near(text, sorted(known))}"
        )
    return text


def _near(word: str, known: tuple[str, ...] | list[str]) -> str:
    near = nearest(word, known)
    return f"; did you mean {near}?" if near else ""


Time: TypeAlias = Annotated[
    str,
    reads(_time, {"type": "string", "pattern": f"^({_TIME})$", "examples": ["09:00"]}),
]
"""``HH:MM``, so that earlier times sort before later ones."""

Weekdays: TypeAlias = Annotated[
    str,
    reads(
        _weekdays,
        {
            "type": "string",
            "pattern": f"^({'|'.join(_DAYS)})(:({'|'.join(_DAYS)}))?$",
            "examples": ["monday:friday"],
        },
    ),
]

Location: TypeAlias = Annotated[
    str,
    reads(_location, {"type": "string", "pattern": f"^{_LOCATION}$", "examples": ["Europe/Berlin"]}),
]
