"""Parts of build_locks.py and verify_locks.py."""
