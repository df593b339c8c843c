"""The multi-window, multi-burn-rate engine: exact arithmetic from an objective to a plan."""
