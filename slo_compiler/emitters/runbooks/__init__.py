"""Runbooks: a page of Markdown a service, in words of templates that users may put theirs in the place of."""
