"""The preset library against expositions of the systems, written by hand from their sources."""
