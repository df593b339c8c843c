from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from slo_compiler.cli import main
from slo_compiler.presets.library import preset_ids, system_names


def presets(*arguments: str, columns: int = 100) -> Result:
    return CliRunner(env={"COLUMNS": str(columns)}).invoke(
        main, ["presets", *arguments], catch_exceptions=False
    )


def test_the_list_has_every_preset_in_full_on_a_narrow_terminal() -> None:
    shown = {line.split(" ")[0] for line in presets(columns=80).stdout.splitlines()}
    assert set() == set(preset_ids()) - shown


def test_a_system_shows_its_own_presets_alone() -> None:
    shown = presets("vllm").stdout
    assert "vllm/queue-time" in shown
    assert "triton/queue-share" not in shown


@pytest.mark.parametrize(
    "fact",
    [
        "Time in which no more requests wait than the bound.",
        "at_most a number required The bound of the gauge.",
        "kind threshold, on the serving surface",
        "gauge sglang:num_queue_reqs",
        "reads sglang:num_queue_reqs, a gauge; added up over model_name, engine_type, tp_rank",
        "needs Start the server with --enable-metrics; without it there are no metrics.",
        "beware Aborted requests have no time to first token",
        "indicator: {preset: sglang/queue-depth, model_name: fraud-llm, at_most: 10}",
    ],
)
def test_a_preset_is_shown_with_all_that_its_user_has_to_know(fact: str) -> None:
    assert fact in " ".join(presets("sglang/queue-depth", columns=200).stdout.split())


def test_a_refused_preset_says_why() -> None:
    shown = " ".join(presets("triton/p99-latency").stdout.split())
    assert "--metrics-config histogram_latencies=true" in shown


def test_as_json_a_preset_has_its_system_around_it() -> None:
    (system,) = json.loads(presets("vllm/progress", "--format", "json").stdout)
    (preset,) = system["presets"]
    assert ("vllm", "vllm/progress") == (system["name"], preset["id"])


def test_as_json_all_presets_are_there() -> None:
    systems = json.loads(presets("--format", "json").stdout)
    assert list(preset_ids()) == [preset["id"] for system in systems for preset in system["presets"]]


def test_as_markdown_the_list_is_one_table() -> None:
    rows = presets("--format", "markdown").stdout.splitlines()
    assert len(list(preset_ids())) == len(rows) - 2
    assert [] == [row for row in rows if not row.startswith("| ")]


def test_as_markdown_a_preset_is_a_section() -> None:
    assert presets("vllm/progress", "--format", "markdown").stdout.startswith("## vllm/progress\n")


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("vlm", "did you mean vllm?"),
        ("vllm/ttft", "did you mean vllm/time-to-first-token?"),
        ("vllm/queue-tim", "did you mean vllm/queue-time?"),
        ("zzzzzzzzzz", f"there are presets for {', '.join(system_names())}"),
    ],
)
def test_a_name_that_is_none_is_wrong_usage(name: str, advice: str) -> None:
    shown = presets(name)
    assert 2 == shown.exit_code
    assert advice in shown.stderr
