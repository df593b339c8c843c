"""Where rules are deployed: one module a ruler or packaging, which writes its files and knows its limits."""
