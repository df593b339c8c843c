"""Untrusted YAML text to a tree of nodes that know their places, or to all that is wrong with it."""
