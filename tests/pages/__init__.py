"""The pages of checks, guards and indicators: words from templates, and examples as they really come out."""
