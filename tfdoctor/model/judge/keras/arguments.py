"""Whether a class takes the arguments that a configuration gives it, and what it says of those that it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfdoctor.matrix.keras import KerasClass
from tfdoctor.model.judge.keras import nested, reasons, values
from tfdoctor.model.judge.keras.failure import Failure

if TYPE_CHECKING:
    from tfdoctor.model.judge.keras.builder import Builder

# Classes with a from_config of their own, which wraps no error.
_OWN: Final = frozenset({
    "Bidirectional", "TimeDistributed", "Wrapper", "SpectralNormalization", "RNN", "StackedRNNCells", "GRU", "LSTM",
    "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "TFOpLambda", "SlicingOpLambda", "MultiHeadAttention",
    "TextVectorization",
})  # fmt: skip
_CELLS: Final = frozenset({"GRU", "LSTM", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"})
_OWN_3: Final = _OWN - {"MultiHeadAttention"}
# What from_config takes out of the configuration before it calls the constructor.
_KERAS_2: Final = (3, 0)
_ALL: Final = (4, 0)
_Keys = tuple[tuple[int, int], tuple[int, int], frozenset[str]]  # since, until before, keys
_LOOKUP: Final[tuple[_Keys, ...]] = (
    ((2, 5), _KERAS_2, frozenset({"has_static_table", "vocabulary_size"})),
    ((2, 6), _ALL, frozenset({"has_input_vocabulary", "vocabulary_size"})),
)
_RECURRENT: Final[_Keys] = ((1, 15), _KERAS_2, frozenset({"num_constants", "input_length", "zero_output_for_mask"}))
_CACHING: Final[_Keys] = ((2, 1), _KERAS_2, frozenset({"enable_caching_device", "return_runtime"}))
_HOW: Final[_Keys] = ((3, 9), _ALL, frozenset({"implementation"}))
_CAUSAL: Final[_Keys] = ((2, 10), _KERAS_2, frozenset({"causal"}))
_POPPED: Final[dict[str, tuple[_Keys, ...]]] = {
    "MultiHeadAttention": (((2, 5), _KERAS_2, frozenset({"query_shape", "key_shape", "value_shape"})),),
    "Attention": (_CAUSAL,),
    "AdditiveAttention": (_CAUSAL,),
    "StringLookup": _LOOKUP,
    "IntegerLookup": _LOOKUP,
    "IndexLookup": _LOOKUP,
    "TextVectorization": (((2, 7), _ALL, frozenset({"has_input_vocabulary"})),),
    "CategoryEncoding": (((2, 5), _KERAS_2, frozenset({"max_tokens"})),),
    "Discretization": (((2, 5), _KERAS_2, frozenset({"bins"})),),
    "Embedding": (((3, 0), _ALL, frozenset({"input_length"})),),
    "LeakyReLU": (((3, 0), _ALL, frozenset({"alpha"})),),
    "LayerNormalization": (((3, 9), _ALL, frozenset({"rms_scaling"})),),
    "Bidirectional": (((1, 15), _KERAS_2, frozenset({"backward_layer", "num_constants"})),),
    "RNN": (_RECURRENT,),
    "SimpleRNN": (_RECURRENT, _CACHING),
    "GRU": (_RECURRENT, _CACHING, _HOW),
    "LSTM": (_RECURRENT, _CACHING, _HOW),
    "ConvLSTM1D": (_RECURRENT,),
    "ConvLSTM2D": (_RECURRENT,),
    "ConvLSTM3D": (_RECURRENT,),
    "SimpleRNNCell": (_CACHING,),
    "GRUCell": (_CACHING, _HOW),
    "LSTMCell": (_CACHING, _HOW),
}
# What the base layer of Keras 2 takes besides its named arguments.
_BASE: Final = frozenset({
    "input_dim", "input_shape", "batch_input_shape", "batch_size", "weights", "activity_regularizer", "autocast",
    "trainable", "name", "dtype", "dynamic", "implementation",
})  # fmt: skip
_BASE_3: Final = frozenset({"input_dim", "input_shape"})


def check(builder: Builder, found: KerasClass, config: Any) -> None:  # noqa: ANN401  any JSON
    """Call the constructor of a layer.

    Raises:
        Failure: an argument, or an object in one, is refused.
    """
    if not isinstance(config, dict):
        return
    own = _OWN_3 if builder.era.keras3 else _OWN
    wraps = builder.era.can("wrapped_layers") and found.name not in own
    if found.name == "Discretization" and builder.era.minor >= (3, 15):
        wraps = False
    given = dict(config)
    if builder.era.keras3:
        nested.check_policy(builder, given.pop("dtype", None))
        if builder.old and "batch_input_shape" in given:
            given["input_shape"] = given.pop("batch_input_shape")
    try:
        values.check(found.name, config, builder.era)
        if builder.era.keras3 and found.name in _CELLS:  # makes its cell before anything else
            nested.check_objects(builder, given)
        _names(builder, found, given)
        if not builder.era.keras3:
            nested.check_policy(builder, given.pop("dtype", None))
        nested.check_objects(builder, given)
    except Failure as failure:
        if wraps:
            raise failure.within(f"Error when deserializing class '{found.name}' using config=") from failure
        raise


def _names(builder: Builder, found: KerasClass, given: dict[str, Any]) -> None:
    if found.name == "MultiHeadAttention" and (2, 5) <= builder.era.minor < (3, 0) and "query_shape" not in given:
        raise Failure(reasons.ARGUMENT, "KeyError", "query_shape")
    missing = [key for key in sorted(found.required) if key not in given]
    if missing:
        named = " and ".join(f"'{key}'" for key in missing)
        message = f"missing {len(missing)} required positional argument{'s' if len(missing) > 1 else ''}: {named}"
        raise Failure(_newer(builder, found, next(iter(given), "")), "TypeError", message)
    refused = [key for key in given if not _takes(builder, found, key)]
    if refused:
        error, message = _refusal(builder, found, {key: given[key] for key in refused})
        finding, evidence = reasons.of_argument(builder.table, builder.release.minor, "layers", found.name, refused[0])
        raise Failure(finding, error, message, *evidence)


def _newer(builder: Builder, found: KerasClass, key: str) -> str:
    return reasons.of_argument(builder.table, builder.release.minor, "layers", found.name, key)[0]


def _takes(builder: Builder, found: KerasClass, key: str) -> bool:
    if found.name == "InputLayer":
        if builder.era.keras3:
            return True  # what it does not know it passes over
        return key == "batch_input_shape" or key in found.arguments
    if key in (_BASE_3 if builder.era.keras3 else _BASE) and key not in found.refused:
        return True
    return found.takes(key) is not False or key in (found.config or {}) or _popped(builder, found, key)


def _popped(builder: Builder, found: KerasClass, key: str) -> bool:
    rows = _POPPED.get(found.name, ())
    return any(first <= builder.era.minor < until and key in keys for first, until, keys in rows)


def _refusal(builder: Builder, found: KerasClass, refused: dict[str, Any]) -> tuple[str, str]:
    first = next(iter(refused))
    if builder.era.keras3 and "name" in found.arguments and "trainable" not in found.arguments:  # hands nothing on
        return "TypeError", f"__init__() got an unexpected keyword argument '{first}'"
    if builder.era.keras3:
        return "ValueError", f"Unrecognized keyword arguments passed to {found.name}: {{'{first}'"
    if found.name == "InputLayer":
        if builder.era.can("listed"):
            return "ValueError", f"Unrecognized keyword arguments: {list(refused)}"
        return "ValueError", f"('Unrecognized keyword arguments:', dict_keys({list(refused)}))"
    return "TypeError", f"('Keyword argument not understood:', '{first}')"
