"""What of a broken spec can be looked into all the same, so that one run finds as many problems as it can."""

from __future__ import annotations

from msgspec.structs import replace
from pydantic_core import ValidationError

from slo_compiler.schema.yaml.nodes import Entry, MappingNode, SequenceNode


def without_faulty_slos(root: MappingNode, failure: ValidationError) -> MappingNode | None:
    """The document without the SLOs that pydantic found fault with.

    None when a fault lies elsewhere, as it might make the SLOs look wrong, or when no SLO is left.
    """
    faulty: set[int] = set()
    for found in failure.errors(include_url=False, include_input=False):
        match found["loc"]:
            case ("slos", int(index), *_):
                faulty.add(index)
            case _:
                return None
    slos = root.entries["slos"]
    if not isinstance(slos.value, SequenceNode):
        return None
    sound = tuple(item for index, item in enumerate(slos.value.items) if index not in faulty)
    if not sound:
        return None
    left = Entry(slos.key, replace(slos.value, items=sound))
    return replace(root, entries={**root.entries, "slos": left})
