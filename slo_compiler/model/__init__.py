"""The domain: frozen values that know nothing of YAML, PromQL text or Prometheus."""
