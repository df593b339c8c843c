"""The types of texts in a spec, names above all: how each is read, refused, and described to an editor."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeAlias

from slo_compiler.model import labels
from slo_compiler.schema.refusal import MistypedError, RefusedError, described
from slo_compiler.schema.shape import Json, reads

# What an editor checks before the compiler does: as much of the rules below as a regular expression can say.
SLUG = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
OWNER_NAME = r"^[a-zA-Z0-9]([a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?$"
LABEL_NAME = r"^(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,127}$"
ANNOTATION_NAME = r"^[a-zA-Z_][a-zA-Z0-9_]{0,127}$"
LINK = r"^https?://([^\s{}]|\{service\}|\{slo\}|\{alert\})+$"
PLAIN_LINK = r"^https?://[^\s{}?#]+$"
METRIC_VALUE = r"^[!-~]{1,253}$"
CLASS_NAME = r"^[a-zA-Z][a-zA-Z0-9_-]{0,62}$"
PRESET_ID = r"^[a-z0-9-]{1,63}/[a-z0-9-]{1,63}$"
RELEASE = r"^v?[0-9]{1,9}(\.[0-9]{1,9}){0,3}$"
LONGEST_LABEL = 1024
LONGEST_ANNOTATION = 4096


def _slug(value: Any) -> str:
    text = _text(value, "a name")
    if not re.fullmatch(SLUG, text):
        proposal = re.sub("[^a-z0-9]+", "-", re.sub("(?<=[a-z])(?=[A-Z])", "-", text).lower())[:63].strip("-")
        advice = f"; did you mean {proposal}?" if proposal else ""
        raise RefusedError(
            f"{described(text)} cannot become part of file, group and alert names, which take up to 63 small "
            f"letters, digits and hyphens{advice}"
        )
    return text


def _class_name(value: Any) -> str:
    text = _text(value, "a class")
    if not re.fullmatch(CLASS_NAME, text):
        raise RefusedError(
            f"{described(text)} is no name of a class, which is up to 63 letters, digits, hyphens and "
            "underscores, and begins with a letter; write for example HIGH_FAST"
        )
    return text


def _owner_name(value: Any) -> str:
    text = _text(value, "an owner")
    if not re.fullmatch(OWNER_NAME, text):
        raise RefusedError(
            f"{described(text)} cannot become part of a receiver's name, which takes up to 63 letters, "
            "digits, dots, hyphens and underscores, and begins and ends with a letter or digit"
        )
    return text


def _metric_value(value: Any) -> str:
    text = _text(value, "a name")
    if not re.fullmatch(METRIC_VALUE, text):
        raise RefusedError(
            f"{described(text)} cannot be the name of a model or guardrail: it stands in every query, and is "
            "up to 253 characters without a space; write for example fraud-scorer"
        )
    return text


def _named_thing(value: Any) -> str:
    text = _text(value, "a name")
    if not text.strip():
        raise RefusedError("an empty name says nothing to whoever has to judge what could be reached")
    return _not_longer(text, LONGEST_LABEL)


def _label_name(value: Any) -> str:
    text = _annotation_name(value, "a label name")
    if text in labels.OF_PROMETHEUS:
        raise RefusedError(
            f"the label {text} belongs to Prometheus, which gives it a meaning of its own; choose another "
            "name"
        )
    if text in labels.RESERVED:
        raise RefusedError(
            f"the label {text} is the compiler's own: routing and inhibition would match the wrong alerts; "
            "choose another name"
        )
    if text.startswith("__"):
        raise RefusedError(f"the label {text} is internal to Prometheus, which drops it; choose another name")
    return text


def _annotation_name(value: Any, kind: str = "an annotation name") -> str:
    text = _text(value, kind)
    if not re.fullmatch(ANNOTATION_NAME, text):
        proposal = re.sub("[^a-zA-Z0-9_]", "_", text)
        fits = re.fullmatch(ANNOTATION_NAME, proposal)
        advice = f"did you mean {proposal}?" if fits else "write for example cluster"
        raise RefusedError(
            f"{described(text)} cannot be {kind}, for Prometheus takes letters, digits and _ only; {advice}"
        )
    return text


def _label_value(value: Any) -> str:
    text = _text(value, "the value of a label")
    if not text:
        raise RefusedError("an empty label is the same to Prometheus as none; give a value or remove the key")
    return _not_longer(text, LONGEST_LABEL)


def _annotation(value: Any) -> str:
    return _not_longer(_text(value, "an annotation"), LONGEST_ANNOTATION)


def _not_longer(text: str, most: int) -> str:
    if len(text) > most:
        raise RefusedError(
            f"this text has {len(text):,} characters, which every notification would carry; write at most "
            f"{most:,}"
        )
    return text


def _promql(value: Any) -> str:
    text = _text(value, "PromQL")
    if not text:
        raise RefusedError("there is no expression here, so that there is nothing to measure")
    return text


def _preset_id(value: Any) -> str:
    text = _text(value, "a preset")
    if not re.fullmatch(PRESET_ID, text):
        raise RefusedError(
            f"{described(text)} is no preset, which is a system and an indicator such as "
            "vllm/time-to-first-token; slo-compiler presets lists them"
        )
    return text


def _release(value: Any) -> str:
    text = _text(value, "a release")
    if not re.fullmatch(RELEASE, text):
        raise RefusedError(f'{described(text)} is no release; write for example "0.11" or "v1.21.3"')
    return text


def _link(value: Any) -> str:
    text = _text(value, "a link")
    unknown = re.search(r"\{(?!(?:service|slo|alert)\})[^{}]*\}?", text)
    if unknown is not None:
        raise RefusedError(
            f"{described(unknown[0])} stays as it is in every link, and leads nowhere; only {{service}}, "
            "{slo} and {alert} are replaced"
        )
    if not re.fullmatch(LINK, text):
        raise RefusedError(
            f"{described(text)} is no link that an alert can carry; write for example "
            "https://runbooks.example.com/{service}"
        )
    return text


def _plain_link(value: Any) -> str:
    text = _text(value, "a link")
    if not re.fullmatch(PLAIN_LINK, text):
        raise RefusedError(
            f"{described(text)} is no address to which the path of a page can be added; write for example "
            "https://prometheus.example.com"
        )
    return text.rstrip("/")


def _title(value: Any) -> str:
    text = _text(value, "a title")
    if not text.strip():
        raise RefusedError("a link without a title cannot be seen in the runbook; say where it leads")
    return _not_longer(text, LONGEST_LABEL)


def _local_text(value: Any) -> str:
    text = _text(value, "a text")
    if len(text) > LONGEST_ANNOTATION:
        raise RefusedError(
            f"this text has {len(text):,} characters, which nobody reads in the first minutes of an "
            f"incident; write at most {LONGEST_ANNOTATION:,}, and link to the rest"
        )
    return text


def _text(value: Any, kind: str) -> str:
    if isinstance(value, str):
        return value
    advice = "" if value is None or isinstance(value, list | dict) else "; put it in quotes if it is meant"
    raise MistypedError(f"{described(value)} stands where {kind} is wanted{advice}")


def _pattern(pattern: str, example: str, **more: Any) -> Json:
    return {"type": "string", "pattern": pattern, "examples": [example], **more}


Slug: TypeAlias = Annotated[str, reads(_slug, _pattern(SLUG, "checkout-api"))]
"""A name that becomes part of file, group and alert names."""

OwnerName: TypeAlias = Annotated[str, reads(_owner_name, _pattern(OWNER_NAME, "team-checkout"))]
ClassName: TypeAlias = Annotated[str, reads(_class_name, _pattern(CLASS_NAME, "CRITICAL"))]
LabelName: TypeAlias = Annotated[
    str,
    reads(_label_name, _pattern(LABEL_NAME, "cluster", **{"not": {"enum": sorted(labels.RESERVED)}})),
]
LabelValue: TypeAlias = Annotated[
    str,
    reads(_label_value, {"type": "string", "minLength": 1, "maxLength": LONGEST_LABEL}),
]
AnnotationName: TypeAlias = Annotated[str, reads(_annotation_name, _pattern(ANNOTATION_NAME, "escalation"))]
Annotation: TypeAlias = Annotated[
    str, reads(_annotation, {"type": "string", "maxLength": LONGEST_ANNOTATION})
]
PromQL: TypeAlias = Annotated[str, reads(_promql, {"type": "string", "minLength": 1})]
"""An expression or selector; what is in it is checked later, when it is known for which release."""

ModelName: TypeAlias = Annotated[str, reads(_metric_value, _pattern(METRIC_VALUE, "fraud-scorer"))]
"""The value of a label by which the metrics of one model or guardrail are found."""

DataScope: TypeAlias = Annotated[
    str,
    reads(_named_thing, {"type": "string", "minLength": 1, "maxLength": LONGEST_LABEL}),
]
"""The name of a tool or of the data that it can read, for humans."""

PresetId: TypeAlias = Annotated[str, reads(_preset_id, _pattern(PRESET_ID, "vllm/time-to-first-token"))]
ReleaseText: TypeAlias = Annotated[str, reads(_release, _pattern(RELEASE, "0.11"))]
"""The release of a monitored system; as a number 0.10 would be 0.1."""

Link: TypeAlias = Annotated[str, reads(_link, _pattern(LINK, "https://runbooks.example.com/{service}"))]
PlainLink: TypeAlias = Annotated[
    str, reads(_plain_link, _pattern(PLAIN_LINK, "https://prometheus.example.com"))
]
"""A link to a server, in which nothing is replaced."""
LinkTitle: TypeAlias = Annotated[
    str,
    reads(_title, {"type": "string", "minLength": 1, "maxLength": LONGEST_LABEL}),
]
LocalText: TypeAlias = Annotated[str, reads(_local_text, {"type": "string", "maxLength": LONGEST_ANNOTATION})]
"""What people who know the service tell those who are on call."""
