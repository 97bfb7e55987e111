"""Objects in the configuration of a layer: policies, initializers, regularizers, constraints, activations, layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from tfdoctor.diagnosis import Evidence
from tfdoctor.matrix.keras import Kind
from tfdoctor.model.judge.keras import lookup, reasons
from tfdoctor.model.judge.keras.failure import Failure

if TYPE_CHECKING:
    from tfdoctor.model.judge.keras.builder import Builder

_KINDS: Final[tuple[tuple[str, Kind], ...]] = (
    ("initializer", "initializers"),
    ("regularizer", "regularizers"),
    ("constraint", "constraints"),
    ("activation", "activations"),
)
WORDS: Final[dict[Kind, str]] = {
    "initializers": "initializer", "regularizers": "regularizer", "constraints": "constraint",
    "activations": "activation function", "losses": "loss function", "metrics": "metric function",
    "optimizers": "optimizer", "policies": "dtype policy",
}  # fmt: skip
_INTERPRETED: Final[dict[Kind, str]] = {**WORDS, "losses": "loss", "metrics": "metric"}
_BORROWED: Final = frozenset(
    {"leaky_relu", "log_softmax", "relu6", "silu"}
)  # functions of TensorFlow under their names
_BORROWING: Final = ((2, 6), (3, 0))
_LAYERS: Final = ("layer", "backward_layer", "cell")


def kind_of(key: str) -> Kind | None:
    """Return what an argument holds by its name: "kernel_initializer" an initializer."""
    return next((kind for word, kind in _KINDS if key == word or key.endswith(f"_{word}")), None)


def check_objects(builder: Builder, config: Mapping[str, Any]) -> None:
    """Make the objects that the arguments hold, in their order.

    Raises:
        Failure: one is refused.
    """
    for key, value in config.items():
        kind = kind_of(key)
        if kind is not None and value is not None:
            check_object(builder, kind, value)


def check_layers(builder: Builder, config: Any) -> None:  # noqa: ANN401  any JSON
    """Make the layers and cells that a wrapper or a recurrent layer holds.

    Raises:
        Failure: one is refused.
    """
    if not isinstance(config, dict):
        return
    held = [config.get(key) for key in _LAYERS] + list(config.get("cells") or ())
    for value in held:
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict) and "class_name" in inner:
                builder.layer(inner, held=True)


def check_object(builder: Builder, kind: Kind, value: Any) -> None:  # noqa: ANN401  any JSON
    """Make an object of a kind, given by name or as an object.

    Raises:
        Failure: it is refused.
    """
    if isinstance(value, str):
        _named(builder, kind, value)
    elif isinstance(value, dict) and "class_name" in value:
        if value["class_name"] == "function" and kind == "activations" and not builder.era.can("module_keys"):
            # As 2.13 and newer write a function of one's own; older ones look for a class of that name.
            raise builder.unknown(
                kind, str(value.get("config")), "ValueError", builder.era.unknown("activation", "function")
            )
        if value["class_name"] == "function":
            lookup.function(builder, value, kind)
        elif builder.era.keras3:
            _of_keras_3(builder, kind, value)
        else:
            _of_keras_2(builder, kind, value)


def _known(builder: Builder, kind: Kind, name: str) -> bool:
    if kind == "activations" and name in _BORROWED and _BORROWING[0] <= builder.era.minor < _BORROWING[1]:
        return True
    return builder.release.has_function(kind, name) or builder.release.lookup(kind, name) is not None


def _named(builder: Builder, kind: Kind, name: str) -> None:
    if _known(builder, kind, name):
        _public(builder, kind, name)
        return
    word = WORDS[kind]
    if builder.era.keras3:
        message = f"Could not interpret {_INTERPRETED[kind]} identifier: {name}"
    elif kind == "activations" and builder.era.can("module_keys"):
        message = f"Unknown activation function '{name}'"
    else:
        message = builder.era.unknown(word, name, text=kind == "activations")
    raise builder.unknown(kind, name, "ValueError", message)


def _public(builder: Builder, kind: Kind, name: str) -> None:
    """Keras 3 looks for a function of HDF5 files under its public name, which its short names are not."""
    release = builder.release
    if not builder.era.keras3 or kind not in {"losses", "metrics"} or release.lookup(kind, name) is not None:
        return
    if not any(release.exported_function(module, name) for module in ("keras.metrics", "keras.losses")):
        evidence = Evidence(fact=f"matrix.keras.{kind}.{name}", value="a short name, which Keras 3 can't load")
        if builder.era.can("saveable"):
            message = f".{name}' because it is not a KerasSaveable subclass"
            raise Failure(reasons.KERAS2, "ValueError", message, evidence)
        raise Failure(reasons.KERAS2, "TypeError", f"Could not locate function '{name}'", evidence)


def _of_keras_2(builder: Builder, kind: Kind, value: Mapping[str, Any]) -> None:
    name = str(value["class_name"])
    if "module" in value and builder.era.can("module_keys"):
        lookup.by_module(builder, value, kind)
    elif not _known(builder, kind, name):
        raise builder.unknown(kind, name, "ValueError", builder.era.unknown(WORDS[kind], name))
    else:
        check_arguments(builder, kind, name, value.get("config"))


def _of_keras_3(builder: Builder, kind: Kind, value: Mapping[str, Any]) -> None:
    name = str(value["class_name"])
    if value.get("module", "_") is None:
        message = f"Cannot deserialize object of type `{name}`"
        raise builder.unknown(kind, name, "TypeError", message)
    if not _known(builder, kind, name):
        message = f"Could not interpret {_INTERPRETED[kind]} identifier: "
        raise builder.unknown(kind, name, "ValueError", message)
    check_arguments(builder, kind, name, value.get("config"))


def check_arguments(builder: Builder, kind: Kind, name: str, config: Any) -> None:  # noqa: ANN401  any JSON
    """Call the constructor of an object other than a layer.

    Raises:
        Failure: an argument is refused.
    """
    found = builder.release.lookup(kind, name)
    if found is None or not isinstance(config, dict):
        return
    for key in config:
        if not _passed(builder, key) and found.takes(key) is False:
            finding, evidence = reasons.of_argument(builder.table, builder.release.minor, kind, name, key)
            message = f"__init__() got an unexpected keyword argument '{key}'"
            failure = Failure(finding, "TypeError", message, *evidence)
            if builder.era.can("wrapped_objects"):
                raise failure.within(f"{lookup.shown(builder.release, found)} could not be deserialized properly.")
            raise failure


def _passed(builder: Builder, key: str) -> bool:
    """Whether from_config takes an argument out: an initializer's dtype in Keras 2; a loss's function from 2.13 on."""
    return (key == "dtype" and not builder.era.keras3) or (key == "fn" and (2, 13) <= builder.era.minor < (3, 0))


def check_policy(builder: Builder, value: Any) -> None:  # noqa: ANN401  any JSON
    """Make the policy of a layer's dtype.

    Raises:
        Failure: this Keras does not know its class.
    """
    if not isinstance(value, dict) or "class_name" not in value:
        return
    name = str(value["class_name"])
    if not builder.era.can("dtype_objects"):
        raise Failure(reasons.ARGUMENT, "TypeError", "unhashable type: 'dict'")
    if builder.release.lookup("policies", name) is not None:
        return
    if builder.era.keras3:
        message = "'str' object has no attribute 'quantization_mode'"
        raise builder.unknown("policies", name, "AttributeError", message)
    if builder.era.minor >= (2, 13):
        raise builder.unknown("policies", name, "AttributeError", "'str' object has no attribute ")
    raise builder.unknown("policies", name, "ValueError", builder.era.unknown("dtype policy", name))
