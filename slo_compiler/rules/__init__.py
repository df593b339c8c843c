"""From plans to rules, routes and inhibitions, as values."""
