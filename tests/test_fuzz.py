"""Whatever stands in a spec, the compiler answers with artefacts or errors, and never with an exception."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.compiler import Compilation, compile_sources
from slo_compiler.diagnostics import has_errors
from slo_compiler.sources import Source, Sources

SPECS: Final = Path(__file__).parent.parent / "specs"
BESIDE: Final = {name: (SPECS / f"{name}.yaml").read_bytes() for name in ("defaults", "receivers")}
TEXTS: Final = [path.read_bytes() for path in sorted(SPECS.glob("*.yaml")) if path.stem not in BESIDE]

# After the Big List of Naughty Strings: what has broken parsers, terminals, templates, shells and databases.
NAUGHTY: Final[list[str]] = json.loads(
    (Path(__file__).parent / "naughty_strings.json").read_text(encoding="utf-8")
)


def compiled(spec: bytes, defaults: bytes | None = None, receivers: bytes | None = None) -> Compilation:
    """What comes of a spec; artefacts are rendered, for that could fail as well."""
    compilation = compile_sources(
        Sources(
            (Source("spec.yaml", spec),),
            Source("defaults.yaml", BESIDE["defaults"] if defaults is None else defaults),
            Source("receivers.yaml", BESIDE["receivers"] if receivers is None else receivers),
        )
    )
    artifacts = list(compilation.artifacts())
    assert has_errors(compilation.diagnostics) == (artifacts == [])
    for artifact in artifacts:
        artifact.text.encode()
    for diagnostic in compilation.diagnostics:
        assert diagnostic.position.path, diagnostic
    return compilation


@st.composite
def damaged_bytes(draw: st.DrawFn) -> bytes:
    """A text with some bytes changed, gone or new."""
    content = bytearray(draw(st.sampled_from(TEXTS)))
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(content)))
        content[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(content)


@st.composite
def damaged_lines(draw: st.DrawFn) -> bytes:
    """A text with some lines removed, repeated or exchanged."""
    lines = draw(st.sampled_from(TEXTS)).splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 4))):
        first = draw(st.integers(0, len(lines) - 1))
        second = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["remove", "repeat", "exchange"])):
            case "remove" if len(lines) > 1:
                del lines[first]
            case "repeat":
                lines.insert(second, lines[first])
            case _:
                lines[first], lines[second] = lines[second], lines[first]
    return b"".join(lines)


def spec_with(naughty: str) -> dict[str, Any]:
    """A spec in which the text stands wherever a text may stand."""
    return {
        "apiVersion": "slo-compiler/v1",
        "service": "shop",
        "description": naughty,
        "labels": {"cluster": naughty},
        "alerting": {"annotations": {"note": naughty}},
        "slos": [
            {
                "name": "availability",
                "description": naughty,
                "objective": "99.9%",
                "indicator": {"ratio": {"bad": matching(naughty), "total": "requests_total"}},
                "alerting": {"labels": {"room": naughty}, "annotations": {"summary": naughty}},
            }
        ],
    }


def as_yaml(data: Any) -> bytes:
    """JSON is YAML, but for the pairs of escapes in which JSON writes what is beyond U+FFFF."""
    text = json.dumps(data, ensure_ascii=False)
    return "".join(c if " " <= c <= "~" else f"\\U{ord(c):08x}" for c in text).encode()


def matching(value: str) -> str:
    return f"requests_total{{path={json.dumps(value, ensure_ascii=False)}}}"


def places(value: Any) -> list[tuple[Any, Any]]:
    """Each mapping or list in the data with each of its keys or indexes."""
    if isinstance(value, dict):
        keys: list[Any] = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    else:
        return []
    return [(value, key) for key in keys] + [place for key in keys for place in places(value[key])]


@st.composite
def naughty_anywhere(draw: st.DrawFn) -> bytes:
    """A spec with a naughty string in the place of one value or key."""
    data = spec_with("x")
    slo = data["slos"][0]
    kind, expression = draw(st.sampled_from(INDICATORS))
    slo["indicator"] = {kind: expression}
    slo["group_by"] = draw(st.sampled_from([[], ["region"]]))
    data = copy.deepcopy(data)
    place, key = draw(st.sampled_from(places(data)))
    naughty = draw(st.sampled_from(NAUGHTY) | st.text())
    if isinstance(place, dict) and draw(st.booleans()):
        place[naughty] = place.pop(key)
    else:
        place[key] = naughty
    return as_yaml(data)


INDICATORS: Final[list[tuple[str, Any]]] = [
    ("ratio", {"good": "good_total", "total": "requests_total"}),
    ("latency", {"histogram": "request_seconds", "threshold": "250ms"}),
    ("latency", {"histogram": "request_seconds", "threshold": 0.25, "type": "native"}),
    ("events", {"bad": "sum(rate(bad[$window]))", "total": "sum(rate(all[$window]))"}),
    ("error_ratio", "avg(avg_over_time(error_ratio[$window]))"),
    ("probe", "up"),
    ("threshold", {"gauge": "queue_length", "at_most": 10}),
    ("freshness", {"timestamp": "last_success_seconds", "max_age": "2h"}),
]


@given(spec=damaged_bytes())
def test_damaged_bytes_are_compiled_or_refused(spec: bytes) -> None:
    compiled(spec)


@given(spec=damaged_lines())
def test_damaged_lines_are_compiled_or_refused(spec: bytes) -> None:
    compiled(spec)


@given(spec=naughty_anywhere())
def test_naughty_strings_anywhere_are_compiled_or_refused(spec: bytes) -> None:
    compiled(spec)


@given(beside=st.sampled_from(sorted(BESIDE)), damage=st.data())
def test_damaged_files_beside_the_spec_are_compiled_or_refused(beside: str, damage: st.DataObject) -> None:
    lines = BESIDE[beside].splitlines(keepends=True)
    del lines[damage.draw(st.integers(0, len(lines) - 1))]
    content = bytearray(b"".join(lines))
    content[damage.draw(st.integers(0, len(content) - 1))] = damage.draw(st.integers(0, 255))
    compiled(TEXTS[0], **{beside: bytes(content)})


@pytest.mark.parametrize("naughty", NAUGHTY, ids=ascii)
def test_a_naughty_string_wherever_a_text_may_stand(naughty: str) -> None:
    compiled(as_yaml(spec_with(naughty)))
