"""Rules and routes as values, against what the real Prometheus and Alertmanager make of them."""
