"""What the signals of a service of machine learning say of a past, evaluated as their rules are."""
