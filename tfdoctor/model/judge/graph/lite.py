"""The TFLite interpreter: it looks up every operator of the file's list in its version before anything else.

What the interpreter of each release registers was asked of it (`matrix.ops`). Custom operators are looked up when
tensors are allocated; those of TensorFlow itself ("Flex...") need a delegate that some releases link.
"""

from typing import Final

from packaging.version import Version

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts.saved import SavedModel, TfLiteOp
from tfdoctor.matrix import Matrix
from tfdoctor.model.judge.keras.failure import Failure, Unsure
from tfdoctor.model.judge.target import Target

OLDER: Final = "tflite-runtime-older-than-converter"

# Custom operators that the interpreter brings (tensorflow/lite/kernels/register.cc), and the first that was seen to.
_BROUGHT: Final = {
    "Mfcc": Version("1.13"),
    "AudioSpectrogram": Version("1.13"),
    "TFLite_Detection_PostProcess": Version("1.13"),
    "NumericVerify": Version("2.2"),
    "Convolution2DTransposeBias": Version("2.17"),
}
_FLEX: Final = "Flex"
# The Python wheels of these link the delegate for TensorFlow's operations: seen by loading such a model in each.
_LINKED: Final = Version("2.3")
_GONE: Final = Version("2.19")


def interpret(model: SavedModel, target: Target, matrix: Matrix) -> str:
    """Follow tf.lite.Interpreter(path) and allocate_tensors(); return how the result differs.

    Raises:
        Failure: it raises.
        Unsure: facts can't decide.
    """
    found = model.tflite
    if found is None:
        raise Unsure(OLDER, "the file's operators could not be read")
    if matrix.ops.release(target.minor) is None:
        raise Unsure(OLDER, f"the operators of TensorFlow {target.minor} are not known")
    for op in found.ops:
        if not op.custom:
            _builtin(op, target, matrix)
    for op in found.ops:
        if op.custom:
            _custom(op, target)
    return ""


def _builtin(op: TfLiteOp, target: Target, matrix: Matrix) -> None:
    known = matrix.ops.lite(op.code, target.minor)
    if known is not None and op.version in known:
        return
    value = f"versions {known[0]} to {known[-1]}" if known else "not registered"
    evidence = Evidence(fact=f"matrix.ops.lite.{op.name}", value=value, source=matrix.ops.source)
    raise Failure(OLDER, "ValueError", matrix.ops.lite_refusal(op.code, op.version, target.minor), evidence)


def _custom(op: TfLiteOp, target: Target) -> None:
    if op.name.startswith(_FLEX):
        if target.tensorflow < _LINKED:
            raise Failure(OLDER, "RuntimeError", "Regular TensorFlow ops are not supported by this interpreter")
        if target.tensorflow >= _GONE:
            said = "Select TensorFlow op(s), included in the given model, is(are) not supported by this interpreter"
            raise Failure(OLDER, "RuntimeError", said)
        return
    since = _BROUGHT.get(op.name)
    if since is None or target.tensorflow < since:
        value = f"since TensorFlow {since}" if since else "in no wheel of TensorFlow"
        evidence = Evidence(fact=f"tflite.{op.name}", value=value)
        raise Failure(OLDER, "RuntimeError", f"Encountered unresolved custom op: {op.name}", evidence)
