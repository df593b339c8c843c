"""What the Prometheus operator reads in a manifest, by the models of its custom resources."""

from __future__ import annotations

from typing import Any


def as_the_operator_reads(document: dict[str, Any]) -> Any:
    """A manifest as the operator has it: what it does not know is missing.

    Raises:
        ValidationError: it has not the shape that the operator wants.
    """
    # Four seconds, which only the tests that ask should wait for, and not each process that collects them.
    from cloudcoil.models.prometheus_operator import v1, v1alpha1  # noqa: PLC0415

    models = {"PrometheusRule": v1.PrometheusRule, "AlertmanagerConfig": v1alpha1.AlertmanagerConfig}
    read = models[document["kind"]].model_validate(document)
    return read.model_dump(by_alias=True, exclude_unset=True, mode="json")
