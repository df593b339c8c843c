"""What a service of machine learning watches beside its SLOs: one module a signal, each a list of rules."""
