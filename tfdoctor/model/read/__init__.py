"""Readers of saved models: from files to `facts.saved.SavedModel`, bounded, without TensorFlow, with nothing run.

`source` gives bounded access to bytes; each other module reads one format.
"""
