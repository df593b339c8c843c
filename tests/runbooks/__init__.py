"""Runbooks: what stands on a page, in whose words, and that each query answers on a real Prometheus."""
