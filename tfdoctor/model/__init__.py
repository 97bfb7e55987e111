"""Saved models: what they are, whether they load in a release, and what helps."""
