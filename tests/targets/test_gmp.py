from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from tests.compiling import spec
from tests.targets.programs import by_name, faults_of, files_of, prometheus_groups

TEXT = {"type": "string"}
TEXTS = {"type": "object", "additionalProperties": TEXT}


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


# What the custom resource definitions of GoogleCloudPlatform/prometheus-engine have fields for.
SCHEMA = closed(
    ["apiVersion", "kind", "metadata", "spec"],
    apiVersion={"const": "monitoring.googleapis.com/v1"},
    kind={"enum": ["Rules", "ClusterRules", "GlobalRules"]},
    metadata=closed(["name"], name=TEXT, namespace=TEXT, labels=TEXTS),
    spec=closed(
        ["groups"],
        groups={
            "type": "array",
            "items": closed(
                ["interval", "name", "rules"],
                name=TEXT,
                interval=TEXT,
                rules={
                    "type": "array",
                    "items": closed(
                        ["expr"],
                        **dict.fromkeys(("record", "alert", "expr", "for"), TEXT),
                        labels=TEXTS,
                        annotations=TEXTS,
                    ),
                },
            ),
        },
    ),
)


def test_a_manifest_has_no_field_that_would_be_dropped() -> None:
    for document in files_of("gmp").values():
        jsonschema.validate(document, SCHEMA)


def test_but_for_the_field_that_it_lacks_the_rules_are_those_of_prometheus() -> None:
    wanted = prometheus_groups()
    for group in wanted.values():
        for rule in group["rules"]:
            rule.pop("keep_firing_for", None)
    assert by_name(group for each in files_of("gmp").values() for group in each["spec"]["groups"]) == wanted


@pytest.mark.parametrize(
    ("settings", "kind", "namespace"),
    [
        ({"scope": "cluster"}, "ClusterRules", None),
        ({"scope": "global"}, "GlobalRules", None),
        ({"namespace": "shop"}, "Rules", "shop"),
    ],
)
def test_the_kind_says_whose_metrics_the_rules_see(
    settings: dict[str, Any], kind: str, namespace: str | None
) -> None:
    (document,) = files_of("gmp", spec(), **settings).values()
    assert (document["kind"], document["metadata"].get("namespace")) == (kind, namespace)


def test_what_keeps_no_alert_firing_is_named() -> None:
    (told,) = faults_of("gmp", spec(), scope="cluster")
    assert told == (
        "defaults.yaml:4:10: warning: gmp knows no keep_firing_for, which 3 alerts have, for up to 5m: "
        "there they resolve as soon as their expression does, and page again when it comes back "
        "[target/unsupported]"
    )
