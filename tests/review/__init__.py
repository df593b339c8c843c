"""What a review says of two programs, and whether a real Prometheus does what it says."""
