"""The SLI library: a file of data for each system, and how a preset becomes an indicator."""
