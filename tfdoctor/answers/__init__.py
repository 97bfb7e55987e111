"""The interrogator's answers as facts: pure readers, for the probes and for answers that somebody sent."""
