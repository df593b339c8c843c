"""Prometheus and Alertmanager as they run, over HTTP: questions alone, which change nothing."""
