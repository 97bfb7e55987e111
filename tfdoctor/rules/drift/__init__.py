"""Rules on code that a newer or older release runs otherwise: names that are gone, other defaults, other speed."""
