"""Lambda layers: Python code in the file, which only the Python that wrote it reads for sure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tfdoctor.diagnosis import Evidence
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
        message = "`Lambda` layer" if builder.era.keras3 else "Requested the deserialization of a Lambda layer"
        raise Failure(reasons.UNSAFE, "ValueError", message, Evidence(fact=f"{layer}.{place}", value="bytecode"))
    code = next((each for each in builder.codes if each.layer == layer and each.place == place), None)
    python = builder.era.python
    if code is None or python is None or not code.pythons:
        return
    layouts = {layout(*_number(text)) for text in code.pythons}
    if layout(*python) not in layouts:
        evidence = Evidence(fact=f"{layer}.{place}", value=f"bytecode of Python {' or '.join(code.pythons)}")
        newest = max(layouts)
        if newest == 2 and layout(*python) == 0:
            raise Failure(reasons.LAMBDA, "SystemError", "bad argument to internal function", evidence)
        if newest == 0 and layout(*python) == 2:
            raise Failure(reasons.LAMBDA, "EOFError", "EOF read where object expected", evidence)
        raise Failure(reasons.LAMBDA, "ValueError", "bad marshal data (unknown type code)", evidence)


def _number(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return int(major), int(minor)


def layout(major: int, minor: int) -> int:
    """Return which layout of code objects a Python marshals.

    Python 3.8 added the count of positional-only arguments, 3.11 the kinds of local variables and the exception table.
    """
    return ((major, minor) >= (3, 8)) + ((major, minor) >= (3, 11))


def _named(builder: Builder, value: Any) -> None:  # noqa: ANN401  any JSON
    name = str(value.get("config") if isinstance(value, dict) else value)
    if builder.era.keras3:
        raise builder.unknown("activations", name, "TypeError", f"function '{name}'")
    raise builder.unknown("activations", name, "ValueError", f"Unknown function in Lambda layer: {name}")
