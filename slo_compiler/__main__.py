"""``slo-compiler`` and ``python -m slo_compiler``: the command line."""

from __future__ import annotations

import gc


def main() -> None:
    """Run the command line; no garbage is looked for while it is imported, nor ever in it: modules stay."""
    gc.disable()
    from slo_compiler.cli import main as command_line  # noqa: PLC0415

    gc.freeze()
    gc.enable()
    command_line(prog_name="slo-compiler")


if __name__ == "__main__":
    main()
