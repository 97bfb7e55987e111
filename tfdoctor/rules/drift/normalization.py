"""Rules on BatchNormalization, which three Kerases compute in three ways."""

from collections.abc import Iterator

from tfdoctor.rules._case import Case
from tfdoctor.rules._rule import DRIFT_NUMERICS, Conclusion, rule
from tfdoctor.rules.drift._cures import caused, possible


@rule("TFD850", DRIFT_NUMERICS, severity="note", verdict="degraded")
def batchnorm_fused(case: Case) -> Iterator[Conclusion]:
    """BatchNormalization of Keras before 2.3 and that of tf.keras take other means and variances.

    ## What it checks
    Whether a change from Keras of its own to tf.keras is stated, where results differ and no message tells more.

    ## Why it matters
    The layer of tf.keras can use one fused kernel. Its moving mean and variance begin at 0 and 1 and move by
    1 - momentum (0.01) with each batch; those of Keras 2.2 take the first batch whole (zero_debias), and the variance
    is multiplied by n/(n-1). Both were run: after one batch the moving mean was 2.088 in Keras 2.2.4 and 0.0209 in
    tf.keras 1.14. Validation, which uses the moving values, is far off for the first hundreds of batches.

    ## How to fix it
    Train longer, or with a lower momentum (0.9); compare with `fused=False`. Keras 2.3 is the last with the old layer.

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/15831, run with keras 2.2.4 on TensorFlow 1.14.0
    """
    found = caused(case, "batchnorm-fused")
    if found is not None:
        yield possible(*found)


@rule("TFD851", DRIFT_NUMERICS, severity="note", verdict="degraded")
def batchnorm_keras3_numerics(case: Case) -> Iterator[Conclusion]:
    """BatchNormalization of Keras 3 computes with other operations than that of Keras 2.

    ## What it checks
    Whether an upgrade from Keras 2 to Keras 3 is stated, and results differ; the layer is named in the title or in the
    code.

    ## Why it matters
    Keras 2 uses the fused kernel, Keras 3 composes mean, variance and scaling itself. Outputs differ by rounding,
    more so for large inputs; networks of many such layers (EfficientNet) were seen to train otherwise.

    ## How to fix it
    `TF_USE_LEGACY_KERAS=1` with tf-keras tells whether it is the cause. A lower learning rate helped where training
    became unstable.

    ## Sources
    https://github.com/keras-team/keras/issues/19649, https://github.com/keras-team/keras/issues/20507
    """
    found = caused(case, "batchnorm-keras3-numerics")
    if found is not None:
        yield possible(*found)
