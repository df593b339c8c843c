"""From YAML text to a spec or to diagnostics: the only room with pydantic and YAML nodes."""
