"""Rules on other speed and memory from the same program."""

from collections.abc import Iterator

from tfdoctor.rules._case import Case
from tfdoctor.rules._rule import DRIFT_PERFORMANCE, Conclusion, rule
from tfdoctor.rules.drift._cures import caused, conclude, manual, possible, stay


@rule("TFD860", DRIFT_PERFORMANCE, severity="warning", verdict="degraded")
def augmentation_layers_slow_29(case: Case) -> Iterator[Conclusion]:
    """The random image layers of Keras 2.9 and 2.10 work image by image, in a loop.

    ## What it checks
    In a log: "Using a while_loop for converting" operations of such layers (RngReadAndSkip, StatelessRandom…,
    ImageProjectiveTransform).

    ## Why it matters
    From 2.9 on the layers draw a value per image; operations that cannot be vectorized run one image after the other,
    several times slower.

    ## How to fix it
    Augment in `tf.data` (`dataset.map`) before batching, so that it runs beside training. Or use TensorFlow 2.8, or
    2.11 or newer.

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/58296, https://github.com/keras-team/keras-cv/issues/291
    """
    found = caused(case, "augmentation-layers-slow-29")
    if found is not None:
        yield conclude(
            found,
            "The random image layers of Keras 2.9 and 2.10 run one image after the other",
            (
                manual("Move the layers into the data: dataset.map(lambda x, y: (augment(x, training=True), y))."),
                stay("==2.8.*", "Or use TensorFlow 2.8."),
            ),
        )


@rule("TFD861", DRIFT_PERFORMANCE, severity="warning", verdict="degraded")
def rnn_cudnn_not_usable(case: Case) -> Iterator[Conclusion]:
    """An LSTM or GRU layer cannot use the kernel of cuDNN and runs slowly.

    ## What it checks
    In a log: the warning that the criteria are not met. In code: arguments that rule it out (`recurrent_dropout`,
    another activation, `unroll`, `use_bias=False`, `reset_after=False`), where TensorFlow is 2.0 or newer.

    ## Why it matters
    cuDNN has one form of these layers only. With others TensorFlow runs its own kernels, several times slower on a GPU.

    ## How to fix it
    Leave these arguments at their defaults. Where they are meant, the warning can be ignored.

    ## Sources
    https://www.tensorflow.org/api_docs/python/tf/keras/layers/LSTM, https://github.com/tensorflow/tensorflow/issues/40944
    """
    found = caused(case, "rnn-cudnn-not-usable")
    if found is not None:
        yield conclude(
            found,
            "A recurrent layer has arguments that cuDNN's kernel does not know, so it runs on slower ones",
            (manual("Leave activations, recurrent_dropout, unroll, use_bias and reset_after at their defaults."),),
            severity=None if found[1].events else "note",
        )  # fmt: skip


@rule("TFD862", DRIFT_PERFORMANCE, severity="warning", verdict="degraded")
def keras3_jit_default(case: Case) -> Iterator[Conclusion]:
    """Keras 3 compiles the training step with XLA by itself, which fails or costs memory here.

    ## What it checks
    In a log: XLA's complaints about the step that Keras 3 compiles (one_step_on_data), and its warning that a model
    does not support it.

    ## Why it matters
    `compile(jit_compile="auto")` is the default of Keras 3: XLA is used where the layers say that they support it. It
    recompiles for new shapes, refuses some operations, and takes memory.

    ## How to fix it
    model.compile(…, jit_compile=False).

    ## Sources
    https://keras.io/api/models/model_training_apis/
    """
    found = caused(case, "keras3-jit-default")
    if found is not None:
        warned = all(event.text.find("jit_compile=True") >= 0 for event in found[1].events)
        yield conclude(
            found,
            "Keras 3 compiles the training step with XLA by default, which does not suit this model",
            (manual("Write model.compile(…, jit_compile=False)."),),
            severity="note" if warned else "error",
            verdict="harmless" if warned else "broken",
        )


@rule("TFD863", DRIFT_PERFORMANCE, severity="note", verdict="degraded")
def eager_default_slowdown(case: Case) -> Iterator[Conclusion]:
    """TensorFlow 2 runs eagerly, which costs time at each step of small models.

    ## What it checks
    Whether an upgrade from TensorFlow 1 to 2 is stated, where neither log nor code tells more.

    ## Why it matters
    Each call from Python has a price. It shows where the steps are small: reinforcement learning, single predictions.

    ## How to fix it
    `@tf.function` on custom loops, `compile(steps_per_execution=…)`, `model(x)` instead of `model.predict(x)`.

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/33487
    """
    found = caused(case, "eager-default-slowdown")
    if found is not None:
        yield possible(*found)


@rule("TFD864", DRIFT_PERFORMANCE, severity="note", verdict="degraded")
def predict_memory_growth(case: Case) -> Iterator[Conclusion]:
    """Repeated model.predict makes the memory grow in some releases of TensorFlow 2.

    ## What it checks
    Whether an upgrade to 2.0, to 2.1 to 2.3 or to 2.9 to 2.12 is stated, where no message tells more; the complaint of
    a ticket's title (memory, predict) decides among what else changed.

    ## Why it matters
    Each call builds a pipeline of data that is not given back at once. 600 calls on a tiny model (CPU, after 50 others)
    took 11.8 MB more in TensorFlow 2.1.4 and 10.6 MB in 2.2.3, 0.2 MB in 1.15.5 and nothing in 2.0.4.

    ## How to fix it
    Call `model(x)`, or predict on one `tf.data.Dataset`; `tf.keras.backend.clear_session()` now and then.

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/38598, https://github.com/tensorflow/tensorflow/issues/33009,
    https://github.com/tensorflow/tensorflow/issues/58676
    """
    found = caused(case, "predict-memory-growth")
    if found is not None:
        yield possible(*found)


@rule("TFD865", DRIFT_PERFORMANCE, severity="note", verdict="degraded")
def keras_symbolic_build_slow(case: Case) -> Iterator[Conclusion]:
    """Models are built more slowly by Keras 2.13 to 2.15, where operators work on symbolic tensors.

    ## What it checks
    Whether an upgrade from before TensorFlow 2.13 to 2.13 to 2.15 is stated, where neither log nor code tells more.

    ## Why it matters
    An operation between layers takes about four times as long to build; training is not slower.

    ## How to fix it
    Layers (`Add`, `Multiply`) instead of operators, or TensorFlow 2.12.

    ## Sources
    https://github.com/keras-team/keras/issues/18301
    """
    found = caused(case, "keras-symbolic-build-slow")
    if found is not None:
        yield possible(*found)


@rule("TFD866", DRIFT_PERFORMANCE, severity="note", verdict="degraded")
def keras3_lstm_cudnn(case: Case) -> Iterator[Conclusion]:
    """LSTM and GRU with dropout do not use cuDNN's kernel in early Keras 3.

    ## What it checks
    Whether an upgrade from before TensorFlow 2.16 to 2.16 or newer is stated, where neither log nor code tells more.

    ## Why it matters
    Keras 2 used the kernel with `dropout`; early Keras 3 only without, and is several times slower then.

    ## How to fix it
    A newer Keras 3, or a Dropout layer in front of the recurrent one.

    ## Sources
    https://github.com/keras-team/keras/issues/19644
    """
    found = caused(case, "keras3-lstm-cudnn")
    if found is not None:
        yield possible(*found)
