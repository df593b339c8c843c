"""``slo-compiler schema``: the JSON Schema of a file, for editors."""

from __future__ import annotations

import json

import click

from slo_compiler.presets.json_schema import with_presets
from slo_compiler.schema.json_schema import KINDS, json_schema


@click.command("schema")
@click.argument("kind", type=click.Choice(KINDS), default=KINDS[0])
def command(kind: str) -> None:
    """Print the JSON Schema of a spec, of defaults.yaml, of receivers.yaml or of a file of incidents.

    An editor with a YAML language server uses it through a first line such as
    "# yaml-language-server: $schema=spec.schema.json".
    """
    schema = json_schema(kind)
    click.echo(json.dumps(with_presets(schema) if kind == "spec" else schema, indent=2, ensure_ascii=False))
