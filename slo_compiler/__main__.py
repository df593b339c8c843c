"""``python -m slo_compiler``: the command line."""

from __future__ import annotations

from slo_compiler.cli import main

if __name__ == "__main__":
    main(prog_name="slo-compiler")
