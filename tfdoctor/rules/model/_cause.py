"""Which rule explains what a log says of the configuration of a model: the message, judged by both sides' versions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tfdoctor.diagnosis import Confidence, Evidence
from tfdoctor.logs import Event
from tfdoctor.matrix.models import Named
from tfdoctor.rules._dependencies import below
from tfdoctor.rules.model._sides import Sides

CONFIG_ARG: Final = "config-arg-from-newer-keras"
UNKNOWN_CLASS: Final = "unknown-class-from-newer-keras"
KERAS2_FILE: Final = "keras2-file-in-keras3"
CUSTOM_KEY: Final = "keras3-minor-custom-object-key"
NESTED: Final = "keras3-nested-model-reload"
OLD_LIST: Final = "old-config-format-regression"
WEIGHT_KEYS: Final = "dot-keras-weight-key-change"
VARIABLES: Final = "layer-variables-changed-between-versions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The name of the rule that explains some lines, how sure that is, what is refused, and the matrix row."""

    name: str
    events: tuple[Event, ...]
    what: str
    confidence: Confidence = "likely"
    row: Named | None = None

    def evidence(self) -> tuple[Evidence, ...]:
        """Evidence: the row of the matrix."""
        if self.row is None:
            return ()
        known = ", ".join(
            f"{word} {value}" for word, value in (("since", self.row.since), ("until", self.row.until)) if value
        )
        fact = f"matrix.keras_config.{self.row.name}"
        return (Evidence(fact=fact, value=known or "known", source=self.row.source),)


def _sure(view: Sides, *, decided: bool) -> Confidence:
    """How sure a cause is: the versions of both sides settle it, or the message alone makes it likely."""
    return "certain" if decided and view.stated else "likely"


def _argument(view: Sides, event: Event) -> Cause | None:
    layer, name = event["class"], event["argument"]
    configs = view.case.matrix.keras_configs
    row = configs.argument(name, layer)
    foreign = bool(layer) and layer not in configs.names and layer != "optimizer"
    if (foreign and row is None) or not (view.reading or (row is not None and row.telling)):
        return None
    said = f"the argument {name!r}" + (f" of {layer}" if layer else "")
    return _refused(view, event, row, said, CONFIG_ARG, anyway=bool(layer) and not foreign)


def _refused(  # noqa: PLR0913  the two kinds of names are judged alike
    view: Sides, event: Event, row: Named | None, said: str, newer: str, *, anyway: bool
) -> Cause | None:
    """Judge a name that a reader refuses: it went with Keras 3, or it came after the reader."""
    reader, generation = view.reader.place, view.generation
    gone = row is not None and row.until is not None and not row.until.startswith("3")
    crossing = view.writer.generation == 2 and generation == 3
    if crossing and (row is not None or anyway):
        return Cause(name=KERAS2_FILE, events=(event,), what=said, row=row, confidence="certain" if gone else "likely")
    late = row is not None and row.since is not None
    if gone and generation != 2 and view.writer.generation != 3 and (generation == 3 or not late):
        return Cause(name=KERAS2_FILE, events=(event,), what=said, row=row)
    if row is not None and row.since is not None and not (generation == 3 and gone):
        older = reader is not None and reader.before(row.since)
        three = row.since.startswith("3") and generation != 3
        if older or three or reader is None or view.newer:
            decided = older and view.writer.place is not None
            return Cause(name=newer, events=(event,), what=said, row=row, confidence=_sure(view, decided=decided))
    if view.newer:
        return Cause(name=newer, events=(event,), what=said, row=row)
    if anyway and generation == 3 and view.writer.generation != 3:
        return Cause(name=KERAS2_FILE, events=(event,), what=said, row=row, confidence="possible")
    return None


_BUILT_IN_ROOTS: Final = ("keras", "tensorflow", "tf_keras", "tensorflow.keras")


def _class(view: Sides, event: Event) -> Cause | None:
    name = event["class"]
    configs = view.case.matrix.keras_configs
    row = configs.known(name)
    said = f"the {event['what'] or 'class'} {name!r}"
    own = name in configs.names
    if not own:
        return _custom(view, event, said)
    early = row is not None and row.since is not None and not row.since.startswith("3") and not _before(view, row.since)
    modern = "could not locate" in event.text.lower()
    if (event["quote"] or modern) and early and view.generation != 2 and view.writer.generation != 3:
        # Both wordings are of 2.11 and newer, which knew this class already: so it is Keras 3.
        return Cause(name=KERAS2_FILE, events=(event,), what=said, row=row)
    if modern and row is None and view.generation != 2 and view.writer.generation != 3:
        decided = view.writer.generation == 2 and view.generation == 3
        return Cause(name=KERAS2_FILE, events=(event,), what=said, confidence=_sure(view, decided=decided))
    if (row is None or modern) and view.writer.generation == 3 and view.generation == 3:
        return Cause(name=CUSTOM_KEY, events=(event,), what=said)
    plain = not (event["quote"] or modern) and event["what"] in {"layer", "initializer", "optimizer"}
    if row is None and plain and view.generation != 3:
        return Cause(name=UNKNOWN_CLASS, events=(event,), what=said)  # a Keras of before this layer
    return _refused(view, event, row, said, UNKNOWN_CLASS, anyway=True)


def _before(view: Sides, release: str) -> bool:
    return view.reader.place is not None and view.reader.place.before(release)


def _custom(view: Sides, event: Event, said: str) -> Cause | None:
    """A class of the user's own: it is found under another key where the minors of Keras 3 differ."""
    writer, reader = view.writer, view.reader
    if view.generation == 3 and writer.generation == 3 and _apart(view):
        return Cause(name=CUSTOM_KEY, events=(event,), what=said)
    if view.generation == 3 and writer.generation == 2 and reader.place is not None:
        return Cause(name=KERAS2_FILE, events=(event,), what=said)
    return None


def _apart(view: Sides) -> bool:
    """Whether both sides are known and of different releases."""
    one, other = view.writer.place, view.reader.place
    return one is not None and other is not None and one.differs(other)


def _same(view: Sides) -> bool:
    """Whether both sides are known and of one release."""
    one, other = view.writer.place, view.reader.place
    return one is not None and other is not None and not one.differs(other)


def _module(view: Sides, event: Event) -> Cause | None:
    module, name = event["module"], event["class"]
    if not below(module, *_BUILT_IN_ROOTS):
        return _custom(view, event, f"the class {name!r} of {module}")
    said = f"the class {name!r} of the module {module}"
    three = below(module, "keras.src.models", "keras.src.ops", "keras.src.dtype_policies", "keras.src.trainers")
    if view.generation == 2 or three:
        name = UNKNOWN_CLASS if view.generation != 3 else CUSTOM_KEY
        return Cause(name=name, events=(event,), what=said)
    decided = view.writer.generation == 2 and view.generation == 3
    return Cause(name=KERAS2_FILE, events=(event,), what=said, confidence=_sure(view, decided=decided))


def _saveable(view: Sides, event: Event) -> Cause | None:
    """A loss or metric that HDF5 names as a plain function; Keras 3 has refused its own files so, too."""
    said = f"{event['class']!r}"
    if view.writer.generation == 3:
        return Cause(name=CUSTOM_KEY, events=(event,), what=said, confidence="likely" if _apart(view) else "possible")
    sure: Confidence = "likely" if view.writer.generation == 2 else "possible"
    return Cause(name=KERAS2_FILE, events=(event,), what=said, confidence=sure)


def _whole(view: Sides, event: Event) -> Cause | None:
    """A class that is not rebuilt, where the reason is cut off."""
    said = f"the class {event['class']!r}"
    if view.generation == 2:
        return Cause(name=CONFIG_ARG, events=(event,), what=said, confidence="likely" if view.newer else "possible")
    if view.writer.generation == 2 or (view.writer.generation is None and event.kind == "class-config-refused"):
        sure: Confidence = "likely" if view.writer.generation == 2 else "possible"
        return Cause(name=KERAS2_FILE, events=(event,), what=said, confidence=sure)
    if view.newer and event.kind == "class-config-refused":
        return Cause(name=CONFIG_ARG, events=(event,), what=said)
    return Cause(name=CUSTOM_KEY, events=(event,), what=said, confidence="likely" if _apart(view) else "possible")


def _value(view: Sides, event: Event) -> Cause | None:
    return None if view.writer.generation == 3 else Cause(
        name=KERAS2_FILE, events=(event,), what=f"{event['argument']}={event['value']}"
    )  # fmt: skip


def _lambda(view: Sides, event: Event) -> Cause | None:
    if view.generation != 3 or view.writer.generation == 3:
        return None
    sure: Confidence = "likely" if view.reading else "possible"  # code of Keras 2 gives it too
    return Cause(name=KERAS2_FILE, events=(event,), what="a Lambda layer without output_shape", confidence=sure)


def _list(view: Sides, event: Event) -> Cause | None:
    place = view.reader.place
    inside = "class_and_config_for_serialized_keras_object" in view.log or "cls_config" in view.log
    if place is not None and (place.before("2.1") or place.since("2.2")):
        return None
    if not inside and not (place is not None and view.reading):
        return None
    sure: Confidence = "certain" if place is not None and inside else "likely"
    return Cause(name=OLD_LIST, events=(event,), what="a configuration that is a list", confidence=sure)


def _received(view: Sides, event: Event) -> Cause | None:
    """Weights under other keys: the store of .keras changed with 2.14, and with Keras 3."""
    said = f"the weights of the layer {event['layer']!r}"
    two = ":0" in event["names"] if event["names"] else view.generation == 2
    writer = view.writer
    if two and view.reader.generation != 3:
        one, other = writer.place, view.reader.place
        decided = one is not None and other is not None and one.before("2.14") != other.before("2.14")
        return Cause(name=WEIGHT_KEYS, events=(event,), what=said, confidence=_sure(view, decided=decided))
    if writer.generation == 2 and view.generation != 2:
        return Cause(name=KERAS2_FILE, events=(event,), what=said)
    return Cause(name=NESTED, events=(event,), what=said, confidence="possible")


def _count(view: Sides, event: Event) -> Cause | None:
    """Another number of layers or weights in the file than in the model."""
    said = "the number of layers in the file" if event.kind == "layer-count-differs" else "the number of weights"
    if "batch" in f"{event['layer']}{event['old']}" and view.writer.generation != 3 and not _same(view):
        return Cause(name=VARIABLES, events=(event,), what="the variables of BatchNormalization", confidence="possible")
    if view.generation != 2:
        if view.writer.generation == 3 or (view.generation is None and event.kind != "layer-count-differs"):
            return None
        sure: Confidence = "likely" if view.writer.generation == 2 else "possible"
        return Cause(name=KERAS2_FILE, events=(event,), what=said, confidence=sure)
    if not _apart(view):
        return None  # weights of another architecture
    return Cause(name=VARIABLES, events=(event,), what=said)


def _nested(view: Sides, event: Event) -> Cause | None:
    if view.generation == 2 or not (view.reading or event["tensors"]):
        return None
    shapes = "to a shape" in event.text  # seen of files of Keras 2 only
    if view.writer.generation == 2 or (shapes and view.writer.generation is None):
        return Cause(name=KERAS2_FILE, events=(event,), what="a model inside the model")
    sure: Confidence = "likely" if view.reading else "possible"
    return Cause(name=NESTED, events=(event,), what="a model inside the model", confidence=sure)


_Judge = Callable[[Sides, Event], Cause | None]
# The kinds of events, the most telling first.
_JUDGES: Final[tuple[tuple[str, _Judge], ...]] = (
    ("config-argument-refused", _argument),
    ("class-module-missing", _module),
    ("class-unknown", _class),
    ("class-not-saveable", _saveable),
    ("config-value-refused", _value),
    ("nested-model-refused", _nested),
    ("lambda-shape-unknown", _lambda),
    ("config-list", _list),
    ("weights-not-received", _received),
    ("layer-count-differs", _count),
    ("weight-count-differs", _count),
    ("object-not-deserialized", _whole),
    ("class-config-refused", _whole),
)


def config_cause(view: Sides) -> Cause | None:
    """Return what explains the messages about a model's configuration, or None where none is there or none fits."""
    for kind, judge in _JUDGES:
        for event in view.case.events.of(kind):
            found = judge(view, event)
            if found is not None:
                return found
    return None
