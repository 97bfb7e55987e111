"""How Keras 3 connects the layers of a functional model of Keras 2: calls are found by numbers, which have changed.

In Keras 2 a model is its own first node, so that its first call inside another model has the number 1. Keras 3 counts
calls from 0 and waits for a call that never comes: until 3.14 for ever.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

from tfdoctor.diagnosis import Evidence
from tfdoctor.model.judge.keras import reasons
from tfdoctor.model.judge.keras.eras import Era
from tfdoctor.model.judge.keras.failure import Failure

_OWN_NODE: Final = frozenset({"Functional", "Model"})


def check(config: Mapping[str, Any], own: Era) -> None:
    """Connect the layers of a functional model in the format of Keras 2.

    Raises:
        Failure: a call or an output is never found.
    """
    layers = [data for data in config.get("layers", ()) if isinstance(data, dict)]
    if any("module" in data for data in layers):
        return
    calls = {str(data.get("name")): max(1, len(data.get("inbound_nodes") or ())) for data in layers}
    classes = {str(data.get("name")): str(data.get("class_name")) for data in layers}
    for data in layers:
        for name, number in references(data.get("inbound_nodes")):
            if number >= calls.get(name, number + 1):
                raise _stuck(data, name, number, own)
    for name, number in references([config.get("output_layers")]):
        wanted = number - 1 if classes.get(name) in _OWN_NODE else number
        if wanted >= calls.get(name, wanted + 1):
            evidence = Evidence(fact="output_layers", value=f"call {number} of {name}")
            raise Failure(reasons.KERAS2, "IndexError", "list index out of range", evidence)


def _stuck(data: Mapping[str, Any], name: str, number: int, own: Era) -> Failure:
    evidence = Evidence(fact=f"{data.get('name')}: inbound_nodes", value=f"call {number} of {name}, a model of its own")
    if own.can("loops"):
        return Failure(reasons.KERAS2, "ValueError", "Invalid Functional model configuration.", evidence)
    return Failure(reasons.KERAS2, "TimeoutError", "", evidence)


def references(value: Any) -> Iterator[tuple[str, int]]:  # noqa: ANN401  any JSON
    """Return the calls that nodes name: (layer, number of the call)."""
    if not isinstance(value, list):
        return
    if len(value) >= 3 and isinstance(value[0], str) and isinstance(value[1], int) and isinstance(value[2], int):
        yield value[0], value[1]
        rest = value[3:]
    else:
        rest = value
    for each in rest:
        if isinstance(each, dict):
            for inner in each.values():
                yield from references(inner)
        else:
            yield from references(each)


def check_sequence(config: Mapping[str, Any], own: Era) -> None:
    """Add layers to a Sequential: what a functional model of Keras 2 answers is a list to Keras 3.

    Raises:
        Failure: a layer is given a list.
    """
    layers = [data for data in config.get("layers", ()) if isinstance(data, dict)]
    for data, following in pairwise(layers):
        inner = data.get("config")
        if "module" in data or data.get("class_name") not in _OWN_NODE or not isinstance(inner, dict):
            continue
        outputs = inner.get("output_layers")
        if isinstance(outputs, list) and outputs and isinstance(outputs[0], list):
            message = "to a shape. Found invalid dimension" if own.minor >= (3, 6) else "Invalid dtype: tuple"
            evidence = Evidence(fact=f"{data.get('class_name')}", value="its output is a list of one tensor")
            known = following.get("class_name") == "Dense"
            raise Failure(reasons.KERAS2, "ValueError", message if known else "", evidence)
