"""Arguments that classes of Keras take by `**kwargs` in one release and refuse in another: no signature tells them."""

from collections.abc import Iterator
from typing import Final, get_args

from tfdoctor.diagnosis import Evidence
from tfdoctor.drift.api import ARGUMENT
from tfdoctor.drift.change import Change
from tfdoctor.drift.releases import Span
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.keras import KerasClass, Kind
from tfdoctor.model.judge.target import target

_KINDS: Final[tuple[Kind, ...]] = tuple(kind for kind in get_args(Kind) if kind != "legacy_optimizers")
# Every layer of Keras 2 takes these, which trying configurations did not show.
_BASE: Final = frozenset({"activity_regularizer", "autocast", "batch_input_shape", "batch_size", "input_dim",
                          "input_shape", "weights"})  # fmt: skip
_NAMED: Final = 3  # classes in a sentence


def changes(span: Span, matrix: Matrix) -> Iterator[Change]:
    """Yield a change for each such argument, as it was tried in each release."""
    old, new = (matrix.keras.release(target(minor, matrix).keras_minor) for minor in (span.before, span.after))
    if old is None or new is None:
        return
    found: dict[str, dict[str, KerasClass]] = {}
    for kind in _KINDS:
        for name in sorted(old.names(kind) & new.names(kind)):
            symbol = matrix.symbols.find(f"tf.keras.{kind}.{name}", span.before)
            one, other = old.lookup(kind, name), new.lookup(kind, name)
            if symbol is not None and symbol.kind == "class" and one is not None and other is not None:
                told = {parameter.name for parameter in symbol.parameters or ()}
                for key in one.arguments - told - _BASE:
                    if other.takes(key) is False:
                        found.setdefault(key, {})[symbol.name] = other
    for key, classes in sorted(found.items()):
        yield _refused(key, classes, span, matrix)


def _refused(key: str, classes: dict[str, KerasClass], span: Span, matrix: Matrix) -> Change:
    names = tuple(sorted(classes))
    owner = names[0].rpartition(".")[2]
    known = next(iter(matrix.api.arguments(owner, key)), None)
    error = classes[names[0]].refusal(key)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    has = "has" if len(names) == 1 else "have"
    return Change(
        finding=known.finding if known else ARGUMENT,
        kind="argument",
        effect="raises",
        subject=names,
        what=f"{', '.join(names[:_NAMED])}{more} {has} no argument {key} any more",
        after=error.message if error else "",
        parameters=(key,),
        given=True,
        keep=known.instead if known else "",
        evidence=(Evidence(fact=f"keras.{span.after}.{owner}.{key}", value="refused", source=matrix.keras.source),),
    )
