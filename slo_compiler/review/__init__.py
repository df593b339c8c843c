"""Two programs, and what changes between them for those who are paged: as values, and in words."""
