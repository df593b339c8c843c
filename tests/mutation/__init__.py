"""Whether the tests of the burn-rate engine notice when it is broken: one small break at a time."""
