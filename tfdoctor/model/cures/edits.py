"""Changes to the configuration of a model that let an older Keras read it, tried on the facts before any file is."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import msgspec
from msgspec.structs import replace

from tfdoctor.facts.saved import Keras, SavedModel
from tfdoctor.model.judge.verdict import Verdict

_DEPTH: Final = 40
# Keys beside class_name and config: where the class is, which object it is, how it was built.
_PLACES: Final = {"module", "registered_name", "build_config", "shared_object_id"}
_ANEW: Final = "anew/model.h5"  # as the script names it; Keras 3 goes by the name
_WORD: Final = re.compile(r"[A-Za-z_]\w*")
# Classes that older releases know by another name and with the same configuration.
_RENAMED: Final = {"Functional": "Model"}


IsDefault: TypeAlias = Callable[[str, str, Any], bool]
"""Whether a value of a key is what the class has anyway: class, key, value."""


class Edit(msgspec.Struct, frozen=True):
    """One change: the key of a class dropped, or the class renamed (`to`); `values` are those that go."""

    class_name: str
    key: str = ""
    to: str = ""
    values: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The change in words."""
        if self.to:
            return f"write {self.to} for the class {self.class_name}"
        return f"drop {self.key!r} of {self.class_name} (it is {' or '.join(self.values)})"


def next_edit(model: SavedModel, verdict: Verdict, is_default: IsDefault) -> Edit | None:
    """Return the change that takes away what a verdict's reason names, or None where no change is known.

    A key is dropped only where each of its values is the default: what was chosen would be lost.
    """
    keras, reason = model.keras, verdict.reason
    if keras is None or keras.config is None or reason is None:
        return None
    words = set(_WORD.findall(reason.message))
    if reason.finding == "unknown-class-from-newer-keras":
        known = {row["class_name"] for row in _objects(keras.config)}
        return next((Edit(old, to=new) for old, new in _RENAMED.items() if old in words & known and old != new), None)
    if reason.finding not in {"config-arg-from-newer-keras", "keras2-file-in-keras3"}:
        return None
    named = words | {word for row in reason.evidence for word in _WORD.findall(f"{row.fact} {row.value}")}
    found: dict[tuple[str, str], list[Any]] = {}
    for row in _objects(keras.config):
        for key, value in row["config"].items():
            if key in named:
                found.setdefault((row["class_name"], key), []).append(value)
    # What the message names comes first, then the class that is named: others may take the same key.
    for name, key in sorted(found, key=lambda pair: (pair[1] not in words, pair[0] not in named)):
        if all(is_default(name, key, value) for value in found[name, key]):
            return Edit(name, key, values=tuple(sorted({repr(value)[:60] for value in found[name, key]})))
    return None


def edited(model: SavedModel, edit: Edit) -> SavedModel:
    """Return the facts of the model with a change made to its configuration."""
    keras = model.keras
    if keras is None or keras.config is None:
        return model
    config = _changed(keras.config, lambda row: _applied(row, edit))
    layers = tuple(
        replace(
            row,
            class_name=edit.to or row.class_name,
            keys=tuple(key for key in row.keys if key != edit.key),
        )
        if row.class_name == edit.class_name
        else row
        for row in keras.layers
    )
    return replace(model, keras=replace(keras, config=config, layers=layers))


def bare(model: SavedModel) -> SavedModel:
    """Return the facts of the architecture alone, as `model.to_json()` writes it."""
    keras = model.keras
    config = keras.config if keras else None
    return SavedModel(
        path=model.path,
        format="keras-json",
        writer=model.writer,
        keras=Keras(config=config, layers=keras.layers, lambdas=keras.lambdas) if keras else None,
    )


def as_h5(model: SavedModel) -> SavedModel:
    """Return the facts of the same model as the script writes it into HDF5: without how it was compiled."""
    stripped = bare(model)
    if model.format == "h5" or stripped.keras is None:
        return replace(stripped, path=_ANEW, format="h5", groups=model.groups)
    written = (model.writer.keras or "3").partition(".")[0]
    keras = stripped.keras if written == "3" else replace(stripped.keras, config=_changed(stripped.keras.config, _old))
    return replace(stripped, path=_ANEW, format="h5", keras=keras)


def plain(value: Any) -> Any:  # noqa: ANN401  JSON
    """Return a value of a configuration as the oldest form writes it, so that forms can be compared."""
    return _changed(value, _old)


def _old(row: dict[str, Any]) -> dict[str, Any]:
    """An object as Keras 2 writes it into HDF5, without the places of its class that archives have."""
    registered = row.get("registered_name")
    own = isinstance(registered, str) and ">" in registered
    kept = {key: value for key, value in row.items() if key not in _PLACES}
    return {**kept, "class_name": registered if own else row["class_name"]}


def _applied(row: dict[str, Any], edit: Edit) -> dict[str, Any]:
    if row["class_name"] != edit.class_name:
        return row
    if edit.to:
        return {**row, "class_name": edit.to}
    return {**row, "config": {key: value for key, value in row["config"].items() if key != edit.key}}


def _objects(value: object, depth: int = _DEPTH) -> Iterator[dict[str, Any]]:
    """Every object with a class and a configuration, from the outside in."""
    if depth == 0:
        return
    if isinstance(value, dict):
        if isinstance(value.get("class_name"), str) and isinstance(value.get("config"), dict):
            yield value
        for item in value.values():
            yield from _objects(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            yield from _objects(item, depth - 1)


def _changed(value: Any, change: Callable[[dict[str, Any]], dict[str, Any]], depth: int = _DEPTH) -> Any:  # noqa: ANN401  JSON
    if depth == 0:
        return value
    if isinstance(value, dict):
        inner = {key: _changed(item, change, depth - 1) for key, item in value.items()}
        return (
            change(inner)
            if isinstance(inner.get("class_name"), str) and isinstance(inner.get("config"), dict)
            else inner
        )
    if isinstance(value, list):
        return [_changed(item, change, depth - 1) for item in value]
    return value
