"""Arguments that are taken by `**kwargs` in one release and refused in another: no signature tells them."""

from collections.abc import Iterator
from typing import Final, NamedTuple, get_args

from tfdoctor.diagnosis import Evidence
from tfdoctor.drift.api import ARGUMENT, accepts
from tfdoctor.drift.change import Change
from tfdoctor.drift.releases import Span
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.keras import Kind
from tfdoctor.model.judge.target import target

_KINDS: Final[tuple[Kind, ...]] = tuple(kind for kind in get_args(Kind) if kind != "legacy_optimizers")
# Every layer of Keras 2 takes these, which trying configurations did not show.
_BASE: Final = frozenset({"activity_regularizer", "autocast", "batch_input_shape", "batch_size", "input_dim",
                          "input_shape", "weights"})  # fmt: skip
_NAMED: Final = 3  # classes in a sentence


class _Refusal(NamedTuple):
    """What refuses an argument, by its canonical name; with which words, as far as it was tried."""

    name: str
    argument: str
    error: str
    source: str


def changes(span: Span, matrix: Matrix) -> Iterator[Change]:
    """Yield a change for each such argument, with all that refuses it."""
    found: dict[str, list[_Refusal]] = {}
    for one in (*_tried(span, matrix), *_read(span, matrix)):
        found.setdefault(one.argument, []).append(one)
    for argument, rows in sorted(found.items()):
        yield _refused(argument, sorted(rows), span, matrix)


def _tried(span: Span, matrix: Matrix) -> Iterator[_Refusal]:
    """Yield what classes of Keras refuse, as they were tried."""
    old, new = (matrix.keras.release(target(minor, matrix).keras_minor) for minor in (span.before, span.after))
    if old is None or new is None:
        return
    for kind in _KINDS:
        for name in sorted(old.names(kind) & new.names(kind)):
            symbol = matrix.symbols.find(f"tf.keras.{kind}.{name}", span.before)
            one, other = old.lookup(kind, name), new.lookup(kind, name)
            if symbol is not None and symbol.kind == "class" and one is not None and other is not None:
                told = {parameter.name for parameter in symbol.parameters or ()}
                for key in sorted(one.arguments - told - _BASE):
                    if other.takes(key) is False:
                        error = other.refusal(key)
                        yield _Refusal(symbol.name, key, error.message if error else "", matrix.keras.source)


def _read(span: Span, matrix: Matrix) -> Iterator[_Refusal]:
    """Yield what functions and methods refuse, as their sources say."""
    for name in matrix.kwargs.names():
        old, new = (matrix.symbols.find(name, minor) for minor in (span.before, span.after))
        if old is None or new is None or not old.open or old.kind == "class":
            continue
        both = {parameter.name for symbol in (old, new) for parameter in symbol.parameters or ()}
        for key in sorted(matrix.kwargs.taken(name, span.before) - both):
            if not new.open or accepts(new.name, key, span.after, matrix) is False:
                yield _Refusal(old.name, key, "", matrix.kwargs.source)


def _refused(key: str, rows: list[_Refusal], span: Span, matrix: Matrix) -> Change:
    names = tuple(one.name for one in rows)
    owner = names[0].rpartition(".")[2]
    known = next(iter(matrix.api.arguments(owner, key)), None)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    has = "has" if len(names) == 1 else "have"
    return Change(
        finding=known.finding if known else ARGUMENT,
        kind="argument",
        effect="raises",
        subject=names,
        what=f"{', '.join(names[:_NAMED])}{more} {has} no argument {key} any more",
        after=rows[0].error,
        parameters=(key,),
        given=True,
        keep=known.instead if known else "",
        evidence=(Evidence(fact=f"arguments.{span.after}.{owner}.{key}", value="refused", source=rows[0].source),),
    )
