"""Walks the configuration of a Keras model: its layers in the order of the file, and the Python code in it.

Keras has written configurations in two forms: {"class_name": ..., "config": {...}} (Keras 1 to 2.15; of a Sequential of
Keras 1 and early 2 `config` is the list of layers), and the same with "module" and "registered_name" (TensorFlow 2.12
and later, Keras 3). Objects in arguments are in the one or the other. The walk needs no list of classes.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from tfdoctor.facts.saved import KerasLayer, Lambda
from tfdoctor.model.read import bytecode

_MOST: Final = 200_000  # layers and other objects
_DEPTH: Final = 200  # of objects in objects
_STEPS: Final = 2_000_000  # values that are looked at
_KEYS: Final = 300
_NAME: Final = 500
_HOLDS_LAYERS: Final = {"layer", "layers", "forward_layer", "backward_layer", "cell", "cells", "model", "models"}
# What says how layers are connected, what shapes they were built with: it names no object to be made.
_PASSED: Final = {
    "inbound_nodes",
    "input_layers",
    "output_layers",
    "build_config",
    "compile_config",
    "shared_object_id",
}
_OF_KERAS: Final = ("keras", "tf_keras", "tensorflow", "builtins")
_CODE: Final = ("function", "output_shape", "mask")


class Walked(NamedTuple):
    """What a configuration holds; remarks on what was passed over."""

    layers: tuple[KerasLayer, ...]
    lambdas: tuple[Lambda, ...]
    remarks: tuple[str, ...]


class _Place(NamedTuple):
    """A value that is still to be looked at.

    `path` is that of the object around it, `layer` the name of the layer around it, `place` the keys from that layer.
    """

    value: Any
    path: str
    layer: str
    key: str
    place: str
    depth: int
    item: bool  # of a list under the key


def walk(config: object, root: str = "") -> Walked:
    """Return the layers and the Python code of a configuration, in its order.

    Args:
        config: as decoded from JSON, whatever it is.
        root: the name of what has no name at the top.
    """
    return _Walk().run(config, root)


class _Walk:
    def __init__(self) -> None:
        self._layers: list[KerasLayer] = []
        self._lambdas: list[Lambda] = []
        self._remarks: dict[str, None] = {}
        self._steps = _STEPS

    def run(self, config: object, root: str) -> Walked:
        # Iterators and not values wait for their turn: a list of millions costs nothing until it is gone through.
        todo = [iter([_Place(config, "", "", root, "", 0, item=False)])]
        while todo:
            place = next(todo[-1], None)
            if place is None:
                todo.pop()
                continue
            self._steps -= 1
            if self._steps < 0 or len(self._layers) >= _MOST:
                self._remarks["the configuration has more objects than are read"] = None
                break
            if place.depth > _DEPTH:
                self._remarks["the configuration has objects in objects deeper than is read"] = None
            elif isinstance(place.value, dict):
                todo.append(self._of_dict(place))
            elif isinstance(place.value, list):
                todo.append(self._of_list(place))
        return Walked(tuple(self._layers), tuple(self._lambdas), tuple(self._remarks))

    @staticmethod
    def _of_list(place: _Place) -> Iterator[_Place]:
        for value in place.value:
            if isinstance(value, (dict, list)):
                yield place._replace(value=value, depth=place.depth + 1, item=True)

    def _of_dict(self, place: _Place) -> Iterator[_Place]:
        value = place.value
        class_name = value.get("class_name")
        if not class_name or not isinstance(class_name, str) or "config" not in value:
            yield from self._values(place, value)
        elif class_name == "__lambda__":
            self._bytecode(place, value["config"])
        elif class_name == "function":
            self._function(place, value)
        elif class_name.startswith("__"):  # a tensor, a slice, a tuple: a value
            yield from self._values(place, value)
        else:
            yield from self._object(place, value, class_name)

    def _values(self, place: _Place, value: dict[str, Any]) -> Iterator[_Place]:
        for key, inner in value.items():
            if key not in _PASSED and isinstance(inner, (dict, list)):
                below = f"{place.place}/{key}" if place.place else key
                yield place._replace(value=inner, key=key, place=below[:_NAME], depth=place.depth + 1, item=False)

    def _object(self, place: _Place, value: dict[str, Any], class_name: str) -> Iterator[_Place]:
        config = value["config"]
        own = config if isinstance(config, dict) else {}
        name = _text(own.get("name")) or _text(value.get("name"))
        layer = self._is_layer(place, value.get("module"))
        # An argument goes by its key: the names of objects in arguments ("float32") tell less.
        shown = (name or ("" if place.item else place.key)) if layer else place.key
        path = "/".join(part for part in (place.path, shown or class_name) if part)[:_NAME]
        module = value.get("module")
        registered = value.get("registered_name")
        self._layers.append(
            KerasLayer(
                path=path,
                class_name=class_name[:_NAME],
                name=name,
                module=_text(module) if isinstance(module, str) else None,
                registered=_text(registered) if isinstance(registered, str) else None,
                keys=tuple(key[:_NAME] for key in list(own)[:_KEYS]),
                custom=_is_custom(value, class_name),
                role="layer" if layer else "argument",
            )
        )
        inside = _Place(
            config, path, name if layer else place.layer, "", "" if layer else place.place, place.depth, False
        )
        if layer:
            self._lambda_layer(own, name)
        if isinstance(config, list):  # a Sequential of Keras 1
            yield inside._replace(key="layers")
        elif own:
            yield from self._values(inside, own)

    @staticmethod
    def _is_layer(place: _Place, module: object) -> bool:
        if not place.path or place.key in _HOLDS_LAYERS:
            return True
        return isinstance(module, str) and (".layers" in module or ".models" in module)

    def _lambda_layer(self, config: dict[str, Any], name: str) -> None:
        """Keep the code of a Lambda as Keras 1 and 2 write it: beside each value its kind."""
        for place in _CODE:
            kind, value = config.get(f"{place}_type"), config.get(place)
            if kind == "function" and isinstance(value, str):
                self._lambdas.append(Lambda(layer=name, place=place, kind="name", name=value[:_NAME]))
            elif isinstance(value, list) and len(value) == 3 and isinstance(value[0], str) and kind != "raw":
                self._keep(name, place, value[0])

    def _bytecode(self, place: _Place, config: object) -> None:
        """Keep the code of a lambda as Keras 3 and the last ones of Keras 2 write it, wherever it stands."""
        code = config.get("code") if isinstance(config, dict) else None
        # Keras before 2.14 wrote the list of code, defaults and closure here too.
        code = code[0] if isinstance(code, list) and code else code
        code = config[0] if isinstance(config, list) and config else code
        self._keep(place.layer, place.place or place.key, code if isinstance(code, str) else "")

    def _keep(self, layer: str, place: str, code: str) -> None:
        found = bytecode.function(code)
        if found is None:
            self._remarks[f"Python code in layer {layer!r} is of a form that is not known"] = None
            self._lambdas.append(Lambda(layer=layer, place=place, kind="bytecode"))
        else:
            self._lambdas.append(
                Lambda(
                    layer=layer,
                    place=place,
                    kind="bytecode",
                    pythons=found.pythons,
                    name=found.name[:_NAME],
                    names=tuple(name[:_NAME] for name in found.names),
                )
            )

    def _function(self, place: _Place, value: dict[str, Any]) -> None:
        """Keep a function that is known by its name, unless it is one of Keras itself."""
        module, name = value.get("module"), value["config"]
        registered = value.get("registered_name")
        if (
            isinstance(module, str)
            and module.split(".")[0] in {"keras", "tf_keras"}
            and registered in {None, "function"}
        ):
            return
        where = place.place or place.key
        self._lambdas.append(Lambda(layer=place.layer, place=where, kind="name", name=_text(name)))


def _is_custom(value: dict[str, Any], class_name: str) -> bool:
    """What the file tells by itself: the class was registered, or its module is not of Keras."""
    registered = value.get("registered_name")
    if ">" in class_name or (isinstance(registered, str) and ">" in registered):
        return True
    if "module" not in value or "registered_name" not in value:
        return False
    module = value["module"]
    return not isinstance(module, str) or module.split(".")[0] not in _OF_KERAS


def _text(value: object) -> str:
    return value[:_NAME] if isinstance(value, str) else ""
