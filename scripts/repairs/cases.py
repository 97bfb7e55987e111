"""Working environments and what is done to them: one change or several, as users do them."""

from dataclasses import dataclass

from verify_breakages import (
    Change,
    delete,
    delete_folder,
    install,
    interrupted_uninstall,
    leftover,
    remove,
    truncate,
)


@dataclass(frozen=True)
class Case:
    """One broken environment; `also` is a program that must work after the repair."""

    base: str
    title: str
    changes: tuple[Change, ...]
    also: str = ""


def _cases(base: str, *rows: tuple[str, tuple[Change, ...]] | tuple[str, tuple[Change, ...], str]) -> tuple[Case, ...]:
    return tuple(Case(base, row[0], row[1], *row[2:]) for row in rows)


_TEXT = "import tensorflow_text"
_TF_KERAS = "import tf_keras; tf_keras.Sequential"
_TFP = "import tensorflow_probability as t; t.distributions.Normal"

CASES = (
    *_cases(
        "2.15.1-cp311",
        ("NumPy 2", (install("numpy==2.2.6"),)),
        ("protobuf 6", (install("protobuf==6.31.1"),)),
        ("protobuf 3.19", (install("protobuf==3.19.6"),)),
        ("Keras 3", (install("keras==3.5.0", "namex", "optree", "rich"),)),
        ("ml-dtypes 0.1, gast 0.2", (install("ml-dtypes==0.1.0", "gast==0.2.2"),)),
        ("wrapt 2 and NumPy 2", (install("wrapt==2.0.1", "numpy==2.0.2"),)),
        ("no wrapt", (remove("wrapt"),)),
        ("no Keras", (remove("keras"),)),
        ("setuptools 82", (install("setuptools==82.0.0"),)),
        ("tensorflow-cpu 2.14 over it", (install("tensorflow-cpu==2.14.1"),)),
        (
            "tensorflow-cpu 2.14 over it, taken away again",
            (install("tensorflow-cpu==2.14.1"), remove("tensorflow-cpu")),
        ),
        ("a deleted library", (delete("tensorflow/python/_pywrap_tensorflow_internal.so"),)),
        ("a truncated library", (truncate("tensorflow/libtensorflow_framework.so.2"),)),
        ("a deleted module", (delete("tensorflow/python/framework/ops.py"),)),
        ("half of Keras deleted", (delete_folder("keras/src/engine"),)),
        ("NumPy's core deleted", (delete_folder("numpy/core"),)),
        ("an interrupted uninstall", (interrupted_uninstall,)),
        ("a leftover of TensorBoard", (leftover,)),
        ("keras-nightly beside Keras", (install("keras-nightly"),)),
        ("tensorflow-text 2.16", (install("tensorflow-text==2.16.1", "tensorflow-hub==0.15.0"),), _TEXT),
        ("tf-keras 2.18", (install("tf-keras==2.18.0"),), _TF_KERAS),
        (
            "tensorflow-probability 0.25",
            (install("tensorflow-probability==0.25.0", "dm-tree", "cloudpickle", "decorator"),),
            _TFP,
        ),
        (
            "pandas and scipy of NumPy 2, with NumPy 2",
            (install("pandas==2.3.3", "scipy==1.16.3", "numpy==2.3.4", deps=True),),
            "import pandas, scipy.stats",
        ),
    ),
    *_cases(
        "2.16.2-cp312",
        ("NumPy 2", (install("numpy==2.1.3"),)),
        ("protobuf 5", (install("protobuf==5.29.5"),)),
        ("Keras 2", (install("keras==2.15.0"),)),
        ("no setuptools", (remove("setuptools"),)),
        ("tf-keras 2.15", (install("tf-keras==2.15.1"),), _TF_KERAS),
        ("Keras 2, protobuf 7 and h5py 2.10's NumPy", (install("keras==2.15.0", "protobuf==7.34.0", "numpy==2.2.6"),)),
    ),
    *_cases(
        "2.20.0-cp313",
        ("protobuf 5.27", (install("protobuf==5.27.5"),)),
        ("protobuf 4 and ml-dtypes 0.4", (install("protobuf==4.25.8", "ml-dtypes==0.4.1"),)),
        ("tensorflow-cpu 2.21 over it", (install("tensorflow-cpu==2.21.0"),)),
        ("setuptools 82", (install("setuptools==82.0.0"),)),
    ),
    *_cases(
        "2.6.5-cp39",
        ("protobuf 4", (install("protobuf==4.25.8"),)),
        ("Keras 2.7", (install("keras==2.7.0"),)),
        ("estimator 2.7 and Keras 2.8", (install("tensorflow-estimator==2.7.0", "keras==2.8.0"),)),
        ("NumPy 1.26", (install("numpy==1.26.4"),)),
        ("Keras 3 and protobuf 5", (install("keras==3.3.3", "namex", "optree", "rich", "protobuf==5.29.5"),)),
        ("TensorBoard 2.20", (install("tensorboard==2.20.0"),)),
        ("what `pip install -U` leaves", (install("numpy", "protobuf", "keras", "h5py", "six", "wrapt", deps=True),)),
        ("a deleted module of h5py", (delete("h5py/_hl/files.py"),)),
    ),
    *_cases(
        "2.11.1-cp310",
        ("NumPy 1.26's successor", (install("numpy==2.0.2"),)),
        ("protobuf 3.20's successor", (install("protobuf==4.21.12"),)),
        ("Keras 2.12", (install("keras==2.12.0"),)),
        ("tensorflow-cpu 2.10 over it", (install("tensorflow-cpu==2.10.1"),)),
        ("flatbuffers 1.12 and no absl-py", (install("flatbuffers==1.12"), remove("absl-py"))),
    ),
    *_cases(
        "2.4.4-cp38",
        ("NumPy 1.24", (install("numpy==1.24.4"),)),
        ("protobuf 4 and h5py 3", (install("protobuf==4.25.8", "h5py==3.11.0"),)),
        ("gast 0.6 and wrapt 2", (install("gast==0.6.0", "wrapt==2.0.1"),)),
    ),
    *_cases(
        "1.15.5-cp37",
        ("protobuf 4", (install("protobuf==4.24.4"),)),
        ("h5py 3", (install("h5py==3.8.0"),)),
        ("NumPy 1.21 and gast 0.5", (install("numpy==1.21.6", "gast==0.5.4"),)),
        ("estimator 2.11", (install("tensorflow-estimator==2.11.0"),)),
    ),
    *_cases(
        "2.21.0-cp313",
        ("wrapt 1.12", (install("wrapt==1.12.1"),)),
        ("six 1.15 and typing-extensions 4.5", (install("six==1.15.0", "typing-extensions==4.5.0"),)),
        ("flatbuffers 1.12", (install("flatbuffers==1.12"),)),
        ("protobuf 5", (install("protobuf==5.29.5"),)),
        ("no absl-py, no ml-dtypes, no opt-einsum", (remove("absl-py", "ml-dtypes", "opt-einsum"),)),
    ),
    *_cases(
        "2.18.1-cp312",
        ("TensorBoard 2.6", (install("tensorboard==2.6.0"),)),
        ("typing-extensions 3.7", (install("typing-extensions==3.7.4.3"),)),
        ("six 1.12, wrapt 1.11 and Keras 3.0", (install("six==1.12.0", "wrapt==1.11.2", "keras==3.0.5"),)),
        ("a NumPy without its first file", (delete("numpy/__init__.py"),)),
    ),
    *_cases(
        "2.13.1-cp311",
        ("TensorBoard 1.15", (install("tensorboard==1.15.0"),)),
        ("Keras 2.15", (install("keras==2.15.0"),)),
        ("protobuf 3.17 and wrapt 1.11", (install("protobuf==3.17.3", "wrapt==1.11.2"),)),
    ),
    *_cases(
        "2.5.3-cp39",
        ("Keras 2.9 over keras-nightly", (install("keras==2.9.0"),)),
        ("NumPy 1.24", (install("numpy==1.24.4"),)),
    ),
    *_cases(
        "2.3.4-cp38",
        ("h5py 3", (install("h5py==3.8.0"),)),
        ("NumPy 1.24 and protobuf 5", (install("numpy==1.24.4", "protobuf==5.29.5"),)),
    ),
)
