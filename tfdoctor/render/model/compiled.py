"""How a model was compiled, in every form that Keras has written it: optimizer, loss, metrics."""

from typing import Any

import msgspec

from tfdoctor.facts.saved import SavedModel

_MOST = 40  # names of metrics
_WRAPPERS = {"MeanMetricWrapper", "LossFunctionWrapper"}  # what they wrap is in their name


class OptimizerView(msgspec.Struct, frozen=True, kw_only=True):
    """The optimizer; `arrays` counts those of its state that are stored, null where that is not known."""

    class_name: str
    learning_rate: str | None
    arrays: int | None


class Compiled(msgspec.Struct, frozen=True):
    """What is known of the compilation."""

    optimizer: OptimizerView | None = None
    loss: str | None = None
    metrics: tuple[str, ...] = ()


def compiled(model: SavedModel) -> Compiled:
    """Return how the model was compiled, as far as its files tell."""
    keras = model.keras
    if keras is None:
        return Compiled()
    state = None if keras.optimizer_weights is None else len(keras.optimizer_weights)
    if state is None and model.variables is not None:
        state = sum(".OPTIMIZER_SLOT" in row.name or row.name.startswith("optimizer/") for row in model.variables)
    config = keras.compile_config
    if not isinstance(config, dict):
        return Compiled()
    loss = named(config.get("loss"))
    return Compiled(
        optimizer=_optimizer(config, state),
        loss=", ".join(loss) or None,
        metrics=tuple(dict.fromkeys((*named(config.get("metrics")), *named(config.get("weighted_metrics")))))[:_MOST],
    )


def _optimizer(config: dict[str, Any], state: int | None) -> OptimizerView | None:
    saved = config.get("optimizer_config") or config.get("optimizer")
    if isinstance(saved, str):
        return OptimizerView(class_name=saved, learning_rate=None, arrays=state)
    if not isinstance(saved, dict):
        return None
    name = saved.get("registered_name") or saved.get("class_name")
    inner = saved.get("config")
    rate = inner.get("learning_rate", inner.get("lr")) if isinstance(inner, dict) else None
    told = f"{rate:.6g}" if isinstance(rate, (int, float)) else next(iter(named(rate)), None)
    # Keras 2.11 to 2.15 register their own optimizers so.
    name = name.removeprefix("Custom>") if isinstance(name, str) else "unnamed"
    return OptimizerView(class_name=name, learning_rate=told, arrays=state)


def named(value: object, depth: int = 4) -> tuple[str, ...]:
    """Return the names of losses or metrics in whatever nest of lists, dicts and objects they were written."""
    if isinstance(value, str):
        return (value,)
    if depth == 0:
        return ()
    if isinstance(value, dict):
        if isinstance(value.get("class_name"), str):
            inner = value.get("config")
            if value["class_name"] in {"function", "__tuple__", "__list__"}:
                return named(inner if inner is not None else value.get("items"), depth - 1)
            name = inner.get("name") if isinstance(inner, dict) and value["class_name"] in _WRAPPERS else None
            return (name if isinstance(name, str) else value["class_name"],)
        return tuple(name for item in list(value.values())[:_MOST] for name in named(item, depth - 1))
    if isinstance(value, (list, tuple)):
        return tuple(name for item in value[:_MOST] for name in named(item, depth - 1))
    return ()
