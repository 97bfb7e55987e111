"""Which rule explains what a log says of the file itself: its format, stored code, weights, optimizer state."""

import re
from collections.abc import Callable
from typing import Final

from tfdoctor.diagnosis import Confidence
from tfdoctor.rules._dependencies import below
from tfdoctor.rules.model._cause import VARIABLES, Cause
from tfdoctor.rules.model._facts import GRU, LAMBDA, MAC, METADATA, OPTIMIZER, PICKLE, SAVEDMODEL_DIR, ZIP_IN_OLD
from tfdoctor.rules.model._sides import Sides

METADATA_MISSING: Final = "savedmodel-keras-metadata-missing"
SAVE_BUG: Final = "keras-applications-save-bug"


def _pickle(view: Sides) -> Cause | None:
    own = view.case.events.of("pickle-of-model")
    lost = tuple(
        event
        for event in view.case.events.of("module-missing", "attribute-missing", "name-missing")
        if below(event["module"], "keras", "tensorflow.python.keras", "keras_preprocessing", "tensorflow.keras")
    )
    shown = view.case.events.of("pickle-read") or (view.stated and view.format == "pickle")
    if own:
        return Cause(name=PICKLE, events=own, what="a pickle of a Keras model", confidence="likely")
    if lost and shown:
        return Cause(name=PICKLE, events=lost, what="a pickle of Keras objects", confidence="likely")
    return None


def _lambda(view: Sides) -> Cause | None:
    events = view.case.events.of("bytecode-refused")
    if not events:
        return None
    text = f"{view.log} {view.code}"
    of_keras = re.search(r"keras|func_load|load_model|Lambda", text) is not None
    one, other = view.writer.python, view.reader.python
    apart = one is not None and other is not None and one.differs(other)
    bare = all(event["detail"] or event.text.startswith("XXX") for event in events)
    if not (of_keras or view.reading or bare):
        return None
    sure: Confidence = "certain" if apart else "likely" if of_keras or view.reading else "possible"
    return Cause(name=LAMBDA, events=events, what="the bytecode of a Lambda layer", confidence=sure)


def _directory(view: Sides) -> Cause | None:
    events = view.case.events.of("format-refused")
    if not events:
        return None
    return Cause(
        name=SAVEDMODEL_DIR, events=events, what="a SavedModel or a TensorFlow checkpoint", confidence="certain"
    )


def _zip(view: Sides) -> Cause | None:
    """A zip archive where an HDF5 file is expected; what is no .keras file may just be damaged."""
    events = view.case.events.of("not-hdf5", "not-a-model")
    if not events or view.generation == 3 or (view.reader.place is not None and view.reader.place.since("2.13")):
        return None
    archive = view.format == "keras" or any(".keras" in event.text for event in events)
    known = view.writer.place is not None and view.writer.place.since("2.12")
    old = view.reader.place is not None and view.reader.place.before("2.13")
    if not archive and not (known and view.format == ""):
        if view.stated or view.case.events.of("not-a-model") or view.format:
            return None
        return Cause(name=ZIP_IN_OLD, events=events, what="a .keras archive", confidence="possible")
    return Cause(
        name=ZIP_IN_OLD, events=events, what="a .keras archive", confidence="certain" if known and old else "likely"
    )


def _save(view: Sides) -> Cause | None:
    events = view.case.events.of("not-json")
    if not events:
        return None
    text = f"{view.log} {view.code}"
    own = re.search(r"2\.089[67]|EfficientNet", text) is not None
    place = view.writer.tensorflow or view.reader.tensorflow
    out = place is not None and (place.before("2.10") or place.since("2.13"))
    if not own or out:
        return None
    sure: Confidence = "certain" if place is not None else "likely"
    return Cause(name=SAVE_BUG, events=events, what="a constant of EfficientNet", confidence=sure)


def _gru(view: Sides) -> Cause | None:
    own = view.case.events.of("gru-reset-after-differs")
    if own:
        return Cause(name=GRU, events=own, what="the biases of a GRU layer", confidence="certain")
    shapes = tuple(
        event
        for event in view.case.events.of("weight-shape-differs")
        if _width(event["own"])[-1:] == _width(event["saved"])[-1:] and _width(event["own"])[-1] % 3 == 0
    )
    if not shapes:
        return None
    named = re.search(r"\bgru|GRU", f"{view.log} {view.code} {view.words}") is not None
    return Cause(
        name=GRU, events=shapes, what="the biases of a GRU layer", confidence="likely" if named else "possible"
    )


def _width(shape: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", shape))


def _mac(view: Sides) -> Cause | None:
    notice = view.case.events.of("legacy-optimizer-on-mac")
    built = view.case.events.of("optimizer-not-built")
    lost = tuple(event for event in view.case.events.of("class-unknown") if event["what"] == "optimizer" and notice)
    mac = view.case.os == "macos" and view.case.arch in {"arm64", None}
    place = view.reader.tensorflow
    out = place is not None and (place.before("2.11") or place.since("2.16"))
    if out or not (notice or (built and (mac or view.case.bare))):
        return None
    failed = (*built, *lost)
    sure: Confidence = "certain" if failed and notice else "likely" if mac or notice else "possible"
    return Cause(name=MAC, events=(*failed, *notice), what="the optimizer", confidence=sure)


def _optimizer(view: Sides) -> Cause | None:
    events = view.case.events.of("optimizer-state-refused")
    if not events:
        return None
    direct = any("legacy" in event.text.lower() for event in events)
    return Cause(
        name=OPTIMIZER, events=events, what="the state of the optimizer", confidence="certain" if direct else "likely"
    )


def _weight_names(view: Sides) -> Cause | None:
    events = tuple(event for event in view.case.events.of("weight-name-missing") if event["name"])
    reader = view.reader.tensorflow
    if not events or (reader is not None and reader.before("2.4")):
        return None
    sure: Confidence = "likely" if reader is not None else "possible"
    return Cause(name=VARIABLES, events=events, what="the names of the weights", confidence=sure)


def _metadata(view: Sides) -> Cause | None:
    events = view.case.events.of("keras-metadata-refused", "savedmodel-layer-refused")
    if re.search(r"keras[\\/]saving[\\/](?:legacy[\\/])?saved_model", view.log) or view.format == "savedmodel":
        events += view.case.events.of("keras-metadata-no-json")  # it moved to a file of its own with 2.5
    if not events or view.generation == 3:
        return None
    one, other = view.writer.tensorflow, view.reader.tensorflow
    if one is not None and other is not None and not one.differs(other):
        return None  # the same release: the model's own fault
    sure: Confidence = "likely" if one is not None and other is not None else "possible"
    return Cause(name=METADATA, events=events, what="the Keras part of a SavedModel", confidence=sure)


_Look = Callable[[Sides], Cause | None]
_LOOKS: Final[tuple[_Look, ...]] = (
    _pickle, _lambda, _directory, _zip, _save, _gru, _mac, _optimizer, _weight_names, _metadata,
)  # fmt: skip


def file_cause(view: Sides) -> Cause | None:
    """Return what explains the messages about the file itself, or None."""
    for look in _LOOKS:
        found = look(view)
        if found is not None:
            return found
    return None
