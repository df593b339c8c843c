"""The texts that ``init`` writes: they compile as they are."""

from __future__ import annotations

from typing import Final

SPEC: Final = """\
# yaml-language-server: $schema=spec.schema.json
# The schema for your editor: slo-compiler schema > spec.schema.json
apiVersion: slo-compiler/v1
service: my-service
description: What it does for whom.
owners:
  serving: my-team
slos:
  - name: availability
    description: Requests are answered.
    objective: 99.9%
    indicator:
      ratio:
        bad: http_requests_total{job="my-service", code=~"5.."}
        total: http_requests_total{job="my-service"}
  - name: latency
    description: Requests are answered in time.
    objective: 99%
    indicator:
      latency:
        histogram: http_request_duration_seconds{job="my-service"}
        threshold: 250ms
"""

DEFAULTS: Final = """\
# What holds for every spec beside this file.
apiVersion: slo-compiler/v1
target: prometheus-2.42  # the oldest Prometheus that loads the rules
scrape_interval: 30s
evaluation_interval: 30s
window: 30d
"""

RECEIVERS: Final = """\
# How each owner is reached. Secrets are files that Alertmanager reads, never text in git.
apiVersion: slo-compiler/v1
owners:
  my-team:
    page:
      pagerduty_configs:
        - routing_key_file: /etc/alertmanager/secrets/my-team-pagerduty
    ticket:
      webhook_configs:
        - url: http://tickets.example.com/my-team
office_hours:
  location: Europe/Berlin
"""
