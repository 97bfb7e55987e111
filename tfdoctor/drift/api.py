"""Changes of the public API between two releases: names that are gone, arguments, defaults, deprecations."""

from collections.abc import Iterator
from itertools import takewhile
from typing import Final, cast, get_args

from tfdoctor.diagnosis import Confidence, Evidence
from tfdoctor.drift.change import Change, Effect, Kind
from tfdoctor.drift.cure import AsVersion1, ByName, Cure, LeaveOut, MoveTo, Rename, WriteOut, told
from tfdoctor.drift.releases import Span, ordered
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.api import Symbols
from tfdoctor.matrix.keras import Kind as Objects
from tfdoctor.matrix.symbols import Symbol, SymbolChange, differences
from tfdoctor.model.judge.target import target

REMOVED: Final = "symbol-removed"
ARGUMENT: Final = "argument-removed"
DEFAULT: Final = "default-changed"
DEPRECATED: Final = "symbol-deprecated"
_ONE_VALUE: Final = "="
_ONLY_SAID: Final = "Deprecated."  # how symbols.json tells a description that says no more; nothing warns at run time
NAMING: Final = frozenset(
    {"name", "verbose", "summarize", "as_dict", "line_length", "print_fn", "dpi", "show_layer_names"}
)
_REPLICAS: Final = frozenset({"aggregation", "synchronization"})  # of a variable: with one device all are the same
# Which way of the same arithmetic is taken, and how data is fetched.
_SPEED: Final = frozenset({"implementation", "workers", "use_multiprocessing", "max_queue_size"})
_NO_TEXT: Final = frozenset({"shape", "axis"})
_COMPAT: Final = "tf.compat.v1."
_VERSION_2: Final = (2, 0)
_KERAS_3: Final = (3, 0)
_WITH_KERAS_3: Final = (2, 16)
_LAYERS: Final = frozenset({"name", "dtype", "trainable", "dynamic"})  # what a layer passes on to Layer


def changes(span: Span, matrix: Matrix) -> Iterator[Change]:
    """Yield what the signatures of both releases say; names that are new change nothing for a program that is there."""
    for row in matrix.symbols.changes(span.before, span.after):
        made = _change(row, span, matrix)
        if made is not None:
            yield made


def _change(row: SymbolChange, span: Span, matrix: Matrix) -> Change | None:
    match row.what:
        case "removed" | "moved":
            return None if _held(row.name, span.after, matrix) else _gone(row, span, matrix)
        case "default":
            return _default(row, span, matrix) if row.old else None  # what had to be given still is
        case "parameter-removed":
            if not row.new:  # nothing has its place
                what = f"has no argument {row.parameter} any more"
                cure = LeaveOut(row.parameter, row.old) if row.old else None
                return _argument(row, span, matrix, "argument", what, cure=cure)
            what = f"has no argument {row.parameter} any more, but {row.new} at its place"
            return _argument(row, span, matrix, "renamed", what)
        case "parameter-renamed":
            what = f"calls its argument {row.parameter} {row.new}"
            return _argument(row, span, matrix, "renamed", what, cure=Rename(row.parameter, row.new))
        case "parameters-reordered":
            return _reordered(row, span)
        case "parameter-added":
            return _required(row, span)
        case "deprecated" | "parameter-deprecated":
            return _deprecated(row, span)
        case _:
            return None


def _held(name: str, minor: str, matrix: Matrix) -> bool:
    """Whether objects have what their class does not show: what they get when they are made."""
    owner, _, last = name.rpartition(".")
    return matrix.api.holds(name, ordered(minor)) or matrix.inner.has(owner, last, minor) is True


def _gone(row: SymbolChange, span: Span, matrix: Matrix) -> Change:
    now, symbol = (row.new, row.after) if row.what == "moved" else _elsewhere(row.name, span, matrix)
    what = f"is {now} now" if now else f"is not in TensorFlow {span.after}"
    known = _known(row, span, matrix)
    kind: Kind = "moved" if now else "gone"
    alike = row.before is not None and symbol is not None and not any(differences(now, row.before, symbol))
    graph = now in matrix.api.graph_only and ordered(span.before) < _VERSION_2
    cure: Cure | None = None if not now or not alike else AsVersion1(now) if graph else MoveTo(now)
    keep = told(cure) or now or (known.instead if known else "")
    finding = known.finding if known else REMOVED
    return _made(row, span, finding, kind, "raises", what=what, after=now, keep=keep, cure=cure)


def _elsewhere(name: str, span: Span, matrix: Matrix) -> tuple[str, Symbol | None]:
    """The place of a name of TensorFlow 1 in the other release, and what is there; "" where it is gone there too."""
    here = f"{_COMPAT}{name.removeprefix('tf.')}"
    found = None if name.startswith(_COMPAT) else matrix.symbols.find(here, span.after)
    # The optimizers before 2.11 are tf.keras.optimizers.legacy.
    return ("", None) if found is None else (found.name if ".legacy." in found.name else here, found)


def _default(row: SymbolChange, span: Span, matrix: Matrix) -> Change:
    told = row.new or "required"
    effect: Effect = "raises" if not row.new else "cosmetic" if _alike(row) else "results"
    what = f"{row.parameter} is {told} by default, not {row.old}" if row.new else f"{row.parameter} must be given"
    # None lets the function choose, often the same; written out it is chosen anew, or refused.
    open_ = effect == "results" and "None" in {row.old, row.new}
    return _made(
        row, span, _page(row, matrix), "default", effect, what=what, before=f"{row.parameter}={row.old}",
        after=f"{row.parameter}={told}", parameters=(row.parameter,), confidence="possible" if open_ else "certain",
        cure=None if row.old.startswith("<") or row.old == "None" else WriteOut(row.parameter, row.old),
    )  # fmt: skip


def _required(row: SymbolChange, span: Span) -> Change | None:
    """A new argument that must be given."""
    made = next((one for one in (row.after.parameters or () if row.after else ()) if one.name == row.parameter), None)
    if made is None or made.default is not None or made.kind in {"*", "**"}:
        return None
    what = f"{row.parameter} must be given"
    return _made(row, span, ARGUMENT, "default", "raises", what=what, parameters=(row.parameter,))


def _page(row: SymbolChange, matrix: Matrix) -> str:
    """The page that explains a changed default: its own where people met it, else that of all of them."""
    mine = (each for each in matrix.api.changes if each.harvested and row.parameter in each.arguments)
    return next((each.finding for each in mine if not set(row.names).isdisjoint(each.subjects)), DEFAULT)


def _alike(row: SymbolChange) -> bool:
    """Whether both defaults mean the same: names, False and None, a folder, a member whose class alone is renamed."""
    members = [text.rpartition(".") for text in (row.old, row.new)]
    renamed = all(head.isidentifier() for head, _, _ in members) and members[0][2] == members[1][2]
    folder = row.old.replace("'./", "'") == row.new.replace("'./", "'")
    if row.parameter == "trainable" and {row.old, row.new} == {"None", "True"}:
        return True
    return row.parameter in NAMING | _SPEED | _REPLICAS or {row.old, row.new} == {"False", "None"} or renamed or folder


def _argument(  # noqa: PLR0913  the parts of a change
    row: SymbolChange, span: Span, matrix: Matrix, kind: Kind, what: str, *, cure: Cure | None = None
) -> Change | None:
    if row.parameter.startswith("*"):
        return None  # what it took besides has no name
    if matrix.api.holds(f"{row.name}({row.parameter})", ordered(span.after)):
        return None
    taken = accepts(row.after.name, row.parameter, span.after, matrix) if row.after and row.after.open else False
    if taken:
        return None  # its signature does not tell it any more, and it is taken
    known = next(iter(matrix.api.arguments(row.name.rpartition(".")[2], row.parameter)), None)
    if known is not None and known.renamed:
        cure = Rename(row.parameter, known.renamed)
    return _made(
        row, span, known.finding if known else ARGUMENT, kind, "raises", what=what, parameters=(row.parameter,),
        given=True,
        keep=known.instead if known else "", cure=cure, confidence="likely" if taken is None else "certain",
    )  # fmt: skip


def accepts(name: str, parameter: str, minor: str, matrix: Matrix) -> bool | None:
    """Return whether something takes an argument by `**kwargs` in a minor; None where that is not known."""
    if parameter in _LAYERS and ".keras.layers." in name and (parameter != "dynamic" or ordered(minor) < _WITH_KERAS_3):
        return True
    kind, _, last = name.removeprefix("tf.keras.").rpartition(".")
    keras = matrix.keras.release(target(minor, matrix).keras_minor)
    found = keras.lookup(cast("Objects", kind), last) if keras and kind in get_args(Objects) else None
    tried = found.takes(parameter) if found else None
    return matrix.kwargs.takes(name, parameter, minor) if tried is None else tried


def _reordered(row: SymbolChange, span: Span) -> Change | None:
    """Arguments by position mean others from the first place on that has another parameter."""
    old, new = (tuple(places(symbol)) for symbol in (row.before, row.after))
    first = next((at for at, name in enumerate(old) if at >= len(new) or new[at] != name), None)
    if first is None or any(one.kind == "*" for one in (row.after.parameters or () if row.after else ())):
        return None  # only arguments that are given by name, or any number is taken by position
    what = f"has another parameter at place {first + 1} of its arguments: "
    what += f"{new[first]}, not {old[first]}" if first < len(new) else f"none, not {old[first]}"
    # A name is a text: that is no shape and no axis; what else takes it may do so without a word.
    refused = first >= len(new) or (old[first] == "name" and new[first] in _NO_TEXT)
    effect: Effect = "raises" if refused else "results"
    named = {one.name for one in (row.after.parameters or () if row.after else ()) if one.kind in {"either", "named"}}
    cure = ByName(first + 1, tuple(takewhile(named.__contains__, old[first:])))
    return _made(
        row, span, ARGUMENT, "order", effect, what=what, positional=first + 1, keep="give arguments by name",
        cure=cure if cure.names else None,
    )  # fmt: skip


def places(symbol: Symbol | None) -> Iterator[str]:
    """Yield the names of the parameters that can be given by position, in order."""
    return (one.name for one in (symbol.parameters or () if symbol else ()) if one.kind in {"positional", "either"})


def _deprecated(row: SymbolChange, span: Span) -> Change:
    name, equals, value = row.parameter.partition(_ONE_VALUE)
    about = f"{name}={value}" if equals else name
    warns = row.new != _ONLY_SAID
    what = f"warns of {about}" if name else "is deprecated" if warns else "is deprecated by its description alone"
    return _made(
        row,
        span,
        DEPRECATED,
        "deprecated",
        "warns" if warns else "cosmetic",
        what=what,
        after=row.new,
        parameters=(name,) if name else (),
        given=bool(name),
    )


def _made(  # noqa: PLR0913  the parts of a change
    row: SymbolChange,
    span: Span,
    finding: str,
    kind: Kind,
    effect: Effect,
    *,
    what: str,
    before: str = "",
    after: str = "",
    parameters: tuple[str, ...] = (),
    given: bool = False,
    positional: int = 0,
    keep: str = "",
    cure: Cure | None = None,
    confidence: Confidence = "certain",
) -> Change:
    return Change(
        finding=finding,
        kind=kind,
        effect=effect,
        subject=row.names or (row.name,),
        what=f"{row.name} {what}" if not parameters or given else f"{row.name}: {what}",
        before=before or signature(row.before),
        after=after or signature(row.after),
        parameters=parameters,
        given=given,
        positional=positional,
        keep=keep or told(cure),
        cure=cure,
        evidence=(
            Evidence(fact=f"api.{span.before}.{row.name}", value=signature(row.before) or "there", source="run"),
            Evidence(fact=f"api.{span.after}.{row.name}", value=signature(row.after) or "not there", source="run"),
        ),
        confidence=confidence,
    )


def signature(symbol: Symbol | None) -> str:
    """Return a symbol as Python writes its definition: "(units, activation=None, **kwargs)"; "" for none."""
    if symbol is None:
        return ""
    if symbol.parameters is None:
        return symbol.value or symbol.kind
    stars = {"*": "*", "**": "**"}
    parts = [
        f"{stars.get(one.kind, '')}{one.name}" + (f"={one.default}" if one.default is not None else "")
        for one in symbol.parameters
    ]
    named = next((at for at, one in enumerate(symbol.parameters) if one.kind == "named"), None)
    if named is not None and not any(one.kind == "*" for one in symbol.parameters):
        parts.insert(named, "*")
    return f"({', '.join(parts)})"


def _known(row: SymbolChange, span: Span, matrix: Matrix) -> Symbols | None:
    """The row of the written table on a name that is gone, which has a page of its own; None without one."""
    rows = (one for path in _paths(row) for one in matrix.api.symbol(path))
    return next((one for one in rows if absent(one, span.after)), None)


def absent(row: Symbols, minor: str) -> bool:
    """Say whether a minor is outside of the releases that had a name; the scale is TensorFlow's below 3."""
    late = row.until is not None and ordered(row.until) < ordered(minor)
    early = row.since is not None and ordered(minor) < ordered(row.since) < _KERAS_3
    return late or early


def _paths(row: SymbolChange) -> Iterator[str]:
    """Yield what the written table may call a name: by TensorFlow, by Keras, or by the kind of its object."""
    for name in row.names or (row.name,):
        if name.startswith("tf."):
            yield f"tensorflow.{name.removeprefix('tf.')}"
        if name.startswith(("tf.keras.", "keras.")):
            yield name.removeprefix("tf.")
    if row.before is not None and row.before.kind in {"method", "property"}:
        last = row.name.rpartition(".")[2]
        yield f"{'Optimizer' if '.optimizers.' in row.name else 'Model'}.{last}"
        yield f"Object.{last}"
