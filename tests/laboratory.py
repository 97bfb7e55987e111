"""The least that the experiments ask of a TensorFlow and a NumPy; they compute nothing."""

TENSORFLOW = """
import types
__version__ = "{version}"
def _no(*given): pass
compat = types.SimpleNamespace(v1=types.SimpleNamespace(set_random_seed=_no))
random = types.SimpleNamespace(set_seed=_no)
config = types.SimpleNamespace(threading=types.SimpleNamespace(
    set_intra_op_parallelism_threads=_no, set_inter_op_parallelism_threads=_no))
keras = types.SimpleNamespace(__version__="2.6.0", backend=types.SimpleNamespace(clear_session=_no))
executing_eagerly = lambda: True
"""
NUMPY = """
import types
__version__ = "1.19.5"
random = types.SimpleNamespace(seed=lambda number: None)
class _Array(list):
    def astype(self, kind): return self
    def ravel(self): return self
    @property
    def size(self): return len(self)
def asarray(value):
    return _Array(value) if isinstance(value, list) else value
"""
