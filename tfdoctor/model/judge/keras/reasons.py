"""Which rule explains that a Keras does not know a name: the matrix tells whether another Keras does."""

from typing import Final

from tfdoctor.diagnosis import Evidence
from tfdoctor.matrix.keras import KerasTable, Kind

CUSTOM: Final = "custom-object-not-registered"
UNKNOWN: Final = "unknown-class-from-newer-keras"
ARGUMENT: Final = "config-arg-from-newer-keras"
KERAS2: Final = "keras2-file-in-keras3"
KEY: Final = "keras3-minor-custom-object-key"
LAMBDA: Final = "lambda-bytecode-python-mismatch"
UNSAFE: Final = "lambda-safe-mode"
DIRECTORY: Final = "savedmodel-dir-in-keras3"
ZIP: Final = "dot-keras-zip-in-old-tf"
METADATA: Final = "savedmodel-keras-metadata-change"
NO_METADATA: Final = "savedmodel-keras-metadata-missing"
VARIABLES: Final = "layer-variables-changed-between-versions"
WEIGHT_KEYS: Final = "dot-keras-weight-key-change"
GRU: Final = "gru-reset-after-default"
OPTIMIZER: Final = "optimizer-state-legacy-vs-new"
KEYS: Final = "training-config-key-missing"
OLD_LIST: Final = "old-config-format-regression"
NESTED: Final = "keras3-nested-model-reload"
GRAPH: Final = "op-not-registered-newer-producer"
FIRST_GRAPH: Final = "tf1-graph-api-in-tf2"


def _number(minor: str) -> tuple[int, int]:
    major, _, rest = minor.partition(".")
    return int(major), int(rest)


def of_name(table: KerasTable, minor: str, kind: Kind, name: str) -> tuple[str, tuple[Evidence, ...]]:
    """Return the rule that explains why a Keras does not know a class or function, with the evidence.

    A name that no Keras has is the user's own; one that Keras 2 alone has is that of an old file in Keras 3.
    """
    short = name.rpartition(">")[2]
    known = [other for other in table.minors if knows(table, other, kind, short)]
    if not known:
        return CUSTOM, (Evidence(fact=f"matrix.keras.{kind}.{name}", value="in no release of Keras"),)
    evidence = (Evidence(fact=f"matrix.keras.{kind}.{short}", value=f"Keras {known[0]} to {known[-1]}"),)
    if minor.startswith("3.") and not any(other.startswith("3.") for other in known):
        return KERAS2, evidence
    later = any(_number(other) > _number(minor) for other in known)
    return (UNKNOWN if later or name != short else KERAS2), evidence


def knows(table: KerasTable, minor: str, kind: Kind, name: str) -> bool:
    """Whether a minor of Keras has a class or a function of a kind."""
    release = table.release(minor)
    if release is None:
        return False
    asked = name.lower() if kind in {"optimizers", "legacy_optimizers"} else name
    return release.lookup(kind, asked) is not None or release.has_function(kind, name)


def of_argument(table: KerasTable, minor: str, kind: Kind, name: str, key: str) -> tuple[str, tuple[Evidence, ...]]:
    """Return the rule that explains why a class does not take an argument."""
    taking = []
    for other in table.minors:
        release = table.release(other)
        found = release.lookup(kind, name) if release else None
        if found is not None and (key in found.arguments or key in (found.config or {})):
            taking.append(other)
    value = f"taken in Keras {taking[0]} to {taking[-1]}" if taking else "taken by no release of Keras"
    evidence = (Evidence(fact=f"matrix.keras.{kind}.{name}.{key}", value=value),)
    if minor.startswith("3.") and not any(_number(other) > _number(minor) for other in taking):
        return KERAS2, evidence
    return ARGUMENT, evidence
