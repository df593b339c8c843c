"""Specs and the organisation's defaults become SLOs and services in which nothing is missing."""
