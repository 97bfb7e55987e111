"""Resolving: versions that go together, over the bundled index and the measured bounds."""
