"""Uses of what is not public and is gone: modules inside TensorFlow and Keras, attributes of their objects."""

from collections.abc import Iterable, Iterator
from typing import Final

from tfdoctor.diagnosis import Confidence, Evidence
from tfdoctor.drift import copies
from tfdoctor.drift.api import REMOVED, absent
from tfdoctor.drift.change import Change, Hit
from tfdoctor.drift.code.use import Use
from tfdoctor.drift.naming import Meant, written
from tfdoctor.drift.releases import Span
from tfdoctor.drift.sure import at_most, least
from tfdoctor.matrix import Matrix

STRICT: Final = "keras3-api-strictness"
_LAYERS: Final = "tf.keras.layers."
_INTERNAL: Final = "tf.keras.__internal__"
_LAYER: Final = "tf.keras.layers.Layer"
_V1_LAYERS: Final = "tf.compat.v1.layers."
_V1_LAYER: Final = "tf.compat.v1.layers.Layer"  # what all of them derive from, as it stands in the table
# What Keras makes, as it stands in the table.
_MADE: Final = {"tf.Tensor.": "tf.Tensor of Keras", "tf.Variable.": "tf.keras.Variable"}


def hits(uses: Iterable[Use], span: Span, matrix: Matrix) -> Iterator[Hit]:
    """Yield the places that use what the second release has no more; what is public is told elsewhere."""
    made: dict[tuple[str, bool, bool], tuple[Change, Confidence] | None] = {}
    meant = Meant(matrix.symbols, span)
    for use in uses:
        if use.kind == "string" or (use.kind == "subclass" and not _reached(use)):
            continue
        key = use.name, use.of_keras, use.stores
        if key not in made:
            made[key] = _fixed(use, span, matrix) if use.stores else _lost(use, meant, span, matrix)
        found = made[key]
        if found is not None:
            change, confidence = found
            yield Hit(change, use, least(confidence, at_most(use)))


def _reached(use: Use) -> bool:
    """Whether a class derives from what its own line gets from a module: `class A(keras.engine.base_layer.Layer)`.

    To define a method that is gone is no error, and what has a name of its own was imported.
    """
    plain = use.line == use.end_line and "." not in use.name[-(use.end_column - use.column) :]
    return not (use.given or plain)


def _lost(use: Use, meant: Meant, span: Span, matrix: Matrix) -> tuple[Change, Confidence] | None:
    made = next((start for start in _MADE if use.of_keras and use.name.startswith(start)), "")
    if made and matrix.symbols.find(use.name, span.after) is not None:
        return _attribute(f"{_MADE[made]}.{use.name.removeprefix(made)}", span, matrix)
    if meant.symbol(use.name) is not None:
        return None
    return _module(use.name, span, matrix) or _attribute(use.name, span, matrix)


def _fixed(use: Use, span: Span, matrix: Matrix) -> tuple[Change, Confidence] | None:
    """A property that the second release alone has, and that can't be assigned to."""
    owner, _, last = written(use.name).rpartition(".")
    owner = _canonical(owner, span.before, matrix)
    before, after = (matrix.inner.fixed(owner, last, minor) for minor in (span.before, span.after))
    if before or not after:
        return None
    name = f"{owner}.{last}"
    what = f"{name} is a property in TensorFlow {span.after}, that nothing can be assigned to"
    evidence = Evidence(
        fact=f"inner.{span.after}.{name}", value="a property without setter", source=matrix.inner.source
    )
    change = Change(
        finding=STRICT, effect="raises", subject=(name,), what=what, keep="another name", evidence=(evidence,)
    )
    return change, "certain"


def kept(name: str, minor: str, matrix: Matrix) -> bool:
    """Whether objects have an attribute that is public no more, or that they get when they are made."""
    owner, _, last = written(name).rpartition(".")
    owner = _V1_LAYER if owner.startswith(_V1_LAYERS) else _canonical(owner, minor, matrix)
    return matrix.inner.has(owner, last, minor) is True


def _module(name: str, span: Span, matrix: Matrix) -> tuple[Change, Confidence] | None:
    lost, sure = matrix.inner.lost(name, span.before, span.after)
    if not lost and name.startswith(_INTERNAL):  # it lies elsewhere in each release, and TensorFlow reaches it
        known = matrix.api.whole(_INTERNAL.replace("tf.", "tensorflow."))
        went = known is not None and absent(known, span.after) and not absent(known, span.before)
        lost = _INTERNAL if went else ""
    return (_gone(lost, span, matrix), "certain" if sure else "possible") if lost else None


def _attribute(name: str, span: Span, matrix: Matrix) -> tuple[Change, Confidence] | None:
    """An attribute that objects of a class had and have no more; of a layer that was not asked, one that Layer lost."""
    owner, _, last = written(name).rpartition(".")
    home = copies.home(owner, matrix.symbols)
    asked = tuple(copies.state(minor) if home else minor for minor in (span.before, span.after))
    owner = home or _canonical(owner, span.before, matrix)
    had, has = (matrix.inner.has(owner, last, minor) for minor in asked)
    if had is None and has is None and owner.startswith(_LAYERS):
        owner = _LAYER
        had, has = (matrix.inner.has(owner, last, minor) for minor in asked)
    if not had or has is None or (has and matrix.inner.always(owner, last, asked[1])):
        return None
    return _gone(f"{owner}.{last}", span, matrix), "possible" if has else "certain"


def _canonical(owner: str, minor: str, matrix: Matrix) -> str:
    return matrix.symbols.canonical(owner, minor) or owner


def _gone(name: str, span: Span, matrix: Matrix) -> Change:
    paths = (f"tensorflow.{name.removeprefix('tf.')}", name.removeprefix("tf."))
    known = next((row for path in paths for row in matrix.api.symbol(path) if absent(row, span.after)), None)
    return Change(
        finding=known.finding if known else REMOVED,
        kind="gone",
        effect="raises",
        subject=(name,),
        what=f"{name} is not in TensorFlow {span.after}",
        keep=known.instead if known else "",
        evidence=tuple(
            Evidence(fact=f"inner.{minor}.{name}", value=said, source=matrix.inner.source)
            for minor, said in ((span.before, "there, not public"), (span.after, "not there"))
        ),
    )
