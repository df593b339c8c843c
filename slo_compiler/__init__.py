"""Compiles SLO specs into Prometheus rules and Alertmanager routes."""
