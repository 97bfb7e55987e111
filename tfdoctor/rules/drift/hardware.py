"""Rules on changes that only one kind of hardware shows: GPUs of Macs, ARM."""

from collections.abc import Iterator

from tfdoctor.diagnosis import Remedy
from tfdoctor.rules._case import Case
from tfdoctor.rules._rule import DRIFT_NUMERICS, DRIFT_PERFORMANCE, Conclusion, rule
from tfdoctor.rules.drift._cures import caused, manual, possible


@rule("TFD852", DRIFT_NUMERICS, severity="warning", verdict="degraded")
def metal_numerics(case: Case) -> Iterator[Conclusion]:
    """Results on the GPU of a Mac (tensorflow-metal) differ from those of the CPU.

    ## What it checks
    On macOS: whether tensorflow-metal is installed or named (or the title of a ticket speaks of the GPU), and the
    complaint is of results: a training that does not converge, other predictions than on the CPU.

    ## Why it matters
    The plug-in of Apple computes some operations wrongly: training stops at a lower accuracy or diverges, inference
    gives other values. Nothing warns. It has not been released for TensorFlow after 2.18.

    ## How to fix it
    Use the CPU: `tf.config.set_visible_devices([], "GPU")` before anything else, or uninstall tensorflow-metal. Where
    the results are right then, the plug-in is the cause.

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/92686, https://github.com/tensorflow/tensorflow/issues/71577,
    https://github.com/keras-team/tf-keras/issues/140
    """
    found = caused(case, "metal-numerics")
    if found is not None:
        yield Conclusion(
            message="tensorflow-metal computes some operations otherwise than the CPU: results may be wrong.",
            evidence=(*case.installed("tensorflow-metal"), *found[0].view.evidence()),
            remedies=(
                manual('Try it on the CPU: tf.config.set_visible_devices([], "GPU") at the start of the program.'),
                Remedy(kind="uninstall", text="Or remove the plug-in.", distributions=("tensorflow-metal",)),
            ),
            confidence=found[1].confidence,
        )


@rule("TFD867", DRIFT_PERFORMANCE, severity="note", verdict="degraded")
def onednn_arm_regression(case: Case) -> Iterator[Conclusion]:
    """Convolutions on ARM are slower from TensorFlow 2.16 on: oneDNN takes its reference kernel.

    ## What it checks
    Whether an upgrade from before 2.16 to 2.16 or newer is stated on an aarch64 machine with Linux.

    ## Why it matters
    Up to 2.15 oneDNN ran float32 convolutions by the Arm Compute Library (gemm:acl), from 2.16 on by gemm:ref.

    ## How to fix it
    TensorFlow 2.15 on such machines; `ONEDNN_VERBOSE=1` shows which kernel runs.

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/90784, https://github.com/tensorflow/serving/issues/4068
    """
    found = caused(case, "onednn-arm-regression")
    if found is not None:
        yield possible(*found)
