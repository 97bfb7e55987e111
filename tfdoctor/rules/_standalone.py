"""Distributions of Keras beside TensorFlow: the standalone one of before TensorFlow 2.6, and tf-keras."""

from collections.abc import Iterator
from typing import Final

from packaging.specifiers import SpecifierSet

from tfdoctor.diagnosis import Remedy
from tfdoctor.rules._case import Case
from tfdoctor.rules._dependencies import install, versions_evidence
from tfdoctor.rules._rule import Conclusion

# Keras, the TensorFlow that it fails with, and the Keras to install instead. It asks for graph functions that
# TensorFlow 2.0 does not have (https://github.com/keras-team/keras/issues/12379), for private parts that left in 2.3
# (https://github.com/apache/tvm/issues/6754), refuses TensorFlow before 2.2 itself, or asks for `__internal__`, which
# came with 2.5 (https://github.com/tensorflow/tensorflow/issues/49823).
_FAILS: Final = tuple(
    (SpecifierSet(keras), SpecifierSet(tensorflow), instead)
    for keras, tensorflow, instead in (
        ("<2.3", ">=2.0.0a0,<2.6", "2.4.3"),
        (">=2.3,<2.4", ">=2.3,<2.6", "2.4.3"),
        (">=2.4,<2.5", "<2.2", "2.3.1"),
        (">=2.6,<3", ">=2.0.0a0,<2.5", "2.4.3"),
        (">=2.6,<3", "<2", "2.3.1"),
    )
)


def standalone(case: Case) -> Iterator[Conclusion]:
    """Conclude that `import keras` or its first model fails, while tf.keras is a program of its own and works."""
    keras, tensorflow = case.versions.get("keras"), case.tensorflow
    if keras is None or tensorflow is None:
        return
    for versions, releases, instead in _FAILS:
        if versions.contains(keras, prereleases=True) and releases.contains(tensorflow, prereleases=True):
            yield Conclusion(
                message=f"keras {keras} does not work with TensorFlow {tensorflow}; tf.keras, which is separate, does.",
                evidence=(*case.tensorflow_evidence(), *versions_evidence(case, "keras")),
                remedies=(install(f"keras=={instead}", f"Use tf.keras, or install keras {instead}."),),
                severity="warning",
                verdict="degraded",
                confidence="likely",
            )
            return


def fitting_tf_keras(case: Case) -> Remedy:
    """Return the remedy: the tf-keras of TensorFlow's minor; before 2.14, where tf.keras is Keras 2, there is none."""
    row = case.matrix.companions.get("tf-keras")
    if case.tensorflow is None or row is None:
        return install("tf-keras")
    if row.fitting(case.tensorflow) is None:
        text = "There is no tf-keras for this TensorFlow, whose tf.keras is Keras 2 itself: remove it."
        return Remedy(kind="uninstall", text=text, distributions=("tf-keras",))
    return install(f"tf-keras=={case.tensorflow.major}.{case.tensorflow.minor}.*")
