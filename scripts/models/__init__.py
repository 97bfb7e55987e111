"""Models of many kinds, saved and loaded by real releases of TensorFlow: what `tfdoctor model` is measured against.

`architectures.py`, `save.py` and `load.py` run inside TensorFlow's own interpreter (CPython 3.6 and later, nothing but
TensorFlow); `runs.py` starts them and keeps what happened.
"""
