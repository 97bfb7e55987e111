"""Small deterministic experiments that show how a TensorFlow behaves: the same code in every release.

They run in the patient's Python (3.6 and later) with the standard library and its own TensorFlow and NumPy. One module
holds one family; `lab.py` has what they share, `registry.py` their list, `run.py` runs them.
"""
