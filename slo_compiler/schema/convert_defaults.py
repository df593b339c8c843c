"""From the checked model of ``defaults.yaml`` to its value."""

from __future__ import annotations

from functools import partial

from slo_compiler.model.defaults import Clock, Defaults, Links, Naming, Retention
from slo_compiler.model.slo_class import SloClass
from slo_compiler.schema import convert_adapter, defaults_model
from slo_compiler.schema.convert import SECURITY, alerting_of, owners_of, place_of
from slo_compiler.schema.yaml.nodes import Node, find


def defaults(model: defaults_model.DefaultsModel, root: Node) -> Defaults:
    """The defaults of a checked file."""
    built_in = Defaults()
    return Defaults(
        position=root.position,
        target=model.target,
        naming=Naming(model.naming) if model.naming is not None else None,
        clock=Clock(
            scrape_interval=model.scrape_interval or built_in.clock.scrape_interval,
            evaluation_interval=model.evaluation_interval or built_in.clock.evaluation_interval,
            base_window=model.base_window or built_in.clock.base_window,
        ),
        retention=_retention(model, root),
        window=model.window or built_in.window,
        labels=model.labels,
        owners=owners_of(model.owners),
        security=model.owners.get(SECURITY),
        external_labels=tuple(model.external_labels),
        systems=model.systems,
        alerting=alerting_of(model.alerting, find(root, ("alerting",))),
        classes={
            **built_in.classes,
            **{name: _class(each, find(root, ("classes", name))) for name, each in model.classes.items()},
        },
        links=Links(model.links.runbook, model.links.dashboard, model.links.prometheus),
        adapters=convert_adapter.requests(model.adapters, root),
        targets=model.targets.value(root),
        locate=partial(place_of, root),
    )


def _class(model: defaults_model.ClassModel, node: Node) -> SloClass:
    return SloClass(
        model.objective,
        model.window,
        alerting_of(model.alerting, find(node, ("alerting",))),
        partial(place_of, node),
    )


def _retention(model: defaults_model.DefaultsModel, root: Node) -> Retention | None:
    if model.retention is None:
        return None
    return Retention(model.retention, find(root, ("retention",)).position)
