"""The JSON Schemas against the reader: an editor and ``lint`` take and refuse the same files."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, TypeAlias

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.compiler import compile_sources
from slo_compiler.diagnostics import Diagnostic, Level
from slo_compiler.schema.json_schema import KINDS, json_schema
from slo_compiler.schema.read import read_receivers
from slo_compiler.schema.yaml.documents import read_document
from slo_compiler.schema.yaml.nodes import to_data
from slo_compiler.sources import Source, Sources

SPECS: Final = Path(__file__).parent.parent.parent / "specs"

Steps: TypeAlias = tuple[str | int, ...]
"""The keys and indexes that lead to a value."""


def plain(value: Any) -> Any:
    """The data of a file as JSON has it."""
    match value:
        case Fraction():
            return float(value)
        case list():
            return [plain(item) for item in value]
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case _:
            return value


def data_of(path: Path) -> Any:
    root = read_document(path.name, path.read_bytes())
    assert not isinstance(root, list)
    return plain(to_data(root))


EVERY_KEY: Final = {
    "apiVersion": "slo-compiler/v1",
    "service": "shop",
    "description": "Sells.",
    "labels": {"cluster": "eu-1"},
    "systems": {"vllm": "0.33"},
    "owners": {"serving": "payments", "data": "payments"},
    "alerting": {"severities": {"fast": "page"}, "absent": False, "annotations": {"note": "Ask."}},
    "slos": [
        {
            "name": "availability",
            "description": "Answers.",
            "surface": "data",
            "objective": "99.9%",
            "window": "30d",
            "cadence": "1m",
            "group_by": ["region"],
            "indicator": {"ratio": {"bad": "errors_total", "total": "requests_total"}},
            "alerting": {
                "tiers": [{"name": "fast", "severity": "page", "budget": "2%", "long": "1h", "short": "5m"}],
                "min_errors": 3,
                "absent": {"severity": "ticket", "for": "10m", "remember": "2d"},
                "labels": {"room": "shop"},
            },
        },
        {
            "name": "latency",
            "objective": "99%",
            "indicator": {"latency": {"histogram": "seconds", "threshold": 0.25, "type": "native"}},
            "alerting": {"tiers": [{"name": "slow", "severity": "page", "burn_rate": 2.5, "long": "1h"}]},
        },
        {
            "name": "backlog",
            "objective": "99%",
            "indicator": {"threshold": {"gauge": "queue_length", "at_most": 10}},
        },
        {
            "name": "freshness",
            "objective": "99%",
            "indicator": {"freshness": {"timestamp": "success_seconds", "max_age": "2h"}},
        },
        {
            "name": "queue",
            "objective": "99%",
            "indicator": {"preset": "vllm/queue-depth", "release": "0.33", "at_most": 10},
        },
    ],
}
DEFAULTS: Final = {
    **data_of(SPECS / "defaults.yaml"),
    "base_window": "5m",
    "retention": "31d",
    "labels": {"cluster": "eu-1"},
    "alerting": {"tiers": [{"name": "fast", "severity": "page", "budget": "2%", "long": "1h"}]},
    "targets": {
        "operator": {"namespace": "monitoring", "labels": {"release": "kube-prometheus-stack"}},
        "alertmanagerconfig": {"namespace": "monitoring", "labels": {}, "matcher_strategy": "None"},
        "helm": {"name": "slo-rules", "version": "1.0.0", "labels": {"example.com/part-of": "slo"}},
        "mimir": {
            "tenant": "shop",
            "prefix": "slo-",
            "rules_per_group": 30,
            "groups": 500,
            "query_offset": "1m",
        },
        "thanos": {"partial_response": "warn", "shards": 3},
        "amp": {"rules_per_group": 30, "groups": 500, "namespaces": 50},
        "gmp": {"namespace": "shop"},
    },
}
RECEIVERS: Final = data_of(SPECS / "receivers.yaml")
PROBE: Final = {
    "apiVersion": "slo-compiler/v1",
    "service": "shop",
    "slos": [{"name": "reachability", "objective": "99.9%", "indicator": {"probe": "up"}}],
}
"""It alerts by the tiers of the defaults."""
GOOD_SPECS: Final = [
    EVERY_KEY,
    *(data_of(path) for path in sorted(SPECS.glob("*.yaml")) if path.stem not in {"defaults", "receivers"}),
]

# What no schema can say: it needs PromQL, another file, or more than one value at once.
BEYOND_A_SCHEMA: Final = (
    "promql/",
    "owner/",
    "inhibition/",
    "spec/duplicate-",
    "rules/",
    "tier/",
    "group/",
    "preset/",
)
BUT_NOT: Final = ("tier/underdetermined", "group/repeated")
BEYOND_A_PATTERN: Final = (
    "longer than Prometheus can count",
    "fits no burn-rate tier",
    "burns too slowly",
    "evaluation interval of",
    "base window of",
    "with a scrape every",
    "a group that is remembered for",
    "to remember groups for so long",
)

VALUES: Final[list[Any]] = [
    *(None, True, 0, -1, 10**9, 1.5),
    *("", "x", "Not A Slug", "a" * 64, "a" * 1025, "a" * 5000, "-x", "über", "x_y"),
    *("99.9%", "100%", "00.00%", "099%", "99.99999999999%", "1 %"),
    *("30d", "0s", "1.5h", "5m", "30m1h", "400d", "9" * 41 + "s"),
    *("page", "data", "prometheus-3.5", "le", "__x"),
    *("https://x/{service}", "https://x/{nope}", "https://x y"),
    *([], {}, ["x"], ["x", "x"], {"x": "y"}, {"probe": "up"}),
]

KEYS: Final = [
    "unknown",
    "le",
    "severity",
    "__x",
    "9x",
    "Bad Key",
    "",
    "for",
    "fast",
    "model",
    "a" * 200,
    "good",
    "probe",
]


@functools.cache
def schema_of(kind: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema(kind))


def paths(value: Any, path: Steps = ()) -> Iterator[Steps]:
    """The way to each value in the data, itself left out."""
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in entries:
        yield (*path, key)
        yield from paths(inner, (*path, key))


@st.composite
def mutations(draw: st.DrawFn, originals: list[Any]) -> Any:
    """Good data with one key removed, added or renamed, or one value replaced."""
    data = copy.deepcopy(draw(st.sampled_from(originals)))
    *above, last = draw(st.sampled_from(list(paths(data))))
    place = data
    for step in above:
        place = place[step]
    match draw(st.sampled_from(["remove", "add", "rename", "replace"])):
        case "remove":
            del place[last]
        case "add" if isinstance(place, dict):
            place[draw(st.sampled_from(KEYS))] = draw(st.sampled_from(VALUES))
        case "rename" if isinstance(place, dict):
            place[draw(st.sampled_from(KEYS))] = place.pop(last)
        case _:
            place[last] = draw(st.sampled_from(VALUES))
    return data


def damaged(original: Any, path: Steps) -> Iterator[Any]:
    """Everything that mutations do at a place."""
    *above, last = path

    def copied() -> tuple[Any, Any]:
        data = copy.deepcopy(original)
        return data, functools.reduce(lambda value, step: value[step], above, data)

    data, place = copied()
    del place[last]
    yield data
    for value in VALUES:
        data, place = copied()
        place[last] = value
        yield data
    for key in KEYS if isinstance(last, str) else ():
        data, place = copied()
        place[key] = place.pop(last)
        yield data


def with_one_slo(spec: dict[str, Any], path: Steps) -> tuple[dict[str, Any], Steps]:
    """The spec with one SLO alone, which compiles quickly: the one that the path leads into, or the first."""
    match path:
        case ("slos", int(index), *within):
            return {**spec, "slos": [spec["slos"][index]]}, ("slos", 0, *within)
        case _:
            return {**spec, "slos": spec["slos"][:1]}, path


def within_a_schema(found: Diagnostic) -> bool:
    if found.check.startswith(BEYOND_A_SCHEMA) and found.check not in BUT_NOT:
        return False
    return not any(phrase in found.message for phrase in BEYOND_A_PATTERN)


def errors_in(spec: Any, defaults: Any) -> list[Diagnostic]:
    """What the compiler refuses, apart from what is beyond a schema."""
    sources = Sources((as_file("spec.yaml", spec),), as_file("defaults.yaml", defaults))
    found = compile_sources(sources).diagnostics
    return [each for each in found if each.level is Level.ERROR and within_a_schema(each)]


def as_file(name: str, data: Any) -> Source:
    return Source(name, json.dumps(data).encode())


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_a_valid_schema(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema(kind))


@pytest.mark.parametrize("spec", GOOD_SPECS, ids=lambda spec: spec["service"])
def test_every_example_is_valid(spec: Any) -> None:
    assert list(schema_of("spec").iter_errors(spec)) == []
    assert errors_in(spec, DEFAULTS) == []


@pytest.mark.parametrize(("kind", "data"), [("defaults", DEFAULTS), ("receivers", RECEIVERS)])
def test_every_example_beside_the_specs_is_valid(kind: str, data: Any) -> None:
    assert list(schema_of(kind).iter_errors(data)) == []


@pytest.mark.parametrize("path", list(paths(EVERY_KEY)), ids=lambda path: ".".join(map(str, path)))
def test_schema_and_compiler_agree_on_all_that_may_stand_at(path: Steps) -> None:
    for spec in damaged(*with_one_slo(EVERY_KEY, path)):
        found = errors_in(spec, DEFAULTS)
        assert schema_of("spec").is_valid(spec) == (found == []), (spec, found)


@pytest.mark.parametrize("path", list(paths(DEFAULTS)), ids=lambda path: ".".join(map(str, path)))
def test_schema_and_compiler_agree_on_all_that_may_stand_in_the_defaults_at(path: Steps) -> None:
    for defaults in damaged(DEFAULTS, path):
        found = errors_in(PROBE, defaults)
        assert schema_of("defaults").is_valid(defaults) == (found == []), (defaults, found)


@given(spec=mutations(GOOD_SPECS))
def test_schema_and_compiler_agree_on_a_spec(spec: Any) -> None:
    found = errors_in(spec, DEFAULTS)
    assert schema_of("spec").is_valid(spec) == (found == []), found


@given(receivers=mutations([RECEIVERS]))
def test_what_the_schema_refuses_of_receivers_the_reader_refuses_too(receivers: Any) -> None:
    """Not the other way round: of integrations the schema knows the keys, and little of their values."""
    refused = isinstance(read_receivers("receivers.yaml", json.dumps(receivers).encode()), list)
    assert refused or schema_of("receivers").is_valid(receivers)


@pytest.mark.parametrize("kind", ["spec", "defaults"])
def test_an_editor_can_describe_every_key(kind: str) -> None:
    schema = json_schema(kind)
    models = {"": schema, **schema["$defs"]}
    silent = [
        f"{model}.{key}"
        for model, body in models.items()
        for key, value in body.get("properties", {}).items()
        if "description" not in value and "$ref" not in value
    ]
    assert silent == []


@pytest.mark.parametrize("kind", ["spec", "defaults"])
def test_what_only_programs_want_is_not_in_it(kind: str) -> None:
    text = json.dumps(json_schema(kind))
    assert [word for word in ('"title"', '"null"', "null") if word in text] == []
