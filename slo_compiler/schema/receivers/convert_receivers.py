"""From ``receivers.yaml`` to its value, and what is wrong with the parts that are Alertmanager's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.model.receivers import Contact, Grouping, OfficeHours, Receiver, Receivers, Setting
from slo_compiler.schema.receivers import receivers_model
from slo_compiler.schema.receivers.integration_problems import global_problems, receiver_problems
from slo_compiler.schema.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode


def receivers(model: receivers_model.ReceiversModel, root: Node) -> Receivers:
    """The receivers of a checked file."""
    return Receivers(
        owners={owner: _contact(_below(root, "owners", owner) or root) for owner in model.owners},
        position=root.position,
        fallback=_receiver(_below(root, "fallback")),
        office_hours=_office_hours(model.office_hours),
        grouping=_grouping(model.grouping),
        settings=_settings(_below(root, "global")),
    )


def settings_problems(root: Node) -> Iterator[Diagnostic]:
    """What is wrong with the integrations and the global section, which pydantic does not look into."""
    settings = _below(root, "global")
    if settings is not None:
        yield from global_problems(settings)
    owners = _below(root, "owners")
    contacts = [entry.value for entry in owners.entries.values()] if isinstance(owners, MappingNode) else []
    reached = [_below(root, "fallback")]
    reached += [_below(contact, severity) for contact in contacts for severity in ("page", "ticket")]
    for receiver in reached:
        if receiver is not None:
            yield from receiver_problems(receiver, settings)


def _contact(node: Node) -> Contact:
    return Contact(
        page=_receiver(_below(node, "page")),
        ticket=_receiver(_below(node, "ticket")),
        position=node.position,
    )


def _receiver(node: Node | None) -> Receiver | None:
    return Receiver(_settings(node), node.position) if node is not None else None


def _office_hours(model: receivers_model.OfficeHoursModel | None) -> OfficeHours | None:
    if model is None:
        return None
    return OfficeHours(location=model.location, weekdays=model.weekdays, start=model.start, end=model.end)


def _grouping(model: receivers_model.GroupingModel) -> Grouping:
    built_in = Grouping()
    return Grouping(
        group_wait=model.group_wait or built_in.group_wait,
        group_interval=model.group_interval or built_in.group_interval,
        repeat_page=model.repeat_page or built_in.repeat_page,
        repeat_ticket=model.repeat_ticket or built_in.repeat_ticket,
    )


def _settings(node: Node | None) -> dict[str, Setting]:
    if not isinstance(node, MappingNode):
        return {}
    return {key: _setting(entry.value) for key, entry in node.entries.items()}


def _setting(node: Node) -> Setting:
    """A value as Alertmanager would read it: a number that another one could be written for stays text."""
    match node:
        case ScalarNode(value=bool() as flag):
            return flag
        case ScalarNode(value=int() as number, text=text) if str(number) == text:
            return number
        case ScalarNode(text=text):
            return text
        case SequenceNode(items=items):
            return tuple(_setting(item) for item in items)
        case MappingNode():
            return _settings(node)
        case _:
            assert_never(node)


def _below(node: Node, *keys: str) -> Node | None:
    """The value behind keys one below the other; None where one of them is not there."""
    for key in keys:
        if not isinstance(node, MappingNode) or key not in node.entries:
            return None
        node = node.entries[key].value
    return node
