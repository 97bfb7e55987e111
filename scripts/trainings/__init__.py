"""Small trainings as people write them: `scripts/verify_drift.py` runs them in two releases and compares the results.

Each takes its seed from the command line and prints one line of JSON with what it reports at the end.
"""
