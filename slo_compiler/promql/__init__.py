"""PromQL: read, checked for a Prometheus release, and built with proven quoting."""
