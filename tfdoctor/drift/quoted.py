"""Names in quotes that one release finds and the other does not: loss="huber_loss", metrics=["logcosh"]."""

from collections.abc import Iterable, Iterator
from typing import Final, cast, get_args

from tfdoctor.diagnosis import Evidence
from tfdoctor.drift.api import REMOVED
from tfdoctor.drift.change import Change, Hit
from tfdoctor.drift.code.use import Use
from tfdoctor.drift.cure import Respell, told
from tfdoctor.drift.naming import written
from tfdoctor.drift.releases import Span
from tfdoctor.drift.sure import at_most
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.keras import KerasRelease, Kind
from tfdoctor.model.judge.target import target

_ONE: Final = {"losses": "loss", "policies": "policy"}
_CHOSEN: Final = frozenset({"acc", "accuracy", "ce", "crossentropy"})  # by the shapes and the loss, in every release


def hits(uses: Iterable[Use], span: Span, matrix: Matrix) -> Iterator[Hit]:
    """Yield the places with a name in quotes that the second release does not find."""
    old, new = (matrix.keras.release(target(minor, matrix).keras_minor) for minor in (span.before, span.after))
    made: dict[str, Change] = {}
    for use in uses:
        text = use.given[0].literal if use.kind == "string" and use.given else None
        kind = written(use.name).rpartition(".")[0].rpartition(".")[2]
        if old is None or new is None or kind not in get_args(Kind) or not isinstance(text, str):
            continue
        if (
            text.lower() in _CHOSEN
            or not _found(old, cast("Kind", kind), text)
            or _found(new, cast("Kind", kind), text)
        ):
            continue
        name = f"tf.keras.{kind}.{text}"
        change = made.setdefault(name, _lost(name, span, matrix))
        yield Hit(change, use, at_most(use))


def _found(keras: KerasRelease, kind: Kind, text: str) -> bool:
    return keras.has_function(kind, text) or keras.lookup(kind, text) is not None


def _lost(name: str, span: Span, matrix: Matrix) -> Change:
    kind, text = name.split(".")[-2:]
    now = matrix.symbols.canonical(name, span.before) or ""
    found = now != name and matrix.symbols.find(now, span.after) is not None
    cure = Respell(now.rpartition(".")[2]) if found else None
    return Change(
        finding=REMOVED,
        effect="raises",
        subject=(name,),
        what=f"no {_ONE.get(kind, kind[:-1])} is called {text!r} in TensorFlow {span.after}",
        keep=told(cure),
        cure=cure,
        evidence=(Evidence(fact=f"keras.{span.after}.{kind}.{text}", value="not found", source=matrix.keras.source),),
    )
