"""Tests of the checks of whole SLOs and programs."""
