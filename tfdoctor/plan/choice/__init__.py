"""Choosing: every way to install some TensorFlow, the best of them, and what is said where there is none."""
