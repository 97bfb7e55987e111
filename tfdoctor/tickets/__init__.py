"""Tickets: what a user or a support engineer knows about a machine, as facts."""
