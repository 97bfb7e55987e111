"""The architecture of a Keras model alone: what model.to_json() returns."""

from typing import Final

from tfdoctor.errors import InputError
from tfdoctor.facts.saved import Keras, SavedModel, Writer
from tfdoctor.model.read import keras_objects
from tfdoctor.model.read.source import Source

_LIMIT: Final = 64 << 20


def read(source: Source) -> SavedModel:
    """Read the file.

    Raises:
        InputError: it is no JSON, or none of Keras.
    """
    found = keras_objects.decoded(source.whole(_LIMIT))
    if found is None:
        raise InputError(f"{source.name}: begins as JSON but is none")
    if "modelTopology" in found:
        raise InputError(f"{source.name}: a model of TensorFlow.js, not one of TensorFlow or Keras")
    if not isinstance(found.get("class_name"), str) or "config" not in found:
        raise InputError(f"{source.name}: JSON without class_name and config: no model of Keras")
    keras, backend = (
        value if isinstance(value := found.get(key), str) else None for key in ("keras_version", "backend")
    )
    sources = (("keras", f"{source.name}: keras_version"),) if keras else ()
    return SavedModel(
        path=source.name,
        format="keras-json",
        writer=Writer(keras=keras, backend=backend, sources=sources),
        keras=Keras(config=found),
    )
