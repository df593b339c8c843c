"""What happened: triage, its timeline and the post-mortem, from a program and what Prometheus answers."""
