from __future__ import annotations

import functools
import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.compiler import compile_sources
from slo_compiler.sources import Source, Sources
from tests.compiling import (
    RECEIVERS,
    Document,
    checks_of,
    compile_specs,
    defaults,
    loaded,
    slo,
    spec,
    texts_of,
)

SPECS: Final = Path(__file__).parent.parent / "specs"


def sources_of(folder: Path, *, newline: bytes = b"\n", reverse: bool = False) -> Sources:
    def read(path: Path) -> Source:
        return Source(path.name, path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", newline))

    shared = {"defaults.yaml", "receivers.yaml"}
    specs = [read(path) for path in sorted(folder.glob("*.yaml"), reverse=reverse) if path.name not in shared]
    return Sources(tuple(specs), read(folder / "defaults.yaml"), read(folder / "receivers.yaml"))


def compiled(sources: Sources) -> dict[str, str]:
    return {artifact.path: artifact.text for artifact in compile_sources(sources).artifacts()}


REFERENCE: Final = compiled(sources_of(SPECS))


def test_the_specs_of_this_repository_compile_to_a_file_a_service() -> None:
    services = (
        *("card-features", "checkout-api", "edge-probes", "fraud-scorer", "inventory-grpc"),
        *("llm-gateway", "recommender", "search"),
    )
    assert set(REFERENCE) == {
        "alertmanager/alertmanager.yaml",
        "alertmanager/fragment.yaml",
        *(f"dashboards/{service}.json" for service in services),
        *(f"prometheus/{service}.rules.yaml" for service in services),
        *(f"promtool/{service}.test.yaml" for service in services),
        "promtool/late/recommender.test.yaml",
        "promtool/native/inventory-grpc.test.yaml",
        *(f"runbooks/{service}.md" for service in services),
    }


def test_the_order_of_the_files_means_nothing() -> None:
    assert compiled(sources_of(SPECS, reverse=True)) == REFERENCE


def test_the_line_ends_of_the_files_mean_nothing() -> None:
    assert compiled(sources_of(SPECS, newline=b"\r\n")) == REFERENCE


def slo_compiler(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "slo_compiler", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(SPECS.parent), **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def digest(folder: Path) -> str:
    """One hash of the paths and bytes of all files in a folder."""
    hasher = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        hasher.update(f"{path.relative_to(folder)}\n".encode() + path.read_bytes())
    return hasher.hexdigest()


@pytest.mark.slow
def test_the_bytes_are_the_same_in_any_environment(tmp_path: Path) -> None:
    files = sorted(SPECS.glob("*.yaml"))
    runs: dict[str, tuple[Sequence[str | Path], Path, dict[str, str]]] = {
        "hash seed 0": ([SPECS], tmp_path, {"PYTHONHASHSEED": "0"}),
        "hash seed 1, a relative path": (["specs"], SPECS.parent, {"PYTHONHASHSEED": "1"}),
        "hash seed 2, another time zone": (["."], SPECS, {"PYTHONHASHSEED": "2", "TZ": "Asia/Kathmandu"}),
        "hash seed 3, the C locale, files": (files[::-1], tmp_path, {"PYTHONHASHSEED": "3", "LC_ALL": "C"}),
    }
    digests = {}
    for number, (what, (paths, cwd, environment)) in enumerate(runs.items()):
        out = tmp_path / str(number)
        done = slo_compiler("compile", *paths, "--out", out, cwd=cwd, **environment)
        assert done.returncode == 0, done.stderr
        digests[what] = digest(out)
    assert len(set(digests.values())) == 1, digests


def test_nothing_in_the_output_names_the_place_or_the_time_it_was_made() -> None:
    text = "".join(REFERENCE.values())
    assert "specs/" not in text
    assert str(SPECS) not in text
    assert "0.1.0" not in text


# Locality: what a change of one SLO may change.

OWNERS: Final = {"serving": "platform", "data": "payments"}
BEFORE: Final = (
    spec("cart", slo(), slo("latency"), owners=OWNERS),
    spec("checkout", slo(), slo("latency"), slo("third"), owners=OWNERS),
)


def with_slo(changed: Document) -> tuple[Document, ...]:
    """The specs with another SLO in the place of the second of checkout."""
    return BEFORE[0], spec("checkout", slo(), changed, slo("third"), owners=OWNERS)


def groups_of(texts: dict[str, str]) -> dict[str, Any]:
    rules = {path: text for path, text in texts.items() if path.startswith("prometheus/")}
    return {group["name"]: group for file in loaded(rules).values() for group in file["groups"]}


GENTLE: Final[dict[str, dict[str, Any]]] = {
    "the objective": {"objective": "99.5%"},
    "the window": {"window": "28d"},
    "the description": {"description": "In other words."},
    "the expressions": {"indicator": {"ratio": {"bad": 'a{b="c"}', "total": "a"}}},
    "the minimum of errors": {"alerting": {"min_errors": 50}},
    "annotations": {"alerting": {"annotations": {"note": "text"}}},
    "numbers of tiers": {
        "alerting": {
            "tiers": [
                {"name": "fast", "severity": "page", "budget": "3%", "long": "1h"},
                {"name": "medium", "severity": "page", "budget": "6%", "long": "4h"},
                {"name": "slow", "severity": "ticket", "budget": "11%", "long": "2d"},
            ]
        }
    },
}
CHECKOUT_TESTS: Final = "promtool/checkout.test.yaml"
CHECKOUT_DASHBOARD: Final = "dashboards/checkout.json"
CHECKOUT_RUNBOOK: Final = "runbooks/checkout.md"

ADAMANT: Final[dict[str, dict[str, Any]]] = {
    "labels": {"alerting": {"labels": {"a": "b"}}},
    "an owner": {"surface": "data"},
}


@pytest.mark.parametrize(
    "keys", [pytest.param(keys, id=what) for what, keys in {**GENTLE, **ADAMANT}.items()]
)
def test_a_change_of_one_slo_changes_its_own_rules_alone(keys: dict[str, Any]) -> None:
    before, after = texts_of(*BEFORE), texts_of(*with_slo(slo("latency", **keys)))
    changed = {path for path in before if after[path] != before[path]}
    assert changed - {CHECKOUT_TESTS, CHECKOUT_DASHBOARD, CHECKOUT_RUNBOOK} == {
        "prometheus/checkout.rules.yaml"
    }
    old, new = groups_of(before), groups_of(after)
    assert list(new) == list(old)
    own = {"checkout:latency", "checkout:latency:slow", "checkout:latency:coarse"}
    assert {name for name in old if old[name] != new[name]} <= own


def test_another_severity_changes_what_holds_back_what_too() -> None:
    before = texts_of(*BEFORE)
    after = texts_of(*with_slo(slo("latency", alerting={"severities": {"medium": "ticket"}})))
    assert {path for path in before if after[path] != before[path]} == {
        "alertmanager/alertmanager.yaml",
        "alertmanager/fragment.yaml",
        "prometheus/checkout.rules.yaml",
        CHECKOUT_TESTS,
        CHECKOUT_DASHBOARD,
        CHECKOUT_RUNBOOK,
    }


def alert_identities(texts: dict[str, str]) -> list[Any]:
    """By what Prometheus knows an alert again after a reload: file, group, name and labels."""
    return [
        (path, group["name"], rule["alert"], rule["labels"])
        for path, file in loaded(texts).items()
        if path.startswith("prometheus/")
        for group in file["groups"]
        for rule in group["rules"]
        if "alert" in rule
    ]


@pytest.mark.parametrize("keys", [pytest.param(keys, id=what) for what, keys in GENTLE.items()])
def test_a_gentle_change_leaves_every_alert_its_identity(keys: dict[str, Any]) -> None:
    after = texts_of(*with_slo(slo("latency", **keys)))
    assert alert_identities(after) == alert_identities(texts_of(*BEFORE))


def test_links_and_descriptions_of_the_whole_leave_every_alert_its_identity() -> None:
    told = defaults(links={"runbook": "https://runbooks.example.com/{service}"})
    specs = [{**each, "description": "Now in words."} for each in BEFORE]
    after = texts_of(*specs, defaults=told)
    assert alert_identities(after) == alert_identities(texts_of(*BEFORE))


def test_an_slo_more_leaves_all_others_as_they_are() -> None:
    before = groups_of(texts_of(*BEFORE))
    after = groups_of(
        texts_of(BEFORE[0], spec("checkout", slo("new"), *BEFORE[1]["slos"], owners=OWNERS), spec("a"))
    )
    assert {name: after[name] for name in before} == before


def test_a_service_less_takes_its_file_alone() -> None:
    before, after = texts_of(*BEFORE), texts_of(BEFORE[0])
    assert {path: before[path] for path in after} == after
    gone = {"prometheus/checkout.rules.yaml", CHECKOUT_TESTS, CHECKOUT_DASHBOARD, CHECKOUT_RUNBOOK}
    assert before.keys() - after.keys() == gone


names = st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=3, unique=True).map(tuple)


@functools.cache
def groups_of_slos(called: tuple[str, ...]) -> dict[str, Any]:
    return groups_of(texts_of(spec("checkout", *map(slo, called))))


@given(names, names)
def test_the_rules_of_an_slo_do_not_depend_on_its_neighbours(
    one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    first, second = groups_of_slos(one), groups_of_slos(other)
    both = first.keys() & second.keys()
    assert {name: first[name] for name in both} == {name: second[name] for name in both}


# What keeps a compilation from having output.


def test_a_file_with_an_error_does_not_hide_the_errors_of_another() -> None:
    compilation = compile_specs(
        spec("a", slo(objective="100%")), spec("b", slo(indicator={"probe": "up["})), receivers=RECEIVERS
    )
    assert [found.position.path for found in compilation.diagnostics] == ["a.yaml", "b.yaml"]
    assert compilation.program is None
    assert list(compilation.artifacts()) == []


def test_errors_of_the_shared_files_are_told_too() -> None:
    compilation = compile_specs(
        spec(), defaults=defaults(target="prometheus-1"), receivers={"apiVersion": "slo-compiler/v1"}
    )
    assert {found.position.path for found in compilation.diagnostics} == {"defaults.yaml", "receivers.yaml"}


def test_without_receivers_a_warning_says_so_once() -> None:
    compilation = compile_specs(spec("a"), spec("b"), receivers=None)
    assert checks_of(compilation) == ["owner/no-receivers"]
    assert compilation.program is not None


def test_broken_receivers_are_not_said_to_be_missing() -> None:
    compilation = compile_specs(spec(), receivers={"apiVersion": "slo-compiler/v1"})
    assert "owner/no-receivers" not in checks_of(compilation)


def test_without_specs_there_is_nothing_to_warn_of() -> None:
    compilation = compile_sources(Sources(()))
    assert compilation.diagnostics == ()
    assert list(compilation.artifacts()) == []


def test_files_and_slos_are_named_as_they_are_taken_up() -> None:
    steps: list[str] = []
    compile_sources(sources_of(SPECS), progress=steps.append)
    assert steps[:2] == ["card-features.yaml", "checkout-api.yaml"]
    assert steps[8:10] == ["card-features:freshness", "card-features:run-success"]


def test_an_slo_without_a_plan_hides_no_other_s_problems() -> None:
    tier = {"name": "fast", "severity": "page", "burn_rate": 2000, "long": "1h"}
    compilation = compile_specs(
        spec("a", slo(alerting={"tiers": [tier]}), slo("b", indicator={"probe": "up["}))
    )
    checks = checks_of(compilation)
    assert {check.partition("/")[0] for check in checks} == {"tier", "promql"}
    assert compilation.program is None


def test_one_file_cannot_overwrite_another_s_service() -> None:
    specs = spec("checkout"), spec("checkout", slo("latency"))
    compilation = compile_specs(*specs)
    assert checks_of(compilation) == ["spec/duplicate-service"]


def test_faults_of_shape_promql_tiers_and_owners_are_found_in_one_run() -> None:
    shape, promql = slo("shape", objective="100%"), slo("promql", indicator={"probe": "up{"})
    tier = {"name": "fast", "severity": "page", "burn_rate": 20, "long": "1h"}
    unreachable = slo("tier", objective="90%", alerting={"tiers": [tier]})
    broken = spec("checkout", shape, promql, unreachable, slo("sound"), owners={"serving": "nobody"})
    checks = {found.check for found in compile_specs(broken).diagnostics}
    assert checks == {"spec/value", "promql/syntax", "tier/unreachable", "owner/unreachable"}


def test_a_fault_outside_of_the_slos_is_told_alone_as_it_might_make_them_look_wrong() -> None:
    broken = spec("checkout", slo(indicator={"probe": "up{"}), owner={"serving": "platform"})
    assert {found.check for found in compile_specs(broken).diagnostics} == {"spec/unknown-key"}
