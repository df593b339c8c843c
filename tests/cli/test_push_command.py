from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from slo_compiler.cli import main
from tests.compiling import RECEIVERS, Document, defaults, slo, spec
from tests.oracles.document import yaml_text
from tests.targets.fake_ruler import FakeRuler, serving

ALL = [f"slo-shop/shop:availability{pace}" for pace in ("", ":slow", ":coarse")]


@pytest.fixture
def ruler() -> Iterator[FakeRuler]:
    with serving(FakeRuler()) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, spec("shop"))
    (tmp_path / "receivers.yaml").write_text(yaml_text(RECEIVERS), encoding="utf-8")
    asked = defaults(targets={"mimir": {"tenant": "shop"}})
    (tmp_path / "defaults.yaml").write_text(yaml_text(asked), encoding="utf-8")
    return tmp_path


def write(folder: Path, document: Document) -> None:
    (folder / f"{document['service']}.yaml").write_text(yaml_text(document), encoding="utf-8")


def push(folder: Path, ruler: FakeRuler, *arguments: str) -> Result:
    arguments = ("push", str(folder), "--ruler", ruler.url, "--patience", "0", *arguments)
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def groups_of(ruler: FakeRuler, tenant: str = "shop") -> dict[str, Any]:
    return {
        f"{namespace}/{name}": group
        for namespace, groups in ruler.tenants.get(tenant, {}).items()
        for name, group in groups.items()
    }


def test_without_yes_the_difference_is_shown_and_nothing_is_written(folder: Path, ruler: FakeRuler) -> None:
    done = push(folder, ruler)
    assert done.stdout.splitlines() == [f"to be created: {group}" for group in ALL]
    assert f"{ruler.url}: nothing was written: 3 to be created; push with --yes" in done.stderr
    assert (done.exit_code, ruler.writes) == (1, [])


def test_with_yes_each_group_is_posted(folder: Path, ruler: FakeRuler) -> None:
    done = push(folder, ruler, "--yes")
    assert (done.exit_code, ruler.writes) == (0, [f"POST {group}" for group in ALL])
    assert list(groups_of(ruler)) == ALL


def test_what_the_ruler_has_is_not_written_again(folder: Path, ruler: FakeRuler) -> None:
    push(folder, ruler, "--yes")
    ruler.writes.clear()
    done = push(folder, ruler, "--yes")
    assert (done.exit_code, done.stdout, ruler.writes) == (0, "", [])
    assert f"{ruler.url} has these rules: 3 unchanged" in done.stderr


def test_a_change_is_written_alone(folder: Path, ruler: FakeRuler) -> None:
    push(folder, ruler, "--yes")
    ruler.writes.clear()
    write(folder, spec("shop", slo(alerting={"annotations": {"note": "Ask."}})))
    done = push(folder, ruler, "--yes")
    assert (done.exit_code, ruler.writes) == (0, ["POST slo-shop/shop:availability"])


def test_what_is_no_longer_promised_is_removed(folder: Path, ruler: FakeRuler) -> None:
    write(folder, spec("shop", slo(), slo("latency")))
    push(folder, ruler, "--yes")
    ruler.writes.clear()
    write(folder, spec("shop"))
    push(folder, ruler, "--yes")
    assert ruler.writes == [f"DELETE slo-shop/shop:latency{pace}" for pace in ("", ":coarse", ":slow")]
    assert list(groups_of(ruler)) == ALL


def test_what_somebody_edited_is_put_right(folder: Path, ruler: FakeRuler) -> None:
    push(folder, ruler, "--yes")
    groups_of(ruler)[ALL[0]]["interval"] = "5m"
    assert push(folder, ruler).stdout == "to be changed: slo-shop/shop:availability\n"


def test_namespaces_of_others_are_never_touched(folder: Path, ruler: FakeRuler) -> None:
    others = {"kubernetes": {"a": {"name": "a", "rules": []}}}
    ruler.tenants = {"shop": dict(others), "other": dict(others)}
    push(folder, ruler, "--yes", "--prune")
    assert [write for write in ruler.writes if "kubernetes" in write] == []
    assert ruler.tenants["other"] == others


def test_a_service_that_is_not_pushed_keeps_its_rules(folder: Path, ruler: FakeRuler) -> None:
    write(folder, spec("search"))
    push(folder, ruler, "--yes")
    (folder / "search.yaml").unlink()
    ruler.writes.clear()
    done = push(folder, ruler, "--yes")
    assert (done.exit_code, ruler.writes) == (0, [])
    assert "left alone, for no spec here is of them: slo-search; or --prune" in done.stderr


def test_pruning_removes_a_service_that_is_gone(folder: Path, ruler: FakeRuler) -> None:
    write(folder, spec("search"))
    push(folder, ruler, "--yes")
    (folder / "search.yaml").unlink()
    push(folder, ruler, "--yes", "--prune")
    assert list(groups_of(ruler)) == ALL


def test_the_tenant_may_be_another(folder: Path, ruler: FakeRuler) -> None:
    push(folder, ruler, "--yes", "--tenant", "trial")
    assert list(groups_of(ruler, "trial")) == ALL
    assert groups_of(ruler) == {}


def test_without_a_tenant_the_ruler_says_no(folder: Path, ruler: FakeRuler) -> None:
    (folder / "defaults.yaml").unlink()
    done = push(folder, ruler, "--yes")
    assert (done.exit_code, ruler.writes) == (1, [])
    assert "[server/unauthorised]" in done.stderr


def test_a_limit_of_the_ruler_is_told_in_its_words(folder: Path, ruler: FakeRuler) -> None:
    ruler.most_rules = 10
    done = push(folder, ruler, "--yes")
    assert done.exit_code == 1
    assert "0 of 3 groups were written, and then slo-shop/shop:availability was not" in done.stderr
    assert "per-user rules per rule group limit (limit: 10) exceeded" in done.stderr


def test_a_push_that_broke_off_is_gone_on_with(folder: Path, ruler: FakeRuler) -> None:
    ruler.fails_after = 1
    done = push(folder, ruler, "--yes")
    assert done.exit_code == 1
    assert "1 of 3 groups were written, and then slo-shop/shop:availability:slow was not" in done.stderr
    ruler.fails_after = None
    assert push(folder, ruler, "--yes").exit_code == 0
    assert ruler.writes == [f"POST {group}" for group in ALL]


def test_a_wrong_prefix_is_told_apart_from_a_ruler_without_rules(folder: Path, ruler: FakeRuler) -> None:
    ruler.url = ruler.url.removesuffix("/prometheus")
    done = push(folder, ruler)
    assert done.exit_code == 1
    assert "ends with the prefix of its API" in done.stderr


def test_specs_with_errors_are_not_pushed(folder: Path, ruler: FakeRuler) -> None:
    write(folder, spec("shop", slo(objective="100%")))
    assert (push(folder, ruler, "--yes").exit_code, ruler.writes) == (1, [])


def test_texts_that_look_like_something_else_are_the_same_again(folder: Path, ruler: FakeRuler) -> None:
    awkward = {"tier": "1", "answer": "no", "day": "2024-01-01", "quoted": 'a"b\\c', "lines": "a\nb"}
    write(folder, spec("shop", slo(alerting={"labels": awkward, "annotations": awkward})))
    push(folder, ruler, "--yes")
    assert push(folder, ruler).exit_code == 0
