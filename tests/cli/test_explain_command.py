from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import jsonschema
import pytest
from click.testing import CliRunner, Result

from slo_compiler.cli import main
from tests.compiling import slo, spec
from tests.oracles.document import yaml_text

SPECS: Final = Path(__file__).parent.parent.parent / "specs"


def explain(*arguments: str, columns: int = 100, specs: Path = SPECS) -> Result:
    return CliRunner(env={"COLUMNS": str(columns)}).invoke(
        main, ["explain", str(specs), *arguments], catch_exceptions=False
    )


AVAILABILITY: Final = """\
checkout-api:availability  99.9% over 30d

  tier    alert        windows     burn rate  fires above  budget spent  gone in
  fast    page SEV1    1h and 5m   14.4x      1.44%        2%            2d2h
  medium  page SEV2    6h and 30m  6x         0.6%         5%            5d
  slow    ticket SEV3  3d and 6h   1x         0.1%         10%           30d

  On a constant error ratio each fires after the first time, and resets after the second:

  tier    at 100% errors  at 10% errors   at 1% errors  reaches
  fast    52s, 4m56s      8m38s, 4m17s    never         payments-page
  medium  2m10s, 29m49s   21m36s, 28m12s  3h36m, 12m    payments-page
  slow    4m19s, 6h       43m12s, 5h56m   7h12m, 5h24m  payments-ticket in office hours

  error budget     0.1%, a total outage of 43m12s
  owner            payments, for the serving surface
  severity         SEV1 for fast, as users are hit at scale
                   SEV2 for medium, as its tier is not the fastest
                   SEV3 for slow, as the budget burns slowly
                   SEV2 for IndicatorAbsent, as nobody knows whether users are hit
  minimum          3 errors in the long window, or a tier stays silent
  soonest notice   1m30s for a scrape, an evaluation and Alertmanager's wait, in which a total
                   outage spends 3.47% of the budget
  waits            medium while fast fires
                   slow while fast, medium fires
  IndicatorAbsent  page to payments-page
  office hours     monday:friday 09:00-17:00 Europe/Berlin

"""


def test_a_terminal_of_a_hundred_columns_shows_all_of_it() -> None:
    done = explain("--slo", "checkout-api:availability")
    assert (done.exit_code, done.stderr) == (0, "")
    assert [line.rstrip() for line in done.stdout.splitlines()] == AVAILABILITY.splitlines()


@pytest.mark.parametrize("columns", [80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_cut(columns: int) -> None:
    lines = explain(columns=columns).stdout.splitlines()
    assert max(map(len, lines)) <= columns
    assert not any("\u2026" in line for line in lines)


def test_json_lists_every_slo() -> None:
    told = json.loads(explain("--format", "json").stdout)
    assert [slo["id"] for slo in told][:2] == ["card-features:freshness", "card-features:run-success"]
    assert {tier["severity"] for slo in told for tier in slo.get("tiers", [])} == {"page", "ticket"}


def test_json_of_every_example_keeps_to_the_published_schema() -> None:
    schema = json.loads((SPECS.parent / "docs" / "explain.schema.json").read_text(encoding="utf-8"))
    told = json.loads(explain("--format", "json").stdout)
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(told)) == []


def test_markdown_has_a_heading_and_two_tables_for_every_slo_and_one_for_every_signal() -> None:
    lines = explain("--format", "markdown").stdout.splitlines()
    headings = [line for line in lines if line.startswith("## ")]
    rules = [line for line in lines if line.startswith("| --- |")]
    assert (len(headings), len(rules)) == (22 + 12, 2 * 22 + 12)


def test_an_slo_may_be_called_by_its_name_alone() -> None:
    told = json.loads(explain("--format", "json", "--slo", "latency").stdout)
    services = ("checkout-api", "fraud-scorer", "inventory-grpc", "search")
    assert [slo["id"] for slo in told] == [f"{service}:latency" for service in services]


def test_several_slos_may_be_asked_for() -> None:
    told = json.loads(explain("--format", "json", "--slo", "backlog", "--slo", "search:latency").stdout)
    assert [slo["id"] for slo in told] == ["card-features:backlog", "search:latency"]


def test_an_slo_that_is_not_there_is_wrong_usage() -> None:
    done = explain("--slo", "nonsense")
    assert done.exit_code == 2
    assert "there is no SLO nonsense in these specs; there are card-features:freshness" in done.stderr


def test_errors_are_told_instead(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(yaml_text(spec("shop", slo(objective="100%"))), encoding="utf-8")
    done = explain(specs=tmp_path)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.endswith("1 error\n")


def test_a_warning_is_told_beside_it(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(yaml_text(spec("shop")), encoding="utf-8")
    done = explain(specs=tmp_path)
    assert done.exit_code == 0
    assert "[owner/no-receivers]" in done.stderr
    assert "nobody: there is no receivers.yaml" in done.stdout


@pytest.mark.parametrize("columns", [80, 100])
def test_the_cost_is_a_table_in_which_nothing_is_cut(columns: int) -> None:
    lines = explain("--cost", "--slo", "checkout-api:availability", columns=columns).stdout.splitlines()
    assert not any("\u2026" in line for line in lines)
    assert lines[0].split() == [
        "SLO",
        "or",
        "signal",
        "groups",
        "rules",
        "series",
        "writes",
        "reads",
        "at",
        "once",
    ]
    assert [line.split()[:4] for line in lines[1:3]] == [
        ["checkout-api:availability", "3", "19", "15"],
        ["together", "3", "19", "15"],
    ]


def test_the_cost_is_of_the_series_that_are_assumed() -> None:
    few, many = (
        json.loads(explain("--cost", "--format", "json", *arguments).stdout)["total"][
            "samples_read_per_second"
        ]
        for arguments in ([], ["--series", "100"])
    )
    assert many > few


def test_the_cost_in_markdown_is_a_table() -> None:
    lines = explain("--cost", "--format", "markdown", "--values", "5").stdout.splitlines()
    assert lines[1].startswith("| --- |")
    assert lines[-1].endswith("a group_by makes 5 groups.")


@pytest.mark.parametrize("style", [(), ("--format", "markdown")], ids=["terminal", "markdown"])
def test_of_an_slo_that_alerts_nobody_no_alerts_are_explained(tmp_path: Path, style: tuple[str, ...]) -> None:
    silent = slo(objective="93%", alerting={"enabled": False})
    (tmp_path / "shop.yaml").write_text(yaml_text(spec("shop", silent)), encoding="utf-8")
    told = CliRunner().invoke(main, ["explain", str(tmp_path / "shop.yaml"), *style])
    assert "none: it is recorded, and nobody is told" in told.stdout
    assert [word for word in ("fires above", "soonest notice", "derived anew") if word in told.output] == []
