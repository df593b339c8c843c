"""The library's files: each has all that belongs to a system, and says what the expositions say."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from slo_compiler.cli import main
from slo_compiler.diagnostics import Level
from slo_compiler.emitters.preset_card import metrics_of
from slo_compiler.model.indicator import Indicator, Latency
from slo_compiler.model.system import MetricType, Preset
from slo_compiler.presets.library import is_shared, system_named, system_names, systems_with, text_of
from slo_compiler.presets.translation import Translation, prometheus_name
from slo_compiler.schema.read_library import read_system
from tests.compiling import compile_specs, found_by, spec
from tests.presets.examples import OWNERS, PRESETS, example_of
from tests.presets.exposition import exposition_of

DOCS: Final = Path(__file__).parents[2] / "docs"

METRICS: Final = [(name, metric) for name in system_names() for metric in system_named(name).metrics]

each_system = pytest.mark.parametrize("name", system_names())
each_preset = pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)


def indicators_of(preset: Preset) -> list[Indicator]:
    return [preset.indicator, *(variant.indicator for variant in preset.earlier)]


@each_system
def test_the_page_is_what_the_command_prints(name: str) -> None:
    printed = CliRunner().invoke(main, ["presets", name, "--format", "markdown"], catch_exceptions=False)
    assert (DOCS / "presets" / f"{name}.md").read_text(encoding="utf-8") == printed.stdout


@each_system
def test_the_overview_leads_to_the_page(name: str) -> None:
    assert f"(presets/{name}.md)" in (DOCS / "presets.md").read_text(encoding="utf-8")


def test_no_page_is_left_behind() -> None:
    assert list(system_names()) == sorted(path.stem for path in (DOCS / "presets").iterdir())


def test_no_exposition_is_left_behind() -> None:
    assert list(system_names()) == sorted(path.stem for path in Path(__file__).parent.glob("*.prom"))


@each_system
def test_each_preset_stands_on_metrics_of_the_catalogue(name: str) -> None:
    system = system_named(name)
    groundless = [
        preset.id
        for preset in system.presets.values()
        if isinstance(preset, Preset)
        for indicator in indicators_of(preset)
        if not metrics_of(indicator, system)
    ]
    assert [] == groundless


@each_system
def test_the_catalogue_has_the_types_of_the_exposition(name: str) -> None:
    system = system_named(name)
    exposed = exposition_of(name).types
    assert exposed == {metric: system.metrics[metric].type.value for metric in exposed}


@each_system
def test_the_catalogue_has_the_labels_of_the_exposition(name: str) -> None:
    system, exposition = system_named(name), exposition_of(name)
    exposed = {
        metric: {label for sample in exposition.samples_of(metric) for label in sample.labels} - {"le"}
        for metric in exposition.types
        if exposition.samples_of(metric)
    }
    assert exposed == {metric: set(system.metrics[metric].labels) for metric in exposed}


@each_system
def test_the_catalogue_has_the_buckets_of_the_exposition(name: str) -> None:
    system, exposition = system_named(name), exposition_of(name)
    exposed = {
        metric: list(
            dict.fromkeys(
                Fraction(sample.labels["le"])
                for sample in exposition.samples_of(metric)
                if sample.labels.get("le", "+Inf") != "+Inf"
            )
        )
        for metric, type_ in exposition.types.items()
        if type_ == "histogram"
    }
    assert exposed == {metric: list(system.metrics[metric].bounds) for metric in exposed}


@each_preset
def test_what_it_reads_is_in_the_exposition(preset: Preset) -> None:
    name = preset.id.partition("/")[0]
    exposed = exposition_of(name).types
    read = {
        metric.name
        for indicator in indicators_of(preset)
        for metric in metrics_of(indicator, system_named(name))
    }
    assert set() == read - exposed.keys()


@each_preset
def test_each_of_its_labels_is_one_of_its_metrics(preset: Preset) -> None:
    system = system_named(preset.id.partition("/")[0])
    carried = {label for metric in metrics_of(preset.indicator, system) for label in metric.labels}
    assert [] == [name for name, parameter in preset.labels.items() if parameter.label not in carried]


@each_preset
def test_its_example_compiles_without_a_word(preset: Preset) -> None:
    compilation = compile_specs(spec("shop", example_of(preset), owners=OWNERS), receivers=None)
    said = [found for found in compilation.diagnostics if found.level is not Level.NOTE]
    expected = {"owner/no-receivers", "catalogue/success-only"}  # an example is one SLO alone
    assert [] == [str(found) for found in said if found.check not in expected]


def test_opentelemetrys_names_are_derived() -> None:
    """With the strategy that is the default, the keys of the file are what the strategy says."""
    instruments = {
        name: prometheus_name(metric, Translation.UNDERSCORES_WITH_SUFFIXES)
        for system in map(system_named, system_names())
        for name, metric in system.metrics.items()
        if metric.otel
    }
    assert list(instruments) == list(instruments.values())
    assert instruments


@each_preset
def test_what_it_takes_for_a_histogram_has_bounds(preset: Preset) -> None:
    system = system_named(preset.id.partition("/")[0])
    latencies = [indicator for indicator in indicators_of(preset) if isinstance(indicator, Latency)]
    histograms = [metric for latency in latencies for metric in metrics_of(latency, system)]
    assert [] == [metric.name for metric in histograms if metric.type is not MetricType.HISTOGRAM]
    assert [] == [metric.name for metric in histograms if not (metric.bounds and metric.unit)]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "system: vllm",
            "sistem: vllm",
            "unknown key 'sistem', which would have no effect; did you mean system?",
        ),
        ('before: "0.11"', "before: 0.11", "the number 0.11 stands where a release is wanted"),
        ("type: counter", "type: count", "'count' is not known here; did you mean counter?"),
        ("buckets: [0.3, 0.5,", "buckets: [0.5, 0.3,", "the bounds of the buckets do not ascend"),
        ("    defaulted: true", "    refused: no", "indicator and refused exclude each other"),
    ],
    ids=["a misspelt key", "a release as a number", "an unknown type", "bounds in disorder", "both"],
)
def test_a_broken_file_is_told_of_in_full(old: str, new: str, complaint: str) -> None:
    text = text_of("vllm").decode()
    assert old in text
    found = read_system("vllm.yaml", text.replace(old, new, 1).encode())
    assert isinstance(found, list)
    assert any(complaint in problem.message for problem in found), list(map(str, found))


@pytest.mark.parametrize("system", system_names())
def test_a_name_is_shared_where_every_file_that_has_it_says_so(system: str) -> None:
    said = {
        name: all(name in each.metrics and each.metrics[name].shared for each in systems_with(name))
        for name in (*system_named(system).metrics, *system_named(system).misnomers)
    }
    assert said == {name: is_shared(name) for name in said}


def test_a_name_of_no_system_is_not_shared() -> None:
    assert not is_shared("http_requests")


def test_presets_are_of_the_surface_that_they_say() -> None:
    slo = example_of(PRESETS["vllm/truncation"])
    compilation = compile_specs(spec("shop", slo, owners={"serving": "platform"}))
    (missing,) = found_by("owner/missing", compilation)
    assert "truncation watches the model surface, which has no owner" in missing
