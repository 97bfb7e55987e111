"""keras.models.load_model on a .keras archive: configuration with compilation, then the variables by their places."""

from collections.abc import Mapping
from typing import Any, Final

from tfdoctor.facts.saved import Keras, SavedModel
from tfdoctor.matrix.keras import Kind
from tfdoctor.model.judge.keras import compiled, lookup, nested, places, reasons
from tfdoctor.model.judge.keras.builder import Builder
from tfdoctor.model.judge.keras.failure import Failure

_KINDS: Final[dict[str, Kind]] = {
    "optimizer": "optimizers",
    "loss": "losses",
    "metrics": "metrics",
    "weighted_metrics": "metrics",
    "learning_rate": "schedules",
}


def load(model: SavedModel, builder: Builder, *, compiles: bool) -> str:
    """Follow saving_lib.load_model; return how the loaded model differs, "" for not at all.

    Raises:
        Failure: the first thing that is refused.
    """
    keras = model.keras or Keras()
    if keras.config is None:
        raise Failure(reasons.KEYS, "KeyError", "config.json")
    builder.model(keras.config)
    if compiles and keras.compile_config:
        for key, value in keras.compile_config.items():
            _compiled(builder, _KINDS.get(key), value)
    inner = keras.config.get("config")
    layers = inner.get("layers", ()) if isinstance(inner, dict) else ()
    order = [str(data.get("class_name")) for data in layers if isinstance(data, dict)]
    places.check(model.groups or (), builder.era, order)
    return ""


def _compiled(builder: Builder, kind: Kind | None, value: Any) -> None:  # noqa: ANN401  any JSON
    """Make what compile is given: objects by their modules, anything else as it is."""
    if isinstance(value, list):
        for each in value:
            _compiled(builder, kind, each)
    elif isinstance(value, Mapping):
        if "class_name" in value and "config" in value:
            _object(builder, kind or "losses", value)
        else:
            for each in value.values():
                _compiled(builder, kind, each)


def _object(builder: Builder, kind: Kind, value: Mapping[str, Any]) -> None:
    if value["class_name"] == "function":
        lookup.function(builder, value, kind)
        return
    found = lookup.by_module(builder, value, kind)
    config = value.get("config")
    if not isinstance(config, Mapping):
        return
    if kind == "schedules":
        nested.check_arguments(builder, kind, found.name, config)
    if kind == "optimizers":
        compiled.check_settings(builder, found, config)
        if found.kind == "legacy_optimizers" and builder.era.minor < (2, 15):
            message = f"'{found.name}' object has no attribute 'build'"
            raise Failure(reasons.OPTIMIZER, "AttributeError", message)
    for key, inner in config.items():
        _compiled(builder, _KINDS.get(key, kind), inner)
