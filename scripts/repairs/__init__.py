"""The cases of scripts/verify_repairs.py."""
