"""Prometheus and Alertmanager as they run, over HTTP: questions, and the rules of rulers."""
