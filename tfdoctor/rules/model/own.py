"""Rules on what a file needs from outside it: the user's own classes, leave to run code, a model at all."""

from collections.abc import Iterator

from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._rule import MODEL_CONFIG, Conclusion, rule
from tfdoctor.rules.model._cures import REBUILD, WITHOUT_OPTIMIZER
from tfdoctor.rules.model._judge import explained


@rule("TFD709", MODEL_CONFIG)
def lambda_safe_mode(case: Case) -> Iterator[Conclusion]:
    """A model holds Python code in a Lambda layer, which Keras does not run unasked.

    ## What it checks
    In a saved model (`tfdoctor model`): Lambda layers with bytecode, where the Keras that reads it has a safe mode
    (.keras archives from TensorFlow 2.13 on). In a log Keras says it itself.

    ## Why it matters
    The function of a Lambda layer is stored as Python bytecode. Whoever writes such a file decides what the program
    that loads it does, so the safe mode is on unless it is switched off.

    ## How to fix it
    If you trust who wrote it: `load_model(path, safe_mode=False)`, with the Python minor that wrote the bytecode. For
    good: replace Lambda by a registered layer class, or by operations of `keras.ops`.

    ## Sources
    https://keras.io/api/models/model_saving_apis/model_saving_and_loading/,
    https://github.com/keras-team/keras/blob/v3.0.5/keras/layers/core/lambda_layer.py
    """
    del case
    return iter(())  # a log alone says so itself, and it is no matter of versions


@rule("TFD710", MODEL_CONFIG)
def custom_object_not_registered(case: Case) -> Iterator[Conclusion]:
    """A model names a class or function of its user's own, which the program that loads it does not give to Keras.

    ## What it checks
    In a saved model (`tfdoctor model`): names of layers, losses, metrics and other objects that no Keras has. In a log
    Keras says it itself ("Unknown layer: Scaler").

    ## Why it matters
    The file holds the name of the class and its arguments, not its code. Keras looks the name up among its own classes,
    the registered ones and those that are given.

    ## How to fix it
    Import the code that defines it and give it: `load_model(path, custom_objects={"Scaler": Scaler})`, or register the
    class with `@keras.saving.register_keras_serializable()` before the model is saved and in the program that loads it.
    What only training needs, a loss or a metric, is not needed with `compile=False`.

    ## Sources
    https://www.tensorflow.org/guide/keras/serialization_and_saving#custom_objects
    """
    del case
    return iter(())  # as above


@rule("TFD716", MODEL_CONFIG)
def training_config_key_missing(case: Case) -> Iterator[Conclusion]:
    """A file lacks a part that this loader needs: the model's configuration, or a key of how it was compiled.

    ## What it checks
    In a saved model (`tfdoctor model`): weights without a configuration where a whole model is to be loaded, archives
    without their parts, and compile configurations without a key that the loader reads. In a log: Keras finds no model
    in the file.

    ## Why it matters
    `save_weights` writes arrays only, so `load_model` has nothing to build. And releases of before 2.2 read keys of the
    compile configuration (`sample_weight_mode`) that newer ones no longer write.

    ## How to fix it
    Weights alone: build the model in code, then `model.load_weights(path)`. A key of the compile configuration: load
    with `compile=False` and compile again.

    ## Sources
    https://www.tensorflow.org/guide/keras/serialization_and_saving,
    https://github.com/tensorflow/tensorflow/blob/v2.1.4/tensorflow/python/keras/saving/saving_utils.py
    """
    events = case.events.of("no-model-in-file")
    if events and not explained(case):
        yield Conclusion(
            message="The file holds no configuration of a model: it is weights alone, or a part of it is missing.",
            evidence=logged(events[:3]),
            remedies=(REBUILD, WITHOUT_OPTIMIZER),
            confidence="likely",
            symptom=True,
        )
