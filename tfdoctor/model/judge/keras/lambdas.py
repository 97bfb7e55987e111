"""Lambda layers: Python code in the file, which only the Python that wrote it reads for sure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts.saved import Lambda
from tfdoctor.model.judge.keras import reasons
from tfdoctor.model.judge.keras.failure import Failure

if TYPE_CHECKING:
    from tfdoctor.model.judge.keras.builder import Builder


def check(builder: Builder, config: Any) -> None:  # noqa: ANN401  any JSON
    """Make a Lambda layer.

    Raises:
        Failure: its function is refused or can't be found.
    """
    if not isinstance(config, dict):
        return
    for place in ("function", "output_shape", "mask"):
        value = config.get(place)
        if _is_code(config, place, value):
            _code(builder, str(config.get("name") or ""), place)
        elif place == "function" and _is_name(value):
            _named(builder, value)


def _is_code(config: dict[str, Any], place: str, value: object) -> bool:
    if isinstance(value, dict):
        return value.get("class_name") == "__lambda__"
    return isinstance(value, list) and config.get(f"{place}_type", "lambda") == "lambda" and place == "function"


def _is_name(value: object) -> bool:
    return isinstance(value, (str, dict))


def _code(builder: Builder, layer: str, place: str) -> None:
    if builder.safe:
        message = "Requested the deserialization of a `Lambda` layer"
        raise Failure(reasons.UNSAFE, "ValueError", message, Evidence(fact=f"{layer}.{place}", value="bytecode"))
    code = next((each for each in builder.codes if each.layer == layer and each.place == place), None)
    python = builder.era.python
    if code is None or python is None or not code.pythons:
        return
    if f"{python[0]}.{python[1]}" not in code.pythons:
        raise _unreadable(builder, code)


def _unreadable(builder: Builder, code: Lambda) -> Failure:
    evidence = Evidence(fact=f"{code.layer}.{code.place}", value=f"bytecode of Python {' or '.join(code.pythons)}")
    error, message = read_by(tuple(_numbers(code.pythons)), builder.era.python or (0, 0))
    return Failure(reasons.LAMBDA, error, message, evidence)


def _numbers(pythons: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    for text in pythons:
        major, _, minor = text.partition(".")
        yield int(major), int(minor)


def read_by(wrote: tuple[tuple[int, int], ...], reads: tuple[int, int]) -> tuple[str, str]:
    """Return the error of marshal.loads for a code object of another Python.

    Its layout changed with 3.8 (positional-only arguments) and 3.11 (exception table, qualified name).
    """
    del wrote
    return ("ValueError", "bad marshal data") if reads >= (3, 8) else ("SystemError", "bad argument")


def _named(builder: Builder, value: Any) -> None:  # noqa: ANN401  any JSON
    name = str(value.get("config") if isinstance(value, dict) else value)
    if builder.era.keras3:
        raise builder.unknown("activations", name, "TypeError", f"function '{name}'")
    raise builder.unknown("activations", name, "ValueError", builder.era.unknown("function", name))
