"""Values that a constructor refuses before it looks at anything else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tfdoctor.diagnosis import Evidence
from tfdoctor.model.judge.keras import reasons
from tfdoctor.model.judge.keras.eras import Era
from tfdoctor.model.judge.keras.failure import Failure


@dataclass(frozen=True)
class _Row:
    """An argument of a class that takes these values alone, from one minor of Keras until before another."""

    name: str
    key: str
    taken: frozenset[Any]
    since: tuple[int, int]
    until: tuple[int, int]
    message: str
    error: str = "ValueError"


_TEXT: Final = frozenset({"string", None})
_WHOLE: Final = frozenset({"int64", None})
_MODES: Final = frozenset({"binary", "count", "tf-idf", None})
# Read in the constructors of each release.
_ROWS: Final = (
    _Row("StringLookup", "dtype", _TEXT, (2, 3), (2, 5), "StringLookup may only have a dtype in"),
    _Row("StringLookup", "dtype", _TEXT, (2, 5), (2, 8), "argument for StringLookup may"),
    _Row("IntegerLookup", "dtype", _WHOLE, (2, 3), (2, 5), "IntegerLookup may only have a dtype in"),
    _Row("IntegerLookup", "dtype", _WHOLE, (2, 5), (2, 8), "argument for IntegerLookup may"),
    _Row(
        "IntegerLookup",
        "max_tokens",
        frozenset(),
        (2, 3),
        (2, 5),
        "got multiple values for keyword argument",
        "TypeError",
    ),
    _Row("Attention", "score_mode", frozenset({"concat"}), (3, 14), (4, 0), "Invalid value for argument score_mode"),
    _Row("Hashing", "dtype", frozenset({"int32", "int64", "int8", "int16", "uint8", None}), (3, 0), (4, 0), ""),
    _Row("CategoryEncoding", "output_mode", _MODES, (2, 3), (2, 6), "output_mode arg received an invalid value"),
)
_HALF: Final = frozenset({"mixed_float16", "float16"})


def check(name: str, config: Mapping[str, Any], own: Era) -> None:
    """Look at the values of a layer's arguments.

    Raises:
        Failure: one is refused.
    """
    for row in _ROWS:
        if row.name != name or row.key not in config or not row.since <= own.minor < row.until:
            continue
        value = config[row.key]
        if not isinstance(value, (dict, list)) and value not in row.taken:
            raise Failure(
                reasons.ARGUMENT, row.error, row.message, Evidence(fact=f"{name}.{row.key}", value=str(value))
            )


def check_built(name: str, config: Mapping[str, Any], own: Era) -> None:
    """Look at values that a layer refuses when it is built.

    Raises:
        Failure: one is refused.
    """
    dtype = config.get("dtype")
    inner = dtype.get("config") if isinstance(dtype, dict) else None
    policy = inner.get("name") if isinstance(inner, dict) else dtype
    if name == "LayerNormalization" and policy in _HALF and own.minor < (2, 2):
        message = "Value passed to parameter 'scale' has DataType float16 not in list of allowed values: float32"
        raise Failure(reasons.ARGUMENT, "TypeError", message, Evidence(fact=f"{name}.dtype", value=str(policy)))


def check_called(name: str, config: Mapping[str, Any], own: Era) -> None:
    """Look at values that a layer refuses when it is called.

    Raises:
        Failure: one is refused.
    """
    if name == "Softmax" and isinstance(config.get("axis"), list) and own.minor < (2, 4):
        raise Failure(reasons.ARGUMENT, "TypeError", "'>=' not supported between instances of 'list' and 'int'")
