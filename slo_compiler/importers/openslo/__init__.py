"""OpenSLO: ``openslo/v1`` and ``openslo/v1alpha``, whose objects refer to one another by name."""
