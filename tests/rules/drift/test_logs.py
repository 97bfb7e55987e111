"""What a log says of drift: the same line means another thing with other versions."""

from collections.abc import Callable
from typing import Any

import pytest

from tfdoctor.diagnosis import Diagnosis

Tell = Callable[..., Diagnosis]

NO = "AttributeError: module '{}' has no attribute '{}'"
TF216: dict[str, Any] = {"tf_version": "2.16.1"}
TF215: dict[str, Any] = {"tf_version": "2.15.0"}
TF212: dict[str, Any] = {"tf_version": "2.12.0"}
TF20: dict[str, Any] = {"tf_version": "2.0.0"}
NEITHER: dict[str, Any] = {}

LOGS: list[tuple[str, dict[str, Any], str]] = [
    # TensorFlow 1
    (NO.format("tensorflow", "contrib"), NEITHER, "contrib-removed"),
    (NO.format("tensorflow_core._api.v2", "contrib"), NEITHER, "contrib-removed"),
    ("ModuleNotFoundError: No module named 'tensorflow.contrib'", TF20, "contrib-removed"),
    ("ImportError: cannot import name 'contrib' from 'tensorflow' (/a/__init__.py)", NEITHER, "contrib-removed"),
    ("from tensorflow.contrib import layers\nImportError: No module named contrib", NEITHER, "(nothing)"),
    (NO.format("tensorflow", "placeholder"), NEITHER, "tf1-api-in-tf2"),
    (NO.format("tensorflow", "Session"), TF20, "tf1-api-in-tf2"),
    (NO.format("tensorflow._api.v2.train", "AdamOptimizer"), NEITHER, "tf1-api-in-tf2"),
    (NO.format("tensorflow.keras.backend", "set_session"), NEITHER, "tf1-api-in-tf2"),
    ("ModuleNotFoundError: No module named 'tensorflow.examples.tutorials'", NEITHER, "tf1-api-in-tf2"),
    ("RuntimeError: tf.placeholder() is not compatible with eager execution.", NEITHER, "tf1-api-in-tf2"),
    ("RuntimeError: tf.gradients is not supported when eager execution is enabled.", NEITHER, "tf1-api-in-tf2"),
    ("RuntimeError: The Session graph is empty.  Add operations to the graph", NEITHER, "tf1-api-in-tf2"),
    (NO.format("tensorflow.compat.v1", "contrib"), NEITHER, "contrib-removed"),
    ("Tensorflow.Contrib Not Found", NEITHER, "contrib-removed"),
    # estimators
    ("ModuleNotFoundError: No module named 'tensorflow_estimator'", TF216, "estimator-removed-216"),
    ("ModuleNotFoundError: No module named 'tensorflow_estimator'", NEITHER, "estimator-version"),
    (NO.format("tensorflow", "estimator"), TF216, "estimator-removed-216"),
    (NO.format("tensorflow._api.v2.compat.v1", "estimator"), TF216, "estimator-removed-216"),
    ("ModuleNotFoundError: No module named 'tensorflow.python.estimator'", NEITHER, "estimator-removed-216"),
    (NO.format("tensorflow", "estimator"), TF215, "estimator-version"),
    # Keras 2
    ("AttributeError: 'Sequential' object has no attribute 'predict_classes'", NEITHER, "keras-method-removed"),
    ("AttributeError: 'Functional' object has no attribute 'fit_generator'", TF216, "keras-method-removed"),
    ("ImportError: cannot import name 'multi_gpu_model' from 'keras.utils'", NEITHER, "keras-method-removed"),
    ("ModuleNotFoundError: No module named 'keras.wrappers'", NEITHER, "sklearn-wrapper-removed"),
    ("ModuleNotFoundError: No module named 'tensorflow.keras.wrappers'", TF216, "sklearn-wrapper-removed"),
    ("from keras.utils import np_utils\nImportError: cannot import name 'np_utils'", NEITHER,
     "keras-private-module-removed"),
    ("ModuleNotFoundError: No module named 'keras.layers.core'", NEITHER, "keras-private-module-removed"),
    (NO.format("tensorflow.keras.layers", "RandomFlip"), {"tf_version": "2.5"}, "keras-symbol-needs-newer-tf"),
    (NO.format("keras.api._v2.keras.optimizers", "Lion"), TF212, "keras-symbol-needs-newer-tf"),
    (NO.format("tensorflow.keras.layers.experimental.preprocessing", "StringLookup"), {"tf_version": "2.1.0"},
     "keras-symbol-needs-newer-tf"),
    ('File "/a/site-packages/kerastuner/augment.py", line 3, in f\n'
     + NO.format("tensorflow.keras.layers.experimental.preprocessing", "RandomRotation"), NEITHER,
     "tf-library-needs-newer-tf"),
    (NO.format("scipy", "zeros"), NEITHER, "(nothing)"),
    (NO.format("keras.layers", "no_name_of_the_matrix"), NEITHER, "(nothing)"),
    ("AttributeError: 'Gravity' object has no attribute '_set_hyper'", NEITHER, "optimizer-rewrite-211-api"),
    ("TypeError: fit() got an unexpected keyword argument 'nb_epoch'", NEITHER, "keras-method-removed"),
    ("AttributeError: 'Functional' object has no attribute 'total_loss'", {"tf_version": "2.4.0"},
     "keras-method-removed"),
    ("AttributeError: 'Model' object has no attribute '_standardize_user_data'", NEITHER, "keras-method-removed"),
    ("AttributeError: 'Tokenizer' object has no attribute 'updates'", NEITHER, "(nothing)"),
    ("AttributeError: 'Mine' object has no attribute 'fit_generator'", TF216, "keras-method-removed"),
    ("ImportError: cannot import name 'preprocessing' from 'keras.layers' (/a/keras/layers/__init__.py)",
     {"tf_version": "2.14.0"}, "keras-private-module-removed"),
    # Keras 3
    (NO.format("keras._tf_keras.keras.backend", "ctc_batch_cost"), TF216, "keras3-backend-functions-removed"),
    ("ValueError: The following argument(s) are not supported with the native Keras format: ['save_traces']", TF216,
     "keras3-save-format-restriction"),
    ("ValueError: The following argument(s) are not supported with the native Keras format: ['save_traces']", TF215,
     "(nothing)"),
    ("ValueError: gradient_aggregator is deprecated in the new Keras optimizer, please", NEITHER,
     "optimizer-rewrite-211-api"),
    ("ModuleNotFoundError: No module named 'keras.preprocessing.text'", TF216, "keras3-api-moved"),
    (NO.format("keras._tf_keras.keras.layers", "experimental"), NEITHER, "keras3-api-moved"),
    ("ImportError: `keras.optimizers.legacy` is not supported in Keras 3. When using", NEITHER, "keras3-api-moved"),
    (NO.format("keras.api.layers", "LocallyConnected1D"), NEITHER, "keras3-layer-removed"),
    ("ImportError: cannot import name 'LocallyConnected2D' from 'keras.layers'", NEITHER, "keras3-layer-removed"),
    (NO.format("keras.backend", "ctc_batch_cost"), NEITHER, "keras3-backend-functions-removed"),
    (NO.format("keras._tf_keras.keras.backend", "no_name_of_the_matrix"), NEITHER, "keras3-backend-functions-removed"),
    ("TypeError: fit() got an unexpected keyword argument 'workers'", NEITHER, "keras3-fit-args-removed"),
    ("TypeError: TensorFlowTrainer.evaluate() got an unexpected keyword argument 'use_multiprocessing'", TF216,
     "keras3-fit-args-removed"),
    ("ValueError: The filepath provided must end in `.keras` (Keras model format).", NEITHER,
     "keras3-save-format-restriction"),
    ("ValueError: Invalid filepath extension for saving. Please add", NEITHER, "keras3-save-format-restriction"),
    ("ValueError: The following argument(s) are not supported with the native Keras format: ['options']", NEITHER,
     "keras-checkpoint-options-bug"),
    ("ValueError: When there is only a single output, the `loss_weights` argument must be a Python float.", NEITHER,
     "keras3-api-strictness"),
    # metrics
    ("    plt.plot(history.history['acc'])\nKeyError: 'acc'", NEITHER, "metric-key-renamed"),
    ("    x = frame['accuracy']\nKeyError: 'accuracy'", NEITHER, "(nothing)"),
    ("    x = history.history['val_accuracy']\nKeyError: 'val_accuracy'", NEITHER, "metric-key-renamed"),
    ("WARNING:tensorflow:Early stopping conditioned on metric `val_acc` which is not available.", NEITHER,
     "metric-key-renamed"),
    # optimizers
    ("ValueError: decay is deprecated in the new Keras optimizer, pleasecheck the docstring", NEITHER,
     "optimizer-decay-arg"),
    ("UserWarning: Argument `decay` is no longer supported and will be ignored.", NEITHER, "optimizer-decay-arg"),
    ("WARNING:absl:`lr` is deprecated, please use `learning_rate` instead, or use the legacy optimizer", NEITHER,
     "optimizer-lr-ignored"),
    ("ValueError: Argument(s) not recognized: {'lr': 0.001}", NEITHER, "optimizer-lr-rejected"),
    ("AttributeError: 'Adam' object has no attribute 'lr'", TF216, "optimizer-lr-rejected"),
    ("AttributeError: 'Adam' object has no attribute 'get_updates'", NEITHER, "optimizer-rewrite-211-api"),
    ("KeyError: 'The optimizer cannot recognize variable dense/kernel:0. This usually means", NEITHER,
     "optimizer-rewrite-211-api"),
    ("in apply_gradients\nValueError: tf.function only supports singleton tf.Variables created on the first call.",
     NEITHER, "optimizer-rewrite-211-api"),
    # numbers and speed
    ("UserWarning: The initializer Orthogonal is unseeded and being called multiple times, which", NEITHER,
     "initializer-instance-reuse"),
    ("TensorFloat-32 will be used for the matrix multiplication. This will only be logged once.", NEITHER,
     "tf32-default-on-ampere"),
    ("WARNING:tensorflow:Using a while_loop for converting RngReadAndSkip cause there is no", NEITHER,
     "augmentation-layers-slow-29"),
    ("WARNING:tensorflow:Using a while_loop for converting SparseReshape", NEITHER, "(nothing)"),
    ("WARNING:tensorflow:Layer lstm_1 will not use cuDNN kernels since it doesn't meet the criteria.", NEITHER,
     "rnn-cudnn-not-usable"),
    ("Detected unsupported operations when trying to compile graph __inference_one_step_on_data_9[] on XLA_GPU_JIT",
     NEITHER, "keras3-jit-default"),
]  # fmt: skip


@pytest.mark.parametrize(("log", "environment", "expected"), LOGS)
def test_a_line_and_the_versions_decide(tell: Tell, log: str, environment: dict[str, Any], expected: str) -> None:
    found = tell(log, **environment)
    assert (found.primary.name if found.primary else "(nothing)") == expected


def test_a_module_that_is_half_imported_is_shadowed_not_old(tell: Tell) -> None:
    line = "AttributeError: partially initialized module 'tensorflow' has no attribute 'Session' (most likely due to a"
    assert "tf1-api-in-tf2" not in {finding.name for finding in tell(line).findings}


def test_a_part_of_tensorflow_that_asks_is_no_matter_of_code(tell: Tell) -> None:
    frame = '  File "/a/site-packages/keras/backend/tensorflow_backend.py", line 74, in get_uid\n'
    found = tell(frame + NO.format("tensorflow", "get_default_graph"))
    assert [finding.name for finding in found.findings] == ["keras-tf-minor-mismatch"]


def test_what_keras_asks_of_an_optimizer_is_the_optimizers_matter(tell: Tell) -> None:
    frame = '  File "/a/site-packages/keras/src/engine/training_v1.py", line 3, in f\n'
    found = tell(frame + "AttributeError: 'Adam' object has no attribute 'get_updates'")
    assert [finding.name for finding in found.findings] == ["optimizer-rewrite-211-api"]


def test_the_general_finding_is_silent_where_a_specific_one_speaks(tell: Tell) -> None:
    source = '    raise ValueError(f"Argument(s) not recognized: {kwargs}")\n'
    found = tell(source + "ValueError: Argument(s) not recognized: {'lr': 0.005}")
    assert [finding.name for finding in found.findings] == ["optimizer-lr-rejected"]


def test_the_code_tells_where_a_name_is_imported_from(tell: Tell) -> None:
    found = tell("ImportError: cannot import name 'multi_gpu_model'", "from keras.utils import multi_gpu_model")
    assert found.findings[0].name == "keras-method-removed"
    assert "tf.distribute.MirroredStrategy" in found.findings[0].remedies[0].text


def test_evidence_is_line_code_row_and_version(tell: Tell) -> None:
    code = "model = tf.estimator.DNNClassifier(n_classes=2)"
    found = tell(NO.format("tensorflow", "estimator"), code, **TF216).findings[0]
    assert {row.fact for row in found.evidence} == {
        "log",
        "matrix.keras_api.tensorflow.estimator",
        "tensorflow.version",
    }
    alone = tell("", code, **TF216).findings[0]
    assert ("code", code, "code line 1") in {(row.fact, row.value, row.source) for row in alone.evidence}
