"""A whole incident, from a service's counters to the notification of who answers for it."""
