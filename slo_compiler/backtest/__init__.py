"""Specs on real history: when their alerts would have fired, read from a Prometheus or from a file."""
