"""One module a check: a plan or a program in, diagnostics out."""
