"""A service with a model that a click breaks, watched by a real Prometheus: one look says enough."""
