"""What a plan's rules would have said of a past: a second evaluator, vectorised, that needs no Prometheus."""
