"""What happens to an SLO's raw series in a test of its rules, and which alerts then fire."""
