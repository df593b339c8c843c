"""From YAML text to a spec or to diagnostics: the only room with pydantic, or its engine, and YAML nodes."""
