"""The tables of Alertmanager's keys against the amtool of the oldest release and of the newest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, assert_never

import pytest

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.model.receivers import Receiver, Receivers
from slo_compiler.schema.read import read_receivers
from slo_compiler.schema.receivers.integration_keys import (
    Choice,
    Items,
    Scalar,
    Secret,
    Section,
    Shape,
    Table,
)
from slo_compiler.schema.receivers.integrations import GLOBAL, INTEGRATIONS
from tests.oracles.alertmanager import Alertmanager
from tests.oracles.document import yaml_text

EXAMPLES: dict[Scalar, Any] = {
    Scalar.TEXT: "text",
    Scalar.FLAG: True,
    Scalar.WHOLE: 5,
    Scalar.DURATION: "1d",
    Scalar.GO_DURATION: "1m30s",
    Scalar.URL: "https://example.com/a?b=c",
    Scalar.TEMPLATED_URL: "http://bridge.internal/ml-platform",
    Scalar.HOST_PORT: "mail.example.com:587",
    Scalar.FILE: "ca.pem",
    Scalar.SECRET_FILE: "/etc/alertmanager/secrets/one",
    Scalar.ANYTHING: "{{ .Alerts }}",
}

# What lets each integration do without its own.
SETTINGS = {
    "smtp_smarthost": "mail.example.com:587",
    "smtp_from": "slo@example.com",
}

# Enough for each of the keys that exclude each other to be the one that stays.
TURNS = range(40)


def sections(shape: Shape, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Section]]:
    """Every section of a shape, with the keys that lead there; an item of a list is behind ``[]``."""
    match shape:
        case Section():
            yield path, shape
            for name, key in shape.keys.items():
                yield from sections(key.shape, (*path, name))
        case Items(of=of):
            yield from sections(of, (*path, "[]"))
        case Table(of=of):
            yield from sections(of, (*path, "X-Chosen"))


def example(shape: Shape, release: str, turn: int) -> Any:
    match shape:
        case Scalar.ANYTHING if release != "0.25":
            return {"list": [1, True, "text"], "text": "0.250"}
        case Scalar():
            return EXAMPLES[shape]
        case Choice(words=words):
            return words[-1]
        case Secret(harmless=harmless):
            return harmless
        case Items(of=of):
            return [example(of, release, turn)]
        case Table(of=of):
            return {"X-Chosen": example(of, release, turn)}
        case Section():
            return everything(shape, release, turn)
        case _:
            assert_never(shape)


def everything(section: Section, release: str, turn: int) -> dict[str, Any]:
    """All keys of a section that a release knows; of those that exclude each other, this turn's."""
    values = {
        name: example(key.shape, release, turn)
        for name, key in section.keys.items()
        if key.since <= release and not (isinstance(key.shape, Secret) and key.shape.harmless is None)
    }
    for exclusive in section.excludes:
        chosen = Random(f"{turn} {exclusive}").choice(exclusive)
        for name in exclusive:
            if name != chosen:
                drop(values, name)
    for need in section.needs:
        if need.when is not None and not any(name in values for name in need.one_of):
            values.pop(need.when, None)
    return values


def drop(values: dict[str, Any], name: str) -> None:
    first, _, rest = name.partition(".")
    if not rest:
        values.pop(first, None)
    elif first in values:
        drop(values[first], rest)


def smallest(section: Section, release: str) -> dict[str, Any]:
    """The first key of those that are needed."""
    values: dict[str, Any] = {}
    for need in section.needs:
        first, _, rest = need.one_of[0].partition(".")
        key = section.keys[first]
        if need.when is not None or key.since > release:
            continue
        value = example(key.shape, release, 0)
        if rest:
            assert isinstance(key.shape, Section)
            value = {rest: example(key.shape.keys[rest].shape, release, 0)}
        values[first] = value
    return values


def usable(release: str) -> set[str]:
    """The integrations that a release knows, and whose secrets it reads from files."""
    return {
        name
        for name, key in INTEGRATIONS.items()
        if key.since <= release
        and all(
            configured(name).keys[need.one_of[0].split(".")[0]].since <= release
            for need in configured(name).needs
            if need.when is None
        )
    }


def configured(integration: str) -> Section:
    shape = INTEGRATIONS[integration].shape
    assert isinstance(shape, Items)
    assert isinstance(shape.of, Section)
    return shape.of


def read(receiver: Mapping[str, Any], settings: Mapping[str, Any]) -> Receivers | list[Diagnostic]:
    document = {"apiVersion": "slo-compiler/v1", "owners": {"team": {"page": receiver}}, "global": settings}
    return read_receivers("receivers.yaml", yaml_text(document).encode())


def amtool(
    alertmanager: Alertmanager, folder: Path, receiver: Mapping[str, Any], settings: Mapping[str, Any]
) -> str:
    """What it says; nothing when it is content."""
    config = {
        "global": dict(settings),
        "route": {"receiver": "team"},
        "receivers": [{"name": "team", **receiver}],
    }
    file = folder / "alertmanager.yml"
    file.write_text(yaml_text(config), encoding="utf-8")
    completed = alertmanager.amtool("check-config", file)
    return "" if completed.returncode == 0 else completed.stdout + completed.stderr


@pytest.mark.parametrize("integration", INTEGRATIONS)
def test_the_smallest_configuration_loads(
    alertmanager: Alertmanager, tmp_path: Path, integration: str
) -> None:
    receiver = {integration: [smallest(configured(integration), alertmanager.release)]}
    loads = amtool(alertmanager, tmp_path, receiver, SETTINGS) == ""
    assert loads == (integration in usable(alertmanager.release))
    assert not loads or isinstance(read(receiver, SETTINGS), Receivers)


@pytest.mark.parametrize("integration", INTEGRATIONS)
def test_every_key_that_the_release_knows_loads(
    alertmanager: Alertmanager, tmp_path: Path, integration: str
) -> None:
    release = alertmanager.release
    unloaded = {
        (integration, "[]", *path, name)
        for path, section in sections(configured(integration))
        for name, key in section.keys.items()
        if key.since <= release
        and not isinstance(key.shape, Secret)
        and reachable(configured(integration), path, release)
        and ("http_config" not in path or integration == "webhook_configs")  # it is the same one everywhere
    }
    if integration not in usable(release):
        return
    for turn in TURNS:
        receiver = {integration: [everything(configured(integration), release, turn)]}
        found = set(paths(receiver)) & unloaded
        ours = read(receiver, SETTINGS)
        if found and isinstance(ours, Receivers):
            page = ours.owners["team"].page
            assert page is not None
            assert amtool(alertmanager, tmp_path, page.integrations, ours.settings) == ""
            unloaded -= found
    assert unloaded == set()


def paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(value, Mapping):
        for name, below in value.items():
            yield from paths(below, (*path, name))
    elif isinstance(value, list):
        for below in value:
            yield from paths(below, (*path, "[]"))


def reachable(section: Section, path: tuple[str, ...], release: str) -> bool:
    shape: Shape = section
    for step in path:
        match shape:
            case Section() if step in shape.keys:
                if shape.keys[step].since > release:
                    return False
                shape = shape.keys[step].shape
            case Items() | Table():
                shape = shape.of
    return True


def test_every_global_key_that_the_release_knows_loads(alertmanager: Alertmanager, tmp_path: Path) -> None:
    receiver = {"webhook_configs": [{"url": "http://bridge.internal"}]}
    loaded: set[str] = set()
    for turn in TURNS:
        settings = everything(GLOBAL, alertmanager.release, turn)
        ours = read(receiver, settings)
        assert isinstance(ours, Receivers), ours
        assert amtool(alertmanager, tmp_path, receiver, ours.settings) == ""
        loaded |= set(settings)
    assert loaded == {
        name
        for name, key in GLOBAL.keys.items()
        if key.since <= alertmanager.release
        and not (isinstance(key.shape, Secret) and key.shape.harmless is None)
    }


# Names that are known somewhere. Their being unknown elsewhere is as good a question as any.
NAMES = sorted(
    {
        name
        for root in (GLOBAL, *(configured(integration) for integration in INTEGRATIONS))
        for _, section in sections(root)
        for name in section.keys
    }
)


def nested(path: tuple[str, ...], value: Any) -> Any:
    for step in reversed(path):
        value = [value] if step == "[]" else {step: value}
    return value


def unknown_to(output: str) -> set[str]:
    return set(re.findall(r"field (\S+) not found in type", output))


@pytest.mark.parametrize("integration", INTEGRATIONS)
def test_a_section_knows_the_keys_that_the_release_knows(
    alertmanager: Alertmanager, tmp_path: Path, integration: str
) -> None:
    if INTEGRATIONS[integration].since > alertmanager.release:
        assert unknown_to(amtool(alertmanager, tmp_path, {integration: [{}]}, SETTINGS)) == {integration}
        return
    wrong: set[tuple[tuple[str, ...], str]] = set()
    root = configured(integration)
    for path, section in sections(root):
        if "http_config" in path and integration != "webhook_configs":
            continue  # it is the same one everywhere
        if reachable(root, path, alertmanager.release) and "X-Chosen" not in path:
            # A mapping in the place of a text is an error too, but another one.
            receiver: dict[str, Any] = {
                integration: [nested(path, {name: {"nonsense": 1} for name in NAMES})]
            }
            refused = unknown_to(amtool(alertmanager, tmp_path, receiver, SETTINGS))
            wrong |= {(path, name) for name in disagreed(section, refused, alertmanager.release)}
    assert wrong == set()


def test_the_global_section_knows_the_keys_that_the_release_knows(
    alertmanager: Alertmanager, tmp_path: Path
) -> None:
    settings = {name: {"nonsense": 1} for name in NAMES}
    refused = unknown_to(amtool(alertmanager, tmp_path, {}, settings))
    assert disagreed(GLOBAL, refused, alertmanager.release) == set()


def disagreed(section: Section, refused: set[str], release: str) -> set[str]:
    """The names of which the table says something else than the release; of a new secret it says nothing."""
    return {
        name
        for name in NAMES
        if (name in refused) != (name not in section.keys or section.keys[name].since > release)
        and not (release == "0.25" and name in section.keys and isinstance(section.keys[name].shape, Secret))
    }


@pytest.mark.parametrize("integration", INTEGRATIONS)
def test_a_key_that_no_release_knows_is_refused_by_both(
    alertmanager_0_33: Alertmanager, tmp_path: Path, integration: str
) -> None:
    receiver = {integration: [{**everything(configured(integration), "0.33", 1), "send_resolvd": True}]}
    ours = read(receiver, SETTINGS)
    assert isinstance(ours, list)
    assert ["unknown key 'send_resolvd'" in found.message for found in ours].count(True) == 1
    assert unknown_to(amtool(alertmanager_0_33, tmp_path, receiver, SETTINGS)) == {"send_resolvd"}


def test_a_receiver_is_what_was_written() -> None:
    receiver = {"webhook_configs": [{"url": "http://bridge.internal", "max_alerts": 3}]}
    ours = read(receiver, SETTINGS)
    assert isinstance(ours, Receivers)
    page = ours.owners["team"].page
    assert isinstance(page, Receiver)
    assert page.integrations == {"webhook_configs": ({"url": "http://bridge.internal", "max_alerts": 3},)}
