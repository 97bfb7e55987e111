"""keras.models.load_model on a whole model in HDF5: configuration, weights, compilation."""

import re
from typing import Any, Final

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts.saved import Keras, SavedModel
from tfdoctor.model.judge.keras import compiled, reasons
from tfdoctor.model.judge.keras.builder import Builder
from tfdoctor.model.judge.keras.eras import Era
from tfdoctor.model.judge.keras.failure import Failure

_TABLE: Final = re.compile(r"(^|/)(string_lookup|integer_lookup|index_lookup|text_vectorization)(_\d+)?(/|$)")
_TABLES: Final = ((2, 3), (2, 6))
_LOOKUPS: Final = frozenset({"StringLookup", "IntegerLookup", "TextVectorization"})
_NO_ARRAY: Final = "Save or restore weights that is not an instance of `tf.Variable` is not supported in h5"
# Keras that does not call finalize_state after it has read weights of this format; a Normalization then works with the
# mean 0 and the variance 1 of its beginning. Read from hdf5_format.py and legacy_h5_format.py, and seen in 2.6 and 3.4.
_UNFINISHED: Final = (((2, 6), (2, 8)), ((3, 0), (3, 6)))


def load(model: SavedModel, builder: Builder, *, compiles: bool) -> str:
    """Follow load_model_from_hdf5; return how the loaded model differs, "" for not at all.

    Raises:
        Failure: the first thing that is refused.
    """
    whole(model)
    keras = model.keras or Keras()
    if keras.config is None:
        said = "No model config found in the file at" if builder.era.can("told_file") else "No model found in config"
        evidence = Evidence(fact="model_config", value="not in the file: weights alone")
        raise Failure(reasons.KEYS, "ValueError", said, evidence)
    builder.model(keras.config)
    if builder.era.keras3:
        _axes(keras.config, builder)
    lost = _words(keras.config, builder.era)
    tables(model, builder.era)
    if compiles and keras.compile_config is not None:
        compiled.check_training(builder, keras.compile_config)
        optimizer = keras.compile_config.get("optimizer_config") or {}
        if builder.era.keras3 and str(optimizer.get("class_name")).startswith("Custom>"):
            return "the optimizer has the default settings of its class, not those that were saved"
    return unfinished(model, builder.era) or lost


def whole(model: SavedModel) -> None:
    """Open the file.

    Raises:
        Failure: it is cut off.
    """
    for lost in model.lost:
        evidence = Evidence(fact=lost.name, value=f"{lost.size} of {lost.needed} bytes")
        raise Failure(reasons.KEYS, "OSError", f"truncated file: eof = {lost.size}, ", evidence)


def unfinished(model: SavedModel, own: Era) -> str:
    """Return how a Normalization layer differs whose weights were read and are not used yet; "" for not at all."""
    if not any(first <= own.minor < ended for first, ended in _UNFINISHED):
        return ""
    for group in model.groups or ():
        names = {each.name.rpartition("/")[2].partition(":")[0] for each in group.variables}
        if {"mean", "variance"} <= names:
            return f"{group.name} normalises with mean 0 and variance 1 until its finalize_state() is called"
    return ""


def tables(model: SavedModel, own: Era) -> None:
    """Load the weights: a table of words among them is no array, which 2.3 to 2.5 refuse.

    Raises:
        Failure: there is one.
    """
    if _TABLES[0] <= own.minor < _TABLES[1] and any(_TABLE.search(group.name) for group in model.groups or ()):
        raise Failure(reasons.VARIABLES, "NotImplementedError", _NO_ARRAY)


def _words(data: Any, own: Era) -> str:  # noqa: ANN401  any JSON
    """Make layers that look words up where the configuration has none of these: before 2.6 they were kept elsewhere.

    Return how such a layer differs where Keras makes it all the same.

    Raises:
        Failure: it is refused.
    """
    config = data.get("config") if isinstance(data, dict) else None
    if not isinstance(config, dict):
        return ""
    if data.get("class_name") in _LOOKUPS and not config.get("vocabulary"):
        evidence = Evidence(fact=f"{config.get('name')}.vocabulary", value="not in the configuration")
        if own.minor == (2, 5):
            said = "You must set the layer's vocabulary before calling it"
            raise Failure(reasons.VARIABLES, "ValueError", said, evidence)
        if (2, 6) <= own.minor < (3, 0):
            raise Failure(reasons.VARIABLES, "NotImplementedError", _NO_ARRAY, evidence)
        return f"{config.get('name')} has no words: they are not in the file"
    return next(filter(None, (_words(inner, own) for inner in config.get("layers") or ())), "")


def _axes(data: Any, builder: Builder) -> None:  # noqa: ANN401  any JSON
    """Keras 3 forgets several axes of a layer in the format of Keras 2: its weights then have another shape."""
    config = data.get("config") if isinstance(data, dict) else None
    if not isinstance(config, dict):
        return
    axis = config.get("axis")
    if data.get("class_name") == "LayerNormalization" and isinstance(axis, list) and len(axis) > 1:
        message = "Shape mismatch in layer #"
        if not builder.era.can("told_shapes"):
            message = "The shape of the target variable and the shape of the target value in"
        evidence = Evidence(fact=f"{config.get('name')}.axis", value=str(axis))
        raise Failure(reasons.KERAS2, "ValueError", message, evidence)
    for inner in config.get("layers") or ():
        _axes(inner, builder)
