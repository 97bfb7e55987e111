"""Parts of scripts/fuzz.py: seeds (real inputs), mutate (by structure, not only by bytes), targets (the readers)."""
