"""AlertmanagerConfig of the Prometheus operator: our routes in the words of its manifests."""
