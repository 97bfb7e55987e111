"""JSON as Keras writes it, and files of it: the architecture alone, of `model.to_json()`."""

import json
import re
from typing import Any, Final

import msgspec

from tfdoctor.facts.saved import Keras, SavedModel, Writer
from tfdoctor.model.read import keras_config
from tfdoctor.model.read.source import DamagedError, Source

# A backslash that stands for itself, a whole pair of surrogates, half of one.
_SURROGATES: Final = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
_SAFE_DIGITS: Final = 18
_VALUES: Final = 6_000_000


def decode(text: str | bytes) -> Any:  # noqa: ANN401  any JSON
    """Return the value of a JSON text; NaN and Infinity, which Python writes, are taken.

    Raises:
        DamagedError: it is none, or has more values, or deeper ones, than are read.
    """
    if len(text) > _VALUES and _values(text) > _VALUES:
        raise DamagedError(f"JSON with more than {_VALUES} values")
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    except RecursionError:
        raise DamagedError("JSON nested deeper than is read") from None
    try:
        plain = text.decode(errors="replace") if isinstance(text, bytes) else text
        plain = _SURROGATES.sub(lambda found: "\\ufffd" if len(found[0]) == 6 else found[0], plain)
        return json.loads(plain.removeprefix("\ufeff"), parse_int=_number)
    except RecursionError:
        raise DamagedError("JSON nested deeper than is read") from None
    except ValueError as error:
        raise DamagedError(f"not JSON: {error}") from None


def _values(text: str | bytes) -> int:
    """About how many values a text has: a list of empty lists takes twenty times its bytes in memory."""
    if isinstance(text, bytes):
        return text.count(b",") + text.count(b"[") + text.count(b"{")
    return text.count(",") + text.count("[") + text.count("{")


def _number(text: str) -> int | float:
    return int(text) if len(text) <= _SAFE_DIGITS else float(text)


def is_config(value: object) -> bool:
    """Tell whether a value is the configuration of a Keras model or layer."""
    return isinstance(value, dict) and isinstance(value.get("class_name"), str) and "config" in value


def describe(config: dict[str, Any] | None, compiled: dict[str, Any] | None) -> tuple[Keras, tuple[str, ...]]:
    """Return what Keras wrote, without weights, and the remarks on it."""
    walked = keras_config.walk(config, "model")
    further = keras_config.walk(compiled, "compile")
    found = Keras(
        config=config, compile_config=compiled, layers=walked.layers, lambdas=walked.lambdas + further.lambdas
    )
    return found, walked.remarks + further.remarks


def text(value: object) -> str | None:
    """Return a version or a date as text; None where it is none."""
    return value[:200] if isinstance(value, str) else None


def read(source: Source) -> SavedModel:
    """Read a file of `model.to_json()`.

    Raises:
        DamagedError: it is no JSON, or no Keras configuration.
    """
    value = decode(source.whole())
    if isinstance(value, str):  # json.dump(model.to_json(), file): JSON in JSON
        value = decode(value)
    if isinstance(value, dict) and isinstance(value.get("weight_map"), dict):
        raise DamagedError(f"{source.name}: a list of files of weights: the weights lie beside it, in .weights.h5")
    if not is_config(value):
        raise DamagedError(f"{source.name}: JSON, but not the configuration of a Keras model")
    config = {key: inner for key, inner in value.items() if key not in {"keras_version", "backend"}}
    keras, remarks = describe(config, None)
    version, backend = text(value.get("keras_version")), text(value.get("backend"))
    writer = Writer(keras=version, backend=backend, sources=(("keras", "keras_version"),) if version else ())
    return SavedModel(
        path=source.name, format="keras-json", size=source.size, writer=writer, keras=keras, remarks=remarks
    )
