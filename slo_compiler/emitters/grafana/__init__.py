"""Dashboards: what a service promised, how its budget burns, which surface fails, and what changed when."""
