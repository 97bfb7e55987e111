"""Finding a class by what a configuration says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from tfdoctor.matrix.keras import KerasClass, KerasRelease, Kind

if TYPE_CHECKING:
    from tfdoctor.model.judge.keras.builder import Builder

_RENAMED: Final = {"BatchNormalizationV1": "BatchNormalization", "BatchNormalizationV2": "BatchNormalization"}
_PUBLIC: Final = frozenset({
    "keras", "keras.layers", "keras.models", "keras.metrics", "keras.losses", "keras.optimizers", "keras.initializers",
    "keras.optimizers.schedules", "keras.regularizers", "keras.constraints", "keras.activations", "keras.utils",
})  # fmt: skip


def renamed(name: str) -> str:
    """Return the name under which old names of classes are looked up."""
    return _RENAMED.get(name, name)


def shown(release: KerasRelease, found: KerasClass) -> str:
    """Return a class as Python shows it: "<class 'keras.src.layers.core.dense.Dense'>"."""
    module = min(found.modules) if found.modules else ""
    return f"<class '{release.root}{'.' if module else ''}{module}.{found.name}'>"


def by_module(builder: Builder, data: Mapping[str, Any], kind: Kind) -> KerasClass:
    """Return the class that an object with a module names.

    Raises:
        Failure: the class is registered by a program, or this Keras does not have it there.
    """
    name, module, registered = str(data.get("class_name")), data.get("module"), data.get("registered_name")
    release = builder.release
    if isinstance(module, str):
        found = release.exported(module, name) or release.imported(module, name)
        if found is not None:
            return found
    called = registered if isinstance(registered, str) and ">" in registered else name
    if isinstance(module, str) and _of_keras(module) and not _there(release, module):
        message = f"Could not deserialize class '{name}' because its parent module {module} cannot be imported"
        raise builder.unknown(kind, called, "TypeError", message)
    if isinstance(module, str) and not _of_keras(module):
        # The module may be there or not: "could not locate", or "could not deserialize ... its parent module".
        raise builder.unknown(kind, called, "TypeError", f"class '{name}'")
    raise builder.unknown(kind, called, "TypeError", f"Could not locate class '{name}'")


def _of_keras(module: str) -> bool:
    return module.partition(".")[0] in {"keras", "tf_keras", "tensorflow"}


def _there(release: KerasRelease, module: str) -> bool:
    return module in _PUBLIC or release.has_module(module)


def function(builder: Builder, data: Mapping[str, Any], kind: Kind) -> None:
    """Find a function that an object of class "function" names.

    Raises:
        Failure: this Keras does not have it.
    """
    name, module = str(data.get("config")), data.get("module")
    if isinstance(module, str) and builder.release.exported_function(module, name):
        return
    if module == "builtins" and builder.release.has_function(kind, name):
        return
    raise builder.unknown(kind, name, "TypeError", f"function '{name}'")
