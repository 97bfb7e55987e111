"""What the loaders of a Keras can do, and in which words they refuse: one table of first releases."""

from dataclasses import dataclass
from typing import Final

from tfdoctor.model.judge.target import Target

# Ability -> (first minor, minor in which it ended or None), on the scale of Keras's minors. Read in the loaders of each
# release: hdf5_format, saving_utils, generic_utils or serialization, base_layer, input_layer, saving_lib.
_ABILITIES: Final[dict[str, tuple[tuple[int, int], tuple[int, int] | None]]] = {
    "zip": ((2, 12), None),  # load_model reads .keras archives
    "folders": ((3, 4), None),  # ... and what was unpacked of one
    "zip_weights": ((2, 12), None),  # load_weights reads .weights.h5 by the places of variables
    "dtype_objects": ((2, 1), None),  # a policy may stand in a configuration as an object
    "module_keys": ((2, 12), None),  # an object in a layer that has a module is looked up in it
    "named_layers": ((2, 13), (3, 0)),  # ... by its class alone among Keras's own, and what it is not stays a name
    "layer_modules": ((2, 13), None),  # so is a layer
    "sample_weight_mode": ((1, 0), (2, 3)),  # compile asks for this key
    "wrapped_layers": ((2, 12), None),  # from_config of a layer turns any error into a TypeError
    "wrapped_objects": ((3, 0), None),  # deserialize_keras_object turns a TypeError into its own
    "quoted": ((2, 11), None),  # unknown names stand in quotes
    "close": ((1, 0), (2, 3)),  # no blank before an unknown name that is a string
    "listed": ((2, 8), None),  # InputLayer lists what it refuses
    "told_file": ((2, 7), None),  # an HDF5 file without a model is named
    "counts": ((2, 7), None),  # "Layer count mismatch", before it "You are trying to load"
    "objects_first": ((2, 4), None),  # objects of Keras in a SavedModel are made before the graph is loaded
    "metadata_file": ((2, 5), None),  # SavedModels keep the metadata of Keras in keras_metadata.pb
    "new_optimizers": ((2, 11), None),  # an optimizer without is_legacy_optimizer is one of the old generation
    "told_shapes": ((3, 6), None),  # weights of another shape are told with their layer
    "safe_hdf5": ((3, 11), None),  # Python code in HDF5 files is refused too
    "loops": ((3, 15), None),  # a functional model that can't be connected is refused
    "saveable": ((3, 11), None),  # what is looked up in a module of Keras must be a class that can be saved
    "keras3": ((3, 0), None),
}


@dataclass(frozen=True)
class Era:
    """The Keras that loads: its minor on the scale of `matrix.keras`, and the interpreter below it."""

    minor: tuple[int, int]
    python: tuple[int, int] | None = None

    def can(self, ability: str) -> bool:
        """Whether its loaders have an ability of the table."""
        first, ended = _ABILITIES[ability]
        return first <= self.minor and (ended is None or self.minor < ended)

    @property
    def keras3(self) -> bool:
        """Whether it is Keras 3."""
        return self.can("keras3")

    def unknown(self, what: str, name: str, *, text: bool = False) -> str:
        """How the deserializer of Keras 2 names what it does not know; `text` where it is given by its name alone."""
        if self.can("quoted"):
            return f"Unknown {what}: '{name}'"
        return f"Unknown {what}:{name}" if text and self.can("close") else f"Unknown {what}: {name}"


def era(target: Target) -> Era:
    """Return the loaders of a target."""
    minor = (target.keras.major, target.keras.minor)
    python = tuple(map(int, target.python.split("."))) if target.python else None
    return Era(minor, (python[0], python[1]) if python else None)
