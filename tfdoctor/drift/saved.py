"""A saved model as uses of TensorFlow: its layers, and the optimizer, losses and metrics that it was compiled with."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tfdoctor.drift.code import strings
from tfdoctor.drift.code.use import Given, Use
from tfdoctor.facts.saved import Keras, SavedModel

_COMPILE: Final = "tf.keras.Model.compile"
_MODULES: Final = {"loss": "losses", "metrics": "metrics", "weighted_metrics": "metrics"}
_MODELS: Final = frozenset({"Functional", "Model", "Sequential", "Network"})


def uses(model: SavedModel) -> Iterator[Use]:
    """Yield a call for each object that Keras makes from the configuration, with the arguments that it states."""
    keras = model.keras
    if keras is None:
        return
    for layer in keras.layers:
        if not layer.custom and layer.class_name not in _MODELS:
            module = "layers" if layer.role == "layer" else "initializers"
            yield _use(model, f"tf.keras.{module}.{layer.class_name}", layer.keys, layer.path)
    yield from _compiled(model, keras)


def _compiled(model: SavedModel, keras: Keras) -> Iterator[Use]:
    config = keras.compile_config or {}
    optimizer = config.get("optimizer_config", config.get("optimizer"))
    if isinstance(optimizer, dict) and isinstance(optimizer.get("class_name"), str):
        settings = optimizer.get("config")
        keys = tuple(settings) if isinstance(settings, dict) else ()
        yield _use(model, f"tf.keras.optimizers.{optimizer['class_name']}", keys, "the optimizer")
    elif isinstance(optimizer, str):
        yield _string(model, "optimizers", optimizer)
    for key, module in _MODULES.items():
        yield from _named(model, module, config.get(key))


def _named(model: SavedModel, module: str, value: Any) -> Iterator[Use]:  # noqa: ANN401  any JSON
    if isinstance(value, str):
        yield _string(model, module, value)
    elif isinstance(value, Mapping):
        name, settings = value.get("class_name"), value.get("config")
        if isinstance(name, str) and isinstance(settings, dict):
            yield _use(model, f"tf.keras.{module}.{name}", tuple(settings), f"the {module}")
        elif name is None:
            for each in value.values():
                yield from _named(model, module, each)
    elif isinstance(value, list):
        for each in value:
            yield from _named(model, module, each)


def _string(model: SavedModel, module: str, text: str) -> Use:
    full = strings.meant(_COMPILE, module, text) or f"tf.keras.{module}.{text}"
    return _use(model, full, (), f'"{text}"', kind="string")


def _use(model: SavedModel, name: str, keys: tuple[str, ...], where: str, *, kind: str = "call") -> Use:
    return Use(
        path=model.path,
        line=0,
        column=0,
        end_line=0,
        end_column=0,
        name=name,
        kind="string" if kind == "string" else "call",
        given=tuple(Given(name=key, text=f"{key}=…") for key in keys),
        owner=where,
    )
