"""All adapters there are, read from the data files beside this module."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.resources import files

from slo_compiler.model.adapter import Adapter


@functools.cache
def catalogue() -> Mapping[str, Adapter]:
    """The adapters by id, in the order of their ids.

    Raises:
        ValueError: a data file has a fault, which would be one of the compiler.
    """
    from slo_compiler.schema.read_library import read_adapter  # noqa: PLC0415  few compilations wait for it

    found = {}
    for file in sorted(files(__package__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            adapter = read_adapter(file.name, file.read_bytes())
            if isinstance(adapter, list):
                raise ValueError("\n".join(map(str, adapter)))
            found[adapter.id] = adapter
    return found
