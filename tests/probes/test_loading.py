"""A child that loads a model with what calls itself TensorFlow, and how it ends."""

import ast
import os
from pathlib import Path
from typing import Any

import pytest

from tfdoctor.probes.interpreter import FOREIGN
from tfdoctor.probes.loading import Loaded, Output, Task, load

# The least that loading needs of a TensorFlow; each test breaks a part of it.
TENSORFLOW = """
import os, types
__version__ = "2.6.5"
class _Spec:
    shape = (None, 3)
    dtype = "float32"
class _Array(list):
    shape = (2,)
    dtype = types.SimpleNamespace(kind="f", name="float64")
    def astype(self, kind): return self
    def ravel(self): return self
class _Model:
    inputs = [_Spec()]
    def __call__(self, given, training=False): return _Array([1.0, float(given.size)])
def load_model(path, **options):
    if not os.path.exists(path):
        raise OSError("nothing at " + path)
    if "compile" in options:
        raise ValueError("compile is %s in %s" % (options["compile"], path))
    if "custom_objects" in options:
        raise KeyError(sorted(options["custom_objects"]))
    return _Model()
constant = lambda value: value
executing_eagerly = lambda: True
nest = types.SimpleNamespace(flatten=lambda value: [value])
keras = types.SimpleNamespace(
    __version__="2.6.0", models=types.SimpleNamespace(load_model=load_model),
    legacy=lambda: os.environ.get("TF_USE_LEGACY_KERAS"))
"""
NUMPY = """
class _Numbers:
    def __init__(self, size): self.size = size
    dtype = float
    def __mul__(self, other): return self
    __mod__ = __truediv__ = __mul__
    def astype(self, kind): return self
    def reshape(self, sizes): return self
def arange(count): return _Numbers(count)
def asarray(value): return value
"""


def loaded(patient: Any, tmp_path: Path, source: str = TENSORFLOW, **task: Any) -> Loaded:
    patient.file("numpy.py", NUMPY)
    patient.file("tensorflow/__init__.py", source)
    model = tmp_path / "net.h5"
    model.touch()
    timeout = task.pop("timeout", 30.0)
    return load(patient.python, os.environ, Task(**{"path": model, "way": "load_model", **task}), timeout)


def test_a_model_is_loaded_and_asked(patient: Any, tmp_path: Path) -> None:
    found = loaded(patient, tmp_path)
    assert (found.ok, found.error, found.remark) == (True, "", "")
    assert (found.tensorflow, found.keras) == ("2.6.5", "2.6.0")
    assert found.outputs == (Output((2,), (1.0, 6.0)),)  # two rows of three
    assert found.seconds > 0


def test_what_the_loader_says_is_told_without_the_path(patient: Any, tmp_path: Path) -> None:
    found = loaded(patient, tmp_path, way="load_model-nocompile")
    assert (found.ok, found.error, found.message) == (False, "ValueError", "compile is False in <path>")


def test_code_of_the_users_own_is_given(patient: Any, tmp_path: Path) -> None:
    custom = tmp_path / "own.py"
    custom.write_text("import os\nNUMBER = 3\nclass Scaler: pass\ndef twice(x): return 2 * x\n")
    found = loaded(patient, tmp_path, custom=custom)
    assert (found.error, found.message) == ("KeyError", "['Scaler', 'twice']")


def test_weights_need_a_model(patient: Any, tmp_path: Path) -> None:
    found = loaded(patient, tmp_path, way="load_weights")
    assert found.error == "SystemExit"
    assert "a function build()" in found.message


def test_legacy_keras_is_set_before_the_import(patient: Any, tmp_path: Path) -> None:
    told = TENSORFLOW.replace("return _Model()", "raise ValueError(os.environ.get('TF_USE_LEGACY_KERAS'))")
    assert loaded(patient, tmp_path, told, legacy=True).message == "1"
    assert loaded(patient, tmp_path, told).message == "None"


def test_a_model_that_cannot_be_asked_is_loaded(patient: Any, tmp_path: Path) -> None:
    without = TENSORFLOW.replace("inputs = [_Spec()]", "inputs = None")
    found = loaded(patient, tmp_path, without)
    assert (found.ok, found.outputs, found.remark) == (True, None, "the model does not say what its inputs are")
    failing = TENSORFLOW.replace("return _Array([1.0, float(given.size)])", "raise RuntimeError('no kernel')")
    assert loaded(patient, tmp_path, failing).remark.endswith("its call fails: RuntimeError: no kernel")
    assert loaded(patient, tmp_path, failing, call=False).remark == ""


@pytest.mark.parametrize(
    ("line", "error", "said"),
    [
        ("os.abort()", "SIGABRT", "the process was ended by SIGABRT"),
        ("import time; time.sleep(60)", "TimeoutError", "did not end within 2 s"),
        ("import sys; sys.stderr.write('no AVX here\\n'); os._exit(3)", "SystemExit", "exit code 3: no AVX here"),
        ("raise SystemExit(0)", "SystemExit", "0"),
    ],
)
def test_what_ends_the_process_is_told(patient: Any, tmp_path: Path, line: str, error: str, said: str) -> None:
    broken = TENSORFLOW.replace("return _Model()", f"{line}; return _Model()" if "raise" not in line else line)
    found = loaded(patient, tmp_path, broken, timeout=2.0 if "sleep" in line else 30.0)
    assert (found.ok, found.error) == (False, error)
    assert said in found.message


def test_what_it_leaves_beside_the_model_goes_with_it(patient: Any, tmp_path: Path) -> None:
    messy = TENSORFLOW.replace(
        "return _Model()",
        "open(os.path.join(os.path.dirname(path), 'left'), 'w').close(); open('here', 'w').close(); return _Model()",
    )
    assert loaded(patient, tmp_path, messy).ok
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["net.h5"]
    assert not Path("here").exists()


def test_a_checkpoint_is_no_file(patient: Any, tmp_path: Path) -> None:
    found = loaded(patient, tmp_path, path=tmp_path / "prefix")
    assert found.message == "nothing at <path>"


def test_no_interpreter(tmp_path: Path) -> None:
    found = load(str(tmp_path / "nothing"), os.environ, Task(path=tmp_path, way="v1"), 5)
    assert (found.ok, found.error) == (False, "OSError")
    assert "the child could not be started" in found.message


def test_an_answer_that_is_none(patient: Any, tmp_path: Path) -> None:
    odd = TENSORFLOW.replace('__version__="2.6.0"', '__version__=["2", 6]').replace(
        "[1.0, float(given.size)]", "['text']"
    )
    found = loaded(patient, tmp_path, odd)
    assert found.ok
    assert "its call fails: ValueError" in found.remark


def test_the_script_is_valid_for_old_interpreters() -> None:
    tree = ast.parse((FOREIGN / "loading.py").read_text(), feature_version=(3, 6))
    imported = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    assert imported == {"json", "os", "sys"}
