"""Reads what the package index says of the distributions that the planner resolves over."""
