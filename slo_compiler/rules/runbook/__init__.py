"""What a runbook knows of each alert: its family, and the queries that confirm and localise it."""
