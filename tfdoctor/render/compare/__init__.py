"""A comparison of two environments: its frozen outward form, and that form for people."""
