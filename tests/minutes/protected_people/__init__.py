"""Tests of people with a protected identity."""
