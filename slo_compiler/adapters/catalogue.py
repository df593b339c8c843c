"""All adapters there are, read from the data files beside this module."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from slo_compiler.model.adapter import Adapter

_FOLDER: Final = Path(__file__).parent


@functools.cache
def catalogue() -> Mapping[str, Adapter]:
    """The adapters by id, in the order of their ids.

    Raises:
        ValueError: a data file has a fault, which would be one of the compiler.
    """
    from slo_compiler.schema.read_library import read_adapter  # noqa: PLC0415  few compilations wait for it

    found = {}
    for file in sorted(_FOLDER.glob("*.yaml")):
        adapter = read_adapter(file.name, file.read_bytes())
        if isinstance(adapter, list):
            raise ValueError("\n".join(map(str, adapter)))  # noqa: TRY004  not the type is wrong, but the file
        found[adapter.id] = adapter
    return found
