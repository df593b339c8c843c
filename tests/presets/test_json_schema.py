"""An editor knows each preset and its parameters, and refuses nothing that the compiler takes."""

from __future__ import annotations

import json
from typing import Any, Final

import jsonschema
import pytest
from click.testing import CliRunner

from slo_compiler.cli import main
from slo_compiler.model.system import Preset
from tests.compiling import slo, spec
from tests.presets.examples import OWNERS, PRESETS, slos_of

SCHEMA: Final = jsonschema.Draft202012Validator(
    json.loads(CliRunner().invoke(main, ["schema", "spec"], catch_exceptions=False).stdout)
)


def is_valid(indicator: dict[str, Any]) -> bool:
    return SCHEMA.is_valid(spec("shop", slo("it", objective="99%", indicator=indicator), owners=OWNERS))


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_the_example_is_valid(preset: Preset) -> None:
    assert [True] * (1 + len(preset.earlier)) == [is_valid(slo["indicator"]) for slo in slos_of(preset)]


TTFT: Final = {"preset": "vllm/time-to-first-token", "threshold": "1s"}


@pytest.mark.parametrize(
    "indicator",
    [
        TTFT | {"model_name": ["a", "b"], "matchers": 'job="x"', "release": "0.33"},
        {"preset": "triton/first-response-latency", "threshold": "1s", "histogram_latencies": True},
        {"preset": "vllm/kv-cache-headroom", "at_most": 0.5},
        {"probe": "up"},
    ],
    ids=str,
)
def test_it_takes(indicator: dict[str, Any]) -> None:
    assert is_valid(indicator)


@pytest.mark.parametrize(
    "indicator",
    [
        {"preset": "vllm/no-such-preset"},
        {"preset": "triton/p99-latency"},
        {"preset": "vllm/time-to-first-token"},
        TTFT | {"modelname": "a"},
        TTFT | {"model_name": 7},
        TTFT | {"threshold": 500},
        TTFT | {"release": 0.33},
        {"preset": "triton/first-response-latency", "threshold": "1s"},
        {"preset": "vllm/kv-cache-headroom", "at_most": "full"},
    ],
    ids=str,
)
def test_it_refuses(indicator: dict[str, Any]) -> None:
    assert not is_valid(indicator)
