"""What happened: triage, timeline and post-mortem of a service whose past a real Prometheus has."""
