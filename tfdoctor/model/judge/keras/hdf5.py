"""keras.models.load_model on a whole model in HDF5: configuration, weights, compilation."""

from tfdoctor.facts.saved import Keras, SavedModel
from tfdoctor.model.judge.keras import compiled, reasons
from tfdoctor.model.judge.keras.builder import Builder
from tfdoctor.model.judge.keras.failure import Failure


def load(model: SavedModel, builder: Builder, *, compiles: bool) -> str:
    """Follow load_model_from_hdf5; return how the loaded model differs, "" for not at all.

    Raises:
        Failure: the first thing that is refused.
    """
    keras = model.keras or Keras()
    if keras.config is None:
        raise Failure(reasons.KEYS, "ValueError", "No model ")
    builder.model(keras.config)
    if compiles and keras.compile_config is not None:
        compiled.check_training(builder, keras.compile_config)
    return ""
