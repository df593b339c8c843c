"""Tests of the instrumentation module."""
