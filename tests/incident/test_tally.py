"""Many post-mortems together, as humans left them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from click.testing import CliRunner

from slo_compiler.cli import main
from slo_compiler.incident.postmortem_markdown import MARK
from slo_compiler.incident.tally import Told, read_postmortem, tally


def page(begin: str = "2026-01-01T00:00:00Z", ticked: Iterable[str] = ("Data issue",)) -> str:
    marked = (
        f'<!-- {MARK} {{"begin": "{begin}", "cause": "pipeline", "service": "scorer", "sev": "SEV2"}} -->'
    )
    items = ["Serving issue", "Data issue", "Model issue", "(runbook) Fix/add runbook step"]
    boxes = [f"- [{'x' if item in ticked else ' '}] {item}" for item in items]
    return "\n".join((marked, "", "# Post-mortem", *boxes, ""))


def told(begin: str, surface: str, service: str = "scorer", *actions: str) -> Told:
    return Told(f"{begin}.md", service, begin, (surface,), actions)


def test_what_is_ticked_counts() -> None:
    ticked = ("Model issue", "(runbook) Fix/add runbook step")
    expected = Told("a.md", "scorer", "2026-01-01T00:00:00Z", ("model",), ("runbook",))
    assert expected == read_postmortem("a.md", page(ticked=ticked))


@pytest.mark.parametrize("text", ["", "# Notes\n- [x] Data issue\n", f"<!-- {MARK} nonsense -->\n"])
def test_other_files_are_no_post_mortems(text: str) -> None:
    assert read_postmortem("a.md", text) is None


def test_three_in_a_row_are_named_with_what_they_are() -> None:
    lines = list(tally([told(str(day), "serving") for day in range(3)]))
    (row,) = (line for line in lines if "in a row" in line)
    assert row.startswith("scorer: 3 serving incidents in a row, which is a problem of capacity")


def test_two_are_no_row_and_neither_are_three_of_different_services_or_with_another_between() -> None:
    two = [told("1", "data"), told("2", "data")]
    others = [told("3", "data", "shop")]
    between = [told("3", "model"), told("4", "data")]
    for found in (two, [*two, *others], [*two, *between]):
        assert [] == [line for line in tally(found) if "in a row" in line]


def test_surfaces_and_actions_are_counted_the_most_first() -> None:
    found = [
        told("1", "data", "scorer", "quality"),
        told("2", "data", "scorer", "quality"),
        told("3", "model"),
    ]
    rows = [line.split() for line in tally(found)]
    assert [["data", "2"], ["model", "1"], ["serving", "0"]] == rows[3:6]
    assert ["quality", "2"] in rows
    assert "the loop is not closed, no action is ticked in 3.md" in list(tally(found))


def test_the_command_reads_a_folder(tmp_path: Path) -> None:
    for day in range(1, 4):
        (tmp_path / f"{day}.md").write_text(page(f"2026-01-0{day}T00:00:00Z"), encoding="utf-8")
    (tmp_path / "README.md").write_text("# Post-mortems\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["postmortem", "--tally", str(tmp_path)], catch_exceptions=False)
    assert done.stdout.startswith("3 post-mortems of 1 services\n")
    assert "scorer: 3 data incidents in a row" in done.stdout


def test_a_folder_without_any_is_told(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["postmortem", "--tally", str(tmp_path)], catch_exceptions=False)
    assert (1, True) == (done.exit_code, "there is no post-mortem in" in done.stderr)
