"""The test oracles: real Prometheus and Alertmanager releases, unpacked from Debian packages without root."""
