"""Repairing: the fewest changes to what is installed, imagined and judged again."""
