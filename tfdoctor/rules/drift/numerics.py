"""Rules on other numbers from the same program: metrics, initializers, images, normalization, precision."""

from collections.abc import Iterator

from tfdoctor.diagnosis import Remedy
from tfdoctor.rules._case import Case
from tfdoctor.rules._rule import DRIFT_NUMERICS, Conclusion, rule
from tfdoctor.rules.drift._cures import caused, conclude, manual, possible


@rule("TFD840", DRIFT_NUMERICS, severity="warning", verdict="degraded")
def accuracy_metric_resolution(case: Case) -> Iterator[Conclusion]:
    """metrics=["accuracy"] means another metric from TensorFlow 2.2 on.

    ## What it checks
    In code: "accuracy" or "acc" in `compile`, where an upgrade from before 2.2 is stated.

    ## Why it matters
    Before 2.2 the loss decided which accuracy was meant. From 2.2 on the shapes decide: several sigmoid outputs are
    judged by categorical accuracy, and the value falls though the model is the same.

    ## How to fix it
    Name it: metrics=["binary_accuracy"] (or "categorical_accuracy", "sparse_categorical_accuracy").

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/41114
    """
    found = caused(case, "accuracy-metric-resolution")
    if found is not None:
        yield conclude(
            found,
            "The metric 'accuracy' is chosen by the shapes from TensorFlow 2.2 on, by the loss before",
            (manual('Name the metric: metrics=["binary_accuracy"] for sigmoid outputs.'),),
        )


@rule("TFD841", DRIFT_NUMERICS, severity="warning", verdict="degraded")
def initializer_instance_reuse(case: Case) -> Iterator[Conclusion]:
    """One initializer without a seed serves several layers, which get the same weights from TensorFlow 2.10 on.

    ## What it checks
    In a log: the warning that an unseeded initializer is called several times.

    ## Why it matters
    Initializers became stateless in 2.10: the same object gives the same values for the same shape. Layers that share
    it start alike.

    ## How to fix it
    Make an initializer per layer, name it by its string ("glorot_uniform"), or give each one a seed. In a library:
    use a newer version of it.

    ## Sources
    https://github.com/keras-team/keras/blob/v2.10.0/keras/initializers/initializers_v2.py
    """
    found = caused(case, "initializer-instance-reuse")
    if found is not None:
        yield conclude(
            found,
            f"One {found[1].path} initializer without a seed is used several times; it gives the same values each time",
            (manual("Make a new initializer for every layer (or name it by its string), each with a seed of its own."),
             manual("Where a library shares it: use a newer version of the library.")),
        )  # fmt: skip


@rule("TFD842", DRIFT_NUMERICS, severity="warning", verdict="degraded")
def image_resize_half_pixel(case: Case) -> Iterator[Conclusion]:
    """Images are resized with other centres of pixels from TensorFlow 2 on.

    ## What it checks
    In code: `tf.image.resize` and its kin, where an upgrade from TensorFlow 1 is stated.

    ## Why it matters
    TensorFlow 2 takes the centre of a pixel at its half (half_pixel_centers); TensorFlow 1 does not. Results are
    shifted by half a pixel, and trained networks see other input.

    ## How to fix it
    `tf.compat.v1.image.resize` gives the old result; otherwise train with the new one.

    ## Sources
    https://www.tensorflow.org/api_docs/python/tf/image/resize
    """
    found = caused(case, "image-resize-half-pixel")
    if found is not None:
        yield conclude(
            found,
            f"{found[1].path} of TensorFlow 2 takes the centres of pixels at their half, TensorFlow 1 does not",
            (manual("Use tf.compat.v1.image.resize where the old result is needed."),),
        )


@rule("TFD843", DRIFT_NUMERICS, severity="note", verdict="harmless")
def tf32_default_on_ampere(case: Case) -> Iterator[Conclusion]:
    """Matrix products use TensorFloat-32 on Ampere and newer GPUs, so results differ from a CPU's.

    ## What it checks
    In a log: the notice that TensorFloat-32 will be used.

    ## Why it matters
    Inputs of matrix products and convolutions are rounded to 10 bits of mantissa. Differences of about 0.001 to a CPU
    or to older GPUs are expected.

    ## How to fix it
    Nothing. Where full precision is needed: `tf.config.experimental.enable_tensor_float_32_execution(False)`.

    ## Sources
    https://github.com/tensorflow/tensorflow/releases/tag/v2.4.0
    """
    found = caused(case, "tf32-default-on-ampere")
    if found is not None:
        yield conclude(
            found,
            "Matrix products use TensorFloat-32 here: differences of about 0.001 to a CPU are expected",
            (manual("For full precision: tf.config.experimental.enable_tensor_float_32_execution(False)."),
             Remedy(kind="set-variable", text="Or for the whole process.", variable="NVIDIA_TF32_OVERRIDE", value="0")),
        )  # fmt: skip


@rule("TFD844", DRIFT_NUMERICS, severity="warning", verdict="degraded")
def batchnorm_trainable_semantics(case: Case) -> Iterator[Conclusion]:
    """A frozen BatchNormalization layer runs in inference mode from TensorFlow 2 on.

    ## What it checks
    In code: BatchNormalization and `trainable = False`, where an upgrade from TensorFlow 1 or standalone Keras is
    stated.

    ## Why it matters
    In TensorFlow 2 `trainable = False` also means that the moving mean and variance are used and kept. Before, a
    frozen layer still normalized by the batch.

    ## How to fix it
    Call the layer with `training=True` where the statistics of the batch are wanted.

    ## Sources
    https://www.tensorflow.org/api_docs/python/tf/keras/layers/BatchNormalization
    """
    found = caused(case, "batchnorm-trainable-semantics")
    if found is not None:
        yield conclude(
            found,
            "BatchNormalization with trainable=False runs in inference mode in TensorFlow 2",
            (manual("Call the layer with training=True where the statistics of the batch are wanted."),),
        )


@rule("TFD845", DRIFT_NUMERICS, severity="note", verdict="degraded")
def initializer_rng_change(case: Case) -> Iterator[Conclusion]:
    """Initial weights are drawn from other random numbers from TensorFlow 2.7 and again from 2.10 on.

    ## What it checks
    Whether an upgrade across 2.7 or 2.10 is stated, where neither log nor code tells more.

    ## Why it matters
    The same seed gives other weights, so single runs differ. From 2.10 on initializers without a seed take it from
    Python's `random`: seeding NumPy and TensorFlow is not enough.

    ## How to fix it
    `tf.keras.utils.set_random_seed(seed)` seeds all three. Numbers of another release cannot be had back.

    ## Sources
    https://github.com/keras-team/keras/issues/15899, https://github.com/keras-team/keras/issues/17007
    """
    found = caused(case, "initializer-rng-change")
    if found is not None:
        yield possible(*found)


@rule("TFD846", DRIFT_NUMERICS, severity="note", verdict="degraded")
def loss_reduction_change(case: Case) -> Iterator[Conclusion]:
    """Losses of TensorFlow 2 are averaged over the batch, those of tf.losses over the weights that are not zero.

    ## What it checks
    Whether an upgrade from TensorFlow 1 is stated, where neither log nor code tells more.

    ## Why it matters
    With masks and padding the denominator grows: losses and gradients shrink, as if the learning rate did.

    ## How to fix it
    Compute the loss per element (`reduction="none"`) and divide by the sum of the mask.

    ## Sources
    https://www.tensorflow.org/api_docs/python/tf/keras/losses/Loss
    """
    found = caused(case, "loss-reduction-change")
    if found is not None:
        yield possible(*found)


@rule("TFD847", DRIFT_NUMERICS, severity="note", verdict="degraded")
def keras3_default_behaviour(case: Case) -> Iterator[Conclusion]:
    """Layers of Keras 3 differ in details from those of Keras 2.

    ## What it checks
    Whether an upgrade from before TensorFlow 2.16 to 2.16 or newer is stated, where neither log nor code tells more.

    ## Why it matters
    From 2.16 on `tf.keras` is Keras 3. LSTM draws its dropout mask once for all steps, masks are handled otherwise:
    results change though TensorFlow computes the same.

    ## How to fix it
    Set `TF_USE_LEGACY_KERAS=1` with tf-keras: where the result comes back, Keras is the cause.

    ## Sources
    https://github.com/keras-team/keras/issues/19993
    """
    found = caused(case, "keras3-default-behaviour")
    if found is not None:
        yield possible(*found)
