"""Specs of other tools to specs of ours: a dialect a module, each a function from documents to SLOs."""
