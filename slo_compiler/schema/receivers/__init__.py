"""``receivers.yaml``: Alertmanager's integrations, and no secret in the clear."""
