"""The burn-rate engine against the identities and orders of the mathematics that it stands for."""
