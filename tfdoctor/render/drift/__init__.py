"""What changed between two releases, in every form of output."""
