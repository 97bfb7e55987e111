"""What `tfdoctor model` says: facts of a saved model, verdicts, cures and proofs as text, JSON, a table, a page."""
