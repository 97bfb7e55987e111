"""Parts of scripts/verify_bounds.py."""
