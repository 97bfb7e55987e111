"""What a log says was asked for and is not there: names of TensorFlow and Keras under their public path."""

import re
from dataclasses import dataclass
from typing import Final

from tfdoctor.logs import Event
from tfdoctor.rules._case import Case
from tfdoctor.rules._dependencies import library
from tfdoctor.rules.drift._calls import Use

# The inner names that messages show for a public module, longest first.
_PREFIXES: Final = (
    ("tensorflow.python.keras.api._v2.keras", "keras"), ("tensorflow.python.keras.api._v1.keras", "keras"),
    ("tensorflow_core.python.keras.api._v2.keras", "keras"), ("tensorflow_core.python.keras.api._v1.keras", "keras"),
    ("tensorflow._api.v2.compat.v1.compat.v1", "tensorflow.compat.v1"),
    ("tensorflow._api.v2.compat.v2.compat.v1", "tensorflow.compat.v1"),
    ("tensorflow._api.v2.compat.v1", "tensorflow.compat.v1"), ("tensorflow._api.v2.compat.v2", "tensorflow"),
    ("tensorflow_core._api.v2.compat.v1", "tensorflow.compat.v1"), ("tensorflow_core._api.v2", "tensorflow"),
    ("tensorflow_core._api.v1", "tensorflow"), ("tensorflow_core.keras", "keras"),
    ("tensorflow._api.v2.v2", "tensorflow"), ("tensorflow._api.v2", "tensorflow"), ("tensorflow._api.v1", "tensorflow"),
    ("tensorflow.compat.v2", "tensorflow"), ("tensorflow_core.compat.v1", "tensorflow.compat.v1"),
    ("tensorflow_core", "tensorflow"), ("keras.api._tf_keras.keras", "keras"), ("keras._tf_keras.keras", "keras"),
    ("keras.api._v2.keras", "keras"), ("keras.api._v1.keras", "keras"), ("tf_keras.api._v2.keras", "keras"),
    ("keras.api", "keras"), ("tf_keras", "keras"), ("keras.src.backend", "keras.backend"),
)  # fmt: skip
MODELS: Final = frozenset({"Model", "Sequential", "Functional", "Functional_", "Network"})
OPTIMIZERS: Final = frozenset(
    {"Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Nadam", "Optimizer", "RMSprop", "SGD"}
)
_PASSED_THROUGH: Final = ("lazy_loader.py", "module_wrapper.py", "deprecation_wrapper.py", "deprecation.py")


@dataclass(frozen=True, slots=True)
class Asked:
    """A name that was asked for.

    `tf` tells whether it was asked of tf.keras, `asker` which library did it ("" where the user's own code did, or
    where no frame tells: `framed`).
    """

    event: Event
    path: str
    tf: bool = False
    asker: str = ""
    framed: bool = False


def public(name: str) -> tuple[str, bool]:
    """Return the public path of a module, and whether it is (a part of) tf.keras."""
    for prefix, short in _PREFIXES:
        if name == prefix or name.startswith(f"{prefix}."):
            name = short + name[len(prefix) :]
            return _rooted(name, tf="_tf_keras" in prefix or prefix.startswith("tensorflow"))
    return _rooted(name, tf=False)


def _rooted(name: str, *, tf: bool) -> tuple[str, bool]:
    if name == "tensorflow.keras" or name.startswith("tensorflow.keras."):
        return name.removeprefix("tensorflow."), True
    return name, tf and name.partition(".")[0] == "keras"


def generation(events: tuple[Event, ...]) -> int | None:
    """Return the generation of Keras that inner names of modules show: keras.api._v2 is 2, keras._tf_keras is 3."""
    for event in events:
        asked = event["module"]
        if "_tf_keras" in asked or re.match(r"keras\.api\.(?!_)", asked):
            return 3
        if re.match(r"keras\.api\._v\d|tensorflow_core\.|tensorflow\.python\.keras\.api|tf_keras\b", asked):
            return 2
    return None


def asked(case: Case, used: tuple[Use, ...]) -> tuple[Asked, ...]:
    """Return what the log says is missing, under public paths; methods of models as Model.x, of optimizers alike.

    `used` is what the code uses: its imports tell the module of a name where the log does not.
    """
    found = []
    for event in case.events.of("attribute-missing", "name-missing", "module-missing"):
        if "partially initialized" in event.text:
            continue  # shadowed-module
        lost = event["attribute"] or event["symbol"]
        asker, framed = _asker(case, event)
        if event["object"]:
            owner = event["object"].rpartition(".")[2]
            kind = "Model" if owner in MODELS else "Optimizer" if owner in OPTIMIZERS else "Object"
            found.append(Asked(event, f"{kind}.{lost}", asker=asker, framed=framed))
            continue
        module, tf = public(event["module"] or _statement(case, event) or _imported(used, lost))
        if module:
            found.append(Asked(event, f"{module}.{lost}" if lost else module, tf=tf, asker=asker, framed=framed))
    return tuple(found)


def _statement(case: Case, event: Event) -> str:
    """The module of the import statement above "cannot import name", where Python does not say it (before 3.7)."""
    lines = [one for one in case.events.of("import-statement") if one.line < event.line and one["source"]]
    return lines[-1]["source"] if lines and event["symbol"] in lines[-1]["names"] else ""


def _imported(used: tuple[Use, ...], name: str) -> str:
    """The module that the code imports a name from."""
    return next((use.path.rpartition(".")[0] for use in used if name and use.imported and use.name == name), "")


def _asker(case: Case, event: Event) -> tuple[str, bool]:
    """The library whose code asked and whether a frame tells; frames that only pass a name on are left out."""
    frames = [frame["path"] for frame in case.events.of("frame") if frame.line <= event.line]
    own = [path for path in frames if not path.endswith(_PASSED_THROUGH)]
    return (library(own[-1]), True) if own else ("", False)
