from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result

from slo_compiler.cli import main
from slo_compiler.replay.catalogue import CATALOGUE

SPECS: Final = Path(__file__).parent.parent.parent / "specs"


def simulate(*arguments: str | Path, columns: int = 100) -> Result:
    return CliRunner(env={"COLUMNS": str(columns)}).invoke(
        main,
        ["simulate", str(SPECS), "--slo", "checkout-api:availability", *map(str, arguments)],
        catch_exceptions=False,
    )


def test_a_terminal_of_eighty_columns_shows_all_of_it() -> None:
    told = simulate("--incident", "total-outage", "--incident", "vanished-metrics", columns=80)
    lines = [line.rstrip() for line in told.output.splitlines()]
    assert 0 == told.exit_code
    assert "checkout-api:availability  99.9% over 30d, with 36000 events an hour" == lines[0]
    assert "incident budget worth heard from after reset after" == " ".join(lines[2].split())
    assert "total-outage" in lines[3]
    assert "fast, medium, slow" in lines[3]
    assert "absent" in lines[4]
    assert max(len(line) for line in lines) <= 80


def test_json_has_every_incident_of_the_catalogue() -> None:
    told = json.loads(simulate("--format", "json").output)
    assert [each.name for each in CATALOGUE] == [each["name"] for each in told[0]["incidents"]]
    assert 1 == told[0]["recall"]


def test_incidents_of_ones_own_are_tried_instead(tmp_path: Path) -> None:
    file = tmp_path / "incidents.yaml"
    file.write_text(
        "apiVersion: slo-compiler/v1\n"
        "incidents:\n"
        "  - {name: mine, repeat: 2, phases: [{duration: 5m, errors: 100%}, {duration: 5m, burn_rate: 2}]}\n"
    )
    told = json.loads(simulate("--incidents", file, "--format", "json").output)
    (mine,) = told[0]["incidents"]
    assert "mine" == mine["name"]
    assert (10 + 10 * 0.002) / 43.2 == pytest.approx(mine["budget_spent"])


def test_what_is_wrong_with_a_file_of_incidents_is_told_at_its_place(tmp_path: Path) -> None:
    file = tmp_path / "incidents.yaml"
    file.write_text(
        "apiVersion: slo-compiler/v1\n"
        "incidents:\n"
        "  - name: mine\n"
        "    phases:\n"
        "      - {duration: 5m, errors: 120%, traffic: 20000%}\n"
        "      - {errors: 5%, burn_rate: 2}\n"
    )
    told = simulate("--incidents", file)
    place = file.as_posix()
    assert 1 == told.exit_code
    too_many, too_much, without, *_ = told.stderr.splitlines()
    assert (
        f"{place}:5:32: error: 120% of events cannot fail: there are no more than 100% [spec/value]"
        == too_many
    )
    assert too_much.startswith(
        f"{place}:5:47: error: 20000% of the usual traffic is more than a hundred times"
    )
    assert without.startswith(f"{place}:6:9: error: duration is missing")


def test_traffic_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "traffic.csv"
    file.write_text("minute,requests\n0,100\n1,20\n")
    told = simulate("--traffic", file, "--incident", "total-outage")
    assert "with 3600 events an hour" in told.output


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--traffic", "much"), "--traffic much is neither a file nor a number of events an hour"),
        (("--traffic", "1_000"), "--traffic 1_000 is neither a file nor a number of events an hour"),
        (("--traffic", "0"), "--traffic 0 is not between 0 and a billion events an hour"),
        (("--incident", "flood"), "there is no incident flood; there are total-outage, "),
        (("--plot", "picture.pdf"), "picture.pdf ends with neither .svg nor .png"),
        (("--slo", "nothing"), "there is no SLO nothing in these specs"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(arguments: tuple[str, ...], complaint: str) -> None:
    told = simulate(*arguments)
    assert 2 == told.exit_code
    assert complaint in told.stderr


def test_a_file_that_is_no_traffic_is_told(tmp_path: Path) -> None:
    file = tmp_path / "traffic.csv"
    file.write_text("minute,requests\n0,some\n")
    told = simulate("--traffic", file)
    assert 1 == told.exit_code
    assert "is no traffic: line 2 ends with 'some', which is no number of events" in told.stderr


def test_traffic_that_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "traffic.csv"
    file.write_bytes(b"minute,requests\n0,\xe9\n")
    told = simulate("--traffic", file)
    assert (1, f"Error: {file} is not UTF-8, at byte 19\n") == (told.exit_code, told.stderr)


@pytest.mark.parametrize(("name", "begin"), [("p.svg", b"<?xml"), ("p.png", b"\x89PNG")])
def test_a_picture_is_drawn(tmp_path: Path, name: str, begin: bytes) -> None:
    told = simulate("--incident", "deploy-spike", "--plot", tmp_path / name)
    assert 0 == told.exit_code
    assert begin == (tmp_path / name).read_bytes()[: len(begin)]


def test_the_example_in_the_documentation_is_what_is_printed() -> None:
    page = (SPECS.parent / "docs" / "simulate.md").read_text(encoding="utf-8")
    example = page.partition("--traffic 360\n")[2].partition("\n```")[0]
    told = simulate("--traffic", "360", columns=80)
    assert example == "\n".join(line.rstrip() for line in told.output.rstrip().splitlines())


def simulate_models(*arguments: str, spec: str = "fraud-scorer") -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(
        main, ["simulate", str(SPECS / f"{spec}.yaml"), *arguments], catch_exceptions=False
    )


def test_the_example_of_a_model_in_the_documentation_is_what_is_printed() -> None:
    page = (SPECS.parent / "docs" / "simulate.md").read_text(encoding="utf-8")
    command, _, example = page.partition("simulate specs/fraud-scorer.yaml \\\n")[2].partition(
        "\nfraud-scorer  "
    )
    printed = f"fraud-scorer  {example.partition(chr(10) + '```')[0]}"
    told = simulate_models(*command.replace("\\\n", " ").split())
    assert printed == "\n".join(line.rstrip() for line in told.output.rstrip().splitlines())


def test_drift_without_quality_loss_pages_nobody() -> None:
    told = json.loads(simulate_models("--incident", "drift-without-quality-loss", "--format", "json").output)
    (only,) = told
    (drift,) = only["incidents"]
    assert ("fraud-scorer", [], ["input-drift DriftVirtual"]) == (
        only["service"],
        drift["paged_by"],
        drift["ticket_by"],
    )


def test_what_a_spec_does_not_speak_of_is_not_tried() -> None:
    told = simulate_models("--incident", "label-lag", spec="llm-gateway").output
    assert "not tried     label-lag" in told


@pytest.mark.parametrize(
    ("spec", "arguments", "complaint"),
    [
        ("fraud-scorer", ("--slo", "latency"), "cold-start: the whole service is needed, so leave --slo out"),
        ("checkout-api", (), "cold-start: that is about a service of machine learning, and none of these is"),
    ],
    ids=["one SLO alone", "no model"],
)
def test_an_incident_of_models_needs_the_whole_service_of_one(
    spec: str, arguments: tuple[str, ...], complaint: str
) -> None:
    asked = ("--incident", "cold-start", "--incident", "total-outage")
    told = simulate_models(*asked, *arguments, spec=spec)
    assert 2 == told.exit_code
    assert complaint in told.stderr


@pytest.mark.parametrize(
    ("phase", "complaint"),
    [
        (
            "breadth: 50%",
            "breadth says how something drifts, and nothing does: write drift, too, for example 2.5",
        ),
        ("drift: 0", "a score of 0 times its threshold is none; above 1 it drifts, so write for example 2.5"),
        ("cold_replicas: 0%", "0% is no part of a whole; choose more than 0%, and 100% at most"),
        ("labels: 20000%", "20000% of the labels is more than a hundred times as many as are due"),
    ],
)
def test_signs_of_a_model_that_cannot_be_are_refused(tmp_path: Path, phase: str, complaint: str) -> None:
    file = tmp_path / "incidents.yaml"
    file.write_text(
        f"apiVersion: slo-compiler/v1\nincidents:\n  - {{name: mine, phases: [{{duration: 5m, {phase}}}]}}\n"
    )
    told = simulate_models("--incidents", str(file))
    assert 1 == told.exit_code
    assert complaint in told.stderr


def test_slices_of_time_are_told_instead_of_a_traffic_that_does_not_matter() -> None:
    told = CliRunner(env={"COLUMNS": "100"}).invoke(
        main,
        ["simulate", str(SPECS), "--slo", "edge-probes:reachability", "--incident", "low-traffic"],
        catch_exceptions=False,
    )
    assert told.output.partition("\n")[0].endswith(", looked at every 30s")


def test_what_there_is_nothing_to_say_of_is_not_said() -> None:
    """Nothing in this incident is worth an alert, and there is none."""
    told = simulate("--incident", "low-traffic")
    assert "recall" not in told.output
    assert "detection time" not in told.output
    assert "false alerts" in told.output


def test_a_picture_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    told = simulate("--incident", "deploy-spike", "--plot", tmp_path / "nowhere" / "picture.svg")
    assert (told.exit_code, "picture.svg cannot be written: No such file" in told.stderr) == (1, True)
