"""Follows how a Keras compiles a model with what the file says: optimizer, losses, metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tfdoctor.matrix.keras import KerasClass, Kind
from tfdoctor.model.judge.keras import lookup, nested, reasons
from tfdoctor.model.judge.keras.builder import Builder
from tfdoctor.model.judge.keras.failure import Failure

_PLAIN: Final = frozenset({"accuracy", "acc", "crossentropy", "ce"})
_ALWAYS: Final = frozenset({"name", "lr", "decay", "clipnorm", "clipvalue", "global_clipnorm", "is_legacy_optimizer"})
_LATER: Final = (2, 13)
_SCALED: Final = "LossScaleOptimizer"
# Optimizers of the new generation that were there to be tried before 2.11, and since when.
_TRIED: Final = {
    "Adadelta": (2, 8), "Adagrad": (2, 8), "Adam": (2, 8), "RMSprop": (2, 9), "SGD": (2, 8), "Adamax": (2, 9),
    "AdamW": (2, 9), "Ftrl": (2, 9), "Nadam": (2, 9),
}  # fmt: skip


def check_training(builder: Builder, config: Mapping[str, Any]) -> None:
    """Compile with the training configuration of an HDF5 file or a SavedModel.

    Raises:
        Failure: a part is refused.
    """
    optimizer = config.get("optimizer_config")
    if optimizer is None:
        raise Failure(reasons.ARGUMENT, "KeyError", "'optimizer_config'")
    check_optimizer(builder, optimizer)
    loss = config.get("loss")
    if builder.era.keras3 and isinstance(loss, str) and _left(builder, "losses", loss):
        raise builder.unknown("losses", loss, "TypeError", "string indices must be integers")
    check_nested(builder, "losses", loss)
    check_nested(builder, "metrics", config.get("metrics"))
    check_nested(builder, "metrics", config.get("weighted_metrics"))
    if builder.era.can("sample_weight_mode") and "sample_weight_mode" not in config:
        raise Failure(reasons.KEYS, "KeyError", "'sample_weight_mode'")


def check_nested(builder: Builder, kind: Kind, config: Any) -> None:  # noqa: ANN401  any JSON
    """Make losses or metrics in any nesting.

    Raises:
        Failure: one is refused.
    """
    if isinstance(config, dict) and "class_name" not in config:
        for value in config.values():
            check_nested(builder, kind, value)
    elif isinstance(config, list):
        for value in config:
            check_nested(builder, kind, value)
    elif config is not None and not (isinstance(config, str) and config in _PLAIN):
        if builder.era.keras3 and _left(builder, kind, config):
            return
        nested.check_object(builder, kind, config)
        if kind == "losses":
            _reduction(builder, config)
        elif isinstance(config, dict) and config.get("class_name") == "MeanMetricWrapper":
            _wrapped(builder, config)


def _wrapped(builder: Builder, config: Mapping[str, Any]) -> None:
    """Find the function of a metric that wraps one; from 2.13 on what is not found stays a name."""
    inner = config.get("config")
    function = inner.get("fn") if isinstance(inner, Mapping) else None
    if isinstance(function, str) and builder.era.minor < _LATER:
        nested.check_object(builder, "metrics", function)


def _left(builder: Builder, kind: Kind, config: Any) -> bool:  # noqa: ANN401  any JSON
    """Whether Keras 3 leaves what it does not know as a name, which matters when the model is trained."""
    name = str(config.get("class_name") if isinstance(config, dict) else config)
    release = builder.release
    return release.lookup(kind, name) is None and not release.has_function(kind, name)


def _reduction(builder: Builder, config: Any) -> None:  # noqa: ANN401  any JSON
    """Losses of Keras 3 know no automatic reduction."""
    inner = config.get("config") if isinstance(config, dict) else None
    if builder.era.keras3 and isinstance(inner, dict) and inner.get("reduction") == "auto":
        raise Failure(reasons.KERAS2, "ValueError", "Invalid value for argument `reduction`")


def check_optimizer(builder: Builder, data: Mapping[str, Any]) -> None:
    """Make the optimizer.

    Raises:
        Failure: its class or an argument is refused.
    """
    name, config = str(data.get("class_name")), data.get("config") or {}
    found = optimizer(builder, name, config)
    if found is None:
        if builder.era.keras3:
            return  # the optimizer of that name with its default settings takes its place
        raise builder.unknown("optimizers", name, "ValueError", builder.era.unknown("optimizer", name))
    check_settings(builder, found, config)


def check_settings(builder: Builder, found: KerasClass, config: Mapping[str, Any]) -> None:
    """Call the constructor of an optimizer.

    Raises:
        Failure: an argument is refused.
    """
    if found.name == _SCALED and builder.era.minor < (2, 4) and "optimizer" not in config:
        raise Failure(reasons.OPTIMIZER, "KeyError", "optimizer")
    for key, value in config.items():
        if isinstance(value, dict) and "class_name" in value and not builder.zipped:
            _inside(builder, found, key, value)
        elif not _takes(builder, found, key):
            raise _refused(builder, found, key)


def _inside(builder: Builder, found: KerasClass, key: str, value: Mapping[str, Any]) -> None:
    """Make what an optimizer holds: the schedule of its rate, or the optimizer whose loss it scales."""
    if builder.era.keras3:
        try:
            _schedule(builder, value)
        except Failure as failure:
            message = f"{lookup.shown(builder.release, found)} could not be deserialized properly."
            raise failure.within(message) from failure
    elif key in {"optimizer", "inner_optimizer"}:
        check_optimizer(builder, value)
    elif key in {"learning_rate", "lr"}:
        _schedule(builder, value)


def optimizer(builder: Builder, name: str, config: Mapping[str, Any]) -> KerasClass | None:
    """Return the class of optimizer that a name means; "Custom>Adam" is one of the generation that 2.11 made usual."""
    release = builder.release
    if name.startswith("Custom>"):
        short = name.removeprefix("Custom>")
        if builder.era.keras3:
            return None
        if builder.era.can("new_optimizers"):
            return release.lookup("optimizers", short.lower()) or release.exported("keras.optimizers", short)
        modules = (f"{release.root}.optimizers.optimizer_experimental", f"{release.root}.optimizer_experimental")
        found = [release.imported(f"{module}.{short.lower()}", short) for module in modules]
        experimental = next((each for each in found if each is not None), None)
        return experimental or (release.lookup("optimizers", short.lower()) if _tried(builder, short) else None)
    old = bool(config.get("is_legacy_optimizer", True)) and builder.era.can("new_optimizers")
    return release.lookup("legacy_optimizers" if old and not builder.era.keras3 else "optimizers", name.lower())


def _tried(builder: Builder, name: str) -> bool:
    """Whether 2.8 to 2.10 have the optimizer among those that they try out, which register themselves."""
    return builder.era.minor >= _TRIED.get(name, (9, 9))


def _takes(builder: Builder, found: KerasClass, key: str) -> bool:
    if key == "weight_decay" and not builder.era.can("new_optimizers"):
        return False
    if key == "lr" and builder.era.keras3:  # the name of learning_rate in Keras 1 and 2
        return found.takes(key) is True
    return key in _ALWAYS or found.takes(key) is not False


def _refused(builder: Builder, found: KerasClass, key: str) -> Failure:
    finding, evidence = reasons.of_argument(builder.table, builder.release.minor, "optimizers", found.name.lower(), key)
    if builder.era.keras3:
        return Failure(finding, "ValueError", f"Argument(s) not recognized: {{'{key}'", *evidence)
    if builder.era.minor >= min(_TRIED.values()):
        return Failure(finding, "TypeError", f"{key} is not a valid argument", *evidence)
    return Failure(finding, "TypeError", f"Unexpected keyword argument passed to optimizer: {key}", *evidence)


def _schedule(builder: Builder, value: Mapping[str, Any]) -> None:
    name = str(value["class_name"])
    if builder.era.keras3 or ("module" in value and builder.era.can("module_keys")):
        lookup.by_module(builder, value, "schedules")
    elif builder.release.lookup("schedules", name) is None:
        raise builder.unknown("schedules", name, "ValueError", builder.era.unknown("decay", name))
    nested.check_arguments(builder, "schedules", name, value.get("config"))
