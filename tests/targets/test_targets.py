"""What holds for every target."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from slo_compiler.cli import main
from slo_compiler.model.targets import KINDS
from slo_compiler.targets.registry import TARGETS
from tests.compiling import slo, spec, texts_of
from tests.targets.programs import EVERYTHING, IN_UTC, SPECS, files_of, raw_files_of

DOCS = Path(__file__).parent.parent.parent / "docs" / "targets.md"


def strings_in(value: Any, key: str) -> list[Any]:
    """All values of mappings of a name, wherever in a document."""
    if isinstance(value, dict):
        here = list(value[key].values()) if isinstance(value.get(key), dict) else []
        return here + [found for item in value.values() for found in strings_in(item, key)]
    if isinstance(value, list):
        return [found for item in value for found in strings_in(item, key)]
    return []


def test_every_target_has_settings_and_a_place_in_the_tests() -> None:
    assert list(TARGETS) == list(KINDS)
    assert TARGETS.keys() == EVERYTHING.keys()


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_is_documented(target: str) -> None:
    assert f"\n## {target}\n" in DOCS.read_text(encoding="utf-8")


def test_without_a_target_the_files_are_those_of_prometheus() -> None:
    folders = {path.partition("/")[0] for path in texts_of(*SPECS)}
    assert folders == {"prometheus", "promtool", "alertmanager", "runbooks", "dashboards"}


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_writes_into_its_own_folder_and_changes_no_other(target: str) -> None:
    plain = texts_of(*SPECS, receivers=IN_UTC)
    texts = texts_of(
        *SPECS,
        defaults={"apiVersion": "slo-compiler/v1", "targets": {target: EVERYTHING[target]}},
        receivers=IN_UTC,
    )
    assert {path: text for path, text in texts.items() if not path.startswith(f"{target}/")} == plain
    assert len(texts) > len(plain)


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_may_be_named_on_the_command_line(target: str, tmp_path: Path) -> None:
    for name, document in {"checkout": spec(labels={"namespace": "shop"}), "receivers": IN_UTC}.items():
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    settings = {"alertmanagerconfig": {"namespace": "shop"}}
    shared = {"apiVersion": "slo-compiler/v1", "targets": settings}
    (tmp_path / "defaults.yaml").write_text(yaml.safe_dump(shared), encoding="utf-8")
    out = tmp_path / "out"
    done = CliRunner().invoke(
        main, ["compile", str(tmp_path), "--out", str(out), "--target", target], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    usual = {"prometheus", "promtool", "alertmanager", "runbooks", "dashboards"}
    assert {path.name for path in out.iterdir() if path.is_dir()} == {*usual, target}


@pytest.mark.parametrize("target", [target for target in TARGETS if target != "helm"])  # no YAML yet
def test_labels_and_annotations_are_text_whatever_they_say(target: str) -> None:
    awkward = {"tier": "1", "answer": "no", "none": "~", "day": "2024-01-01", "hex": "0x10"}
    specs = spec(labels=awkward, alerting={"annotations": awkward})
    documents = files_of(target, specs).values()
    found = [value for key in ("labels", "annotations") for value in strings_in(list(documents), key)]
    assert [value for value in found if not isinstance(value, str)] == []


@pytest.mark.parametrize("target", ["operator", "gmp", "alertmanagerconfig"])
def test_a_folder_of_manifests_is_a_resource_of_kustomize(target: str) -> None:
    texts = raw_files_of(target)
    kustomization = yaml.safe_load(texts["kustomization.yaml"])
    assert kustomization == {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": sorted(path for path in texts if path != "kustomization.yaml"),
    }


@pytest.mark.parametrize("target", ["operator", "helm", "mimir", "thanos", "amp"])
def test_another_slo_changes_no_file_but_that_of_its_service(target: str) -> None:
    before = raw_files_of(target, spec("a"), spec("b"))
    after = raw_files_of(target, spec("a", slo(), slo("another")), spec("b"))
    assert [
        path for path in before if before[path] != after[path] and "-a" not in path and "a." not in path
    ] == []
