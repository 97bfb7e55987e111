"""What a user reports of two TensorFlows: the one that wrote a model and the one that reads it, before and after."""

from tfdoctor.facts._base import NOT_OBSERVED, Fact, Part


class Framework(Part, frozen=True):
    """One side of a saved model, in the words of the one who reports it ("2.13", "<=2.15", ".keras v3 (zip)")."""

    tensorflow: Fact[str] = NOT_OBSERVED
    keras: Fact[str] = NOT_OBSERVED
    format: Fact[str] = NOT_OBSERVED  # "h5", "SavedModel", ".keras v3", "h5 weights", "frozen graph", "tflite", …
    python: Fact[str] = NOT_OBSERVED


class Transfer(Part, frozen=True):
    """A model that one release saved and another loads."""

    saved_with: Fact[Framework] = NOT_OBSERVED
    loaded_with: Fact[Framework] = NOT_OBSERVED


class Upgrade(Part, frozen=True):
    """A change of TensorFlow after which something differs; versions in the user's words ("1.x", "2.3 tf.keras")."""

    before: Fact[str] = NOT_OBSERVED
    after: Fact[str] = NOT_OBSERVED
