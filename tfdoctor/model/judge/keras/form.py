"""Whether a configuration has the form that Keras writes at all; one that was edited or damaged is not followed."""

from typing import Any, Final

MODELS: Final = frozenset({"Functional", "Model", "Network", "Sequential"})


def flaw(config: Any, compiled: Any = None) -> str:  # noqa: ANN401  any JSON
    """Return what is not as Keras writes it, in a few words; "" for nothing."""
    if isinstance(compiled, dict):
        held = compiled.get("optimizer")
        if not _optimizer(compiled.get("optimizer_config")) or not (isinstance(held, str) or _optimizer(held)):
            return "the optimizer has no configuration"
    stack = [config]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            if "class_name" in value:
                told = _object(value)
                if told:
                    return told
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return ""


def _optimizer(held: Any) -> bool:  # noqa: ANN401  any JSON
    """Whether these are an optimizer's settings, with the optimizers and schedules inside them, or nothing."""
    if not isinstance(held, dict):
        return held is None
    settings = held.get("config")
    if not isinstance(settings, dict | None) or not isinstance(held.get("class_name"), str | None):
        return False
    return all(
        _optimizer(each) for each in (settings or {}).values() if isinstance(each, dict) and "class_name" in each
    )


def _object(value: dict[str, Any]) -> str:
    """What is wrong with one object that names its class."""
    name, config = value["class_name"], value.get("config")
    if not isinstance(name, str):
        return f"class_name is {type(name).__name__}, no name"
    if not isinstance(value.get("inbound_nodes"), list | None):
        return f"inbound_nodes of {name} are no list"
    if name not in MODELS:
        return ""
    if isinstance(config, list) and name != "Sequential":
        return f"the configuration of {name} is a list"
    layers = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(layers, list) or not all(isinstance(layer, dict) and "class_name" in layer for layer in layers):
        return f"the layers of {name} are no list of layers"
    if isinstance(config, dict) and not isinstance(config.get("output_layers"), list | dict | None):
        return f"the outputs of {name} are no list"
    return ""
