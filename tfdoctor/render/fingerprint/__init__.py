"""What a machine computes beside its reference, in every form of output."""
