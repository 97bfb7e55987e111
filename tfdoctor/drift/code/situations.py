"""Situations that the library has no name for: the names that they are filed under, and what people are shown.

A row of keras_api.toml is about one by the name here.
"""

from typing import Final

SECOND_MODEL: Final = "tf.keras.optimizers.Optimizer.SecondModel"  # an optimizer trains another model than its first
SECOND_OF_FROZEN: Final = (
    "tf.keras.optimizers.Optimizer.SecondOfFrozen"  # one is frozen, which Keras 3 trains not at all
)
STATE_IN_CALL: Final = "StateInCall"  # of a layer or model: it gets a layer or weight while it is called
LISTS: Final = "tf.keras.Model.ListsInBatch"  # a model is given a generator or Sequence whose batches are lists
OWN_DICT: Final = "OwnDict"  # of a layer or model: it keeps an object of a class that derives from dict
SIZE: Final = "TensorShape.Size"  # x.shape[0], which is a Dimension in TensorFlow 1
STEP: Final = "tf.keras.Step"  # the step that an optimizer calls a schedule with
LABELS: Final = "tf.keras.Labels"  # what a loss is to compare with

_SHOWN: Final = (
    (SECOND_MODEL, "tf.keras.optimizers.Optimizer"),
    (SECOND_OF_FROZEN, "tf.keras.optimizers.Optimizer"),
    (f".{STATE_IN_CALL}", ".call"),
    (LISTS, "tf.keras.Model.fit"),
    (f".{OWN_DICT}", ".__setattr__"),
    (SIZE, "Dimension"),
    (STEP, "tf.keras.optimizers.Optimizer.iterations"),
    (LABELS, "tf.keras.losses.Loss.call"),
)


def shown(name: str) -> str:
    """Return the name that people know: of a situation what it is about, of everything else its own."""
    for filed, public in _SHOWN:
        name = name.replace(filed, public)
    return name
