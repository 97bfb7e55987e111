"""Reads the published wheels of TensorFlow without downloading them whole."""
