"""What did not change, of the things that people suspect when their results differ."""

from collections.abc import Iterator

from tfdoctor.drift.api import NAMING
from tfdoctor.drift.change import Same
from tfdoctor.drift.releases import Span
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.symbols import Symbol


def unchanged(span: Span, matrix: Matrix) -> Iterator[Same]:
    """Yield each suspect whose defaults are the same in both releases and whose experiments give the same."""
    behaviour = matrix.behaviour
    for suspect in matrix.api.suspects:
        pairs = [
            (matrix.symbols.find(name, span.before), matrix.symbols.find(name, span.after)) for name in suspect.symbols
        ]
        if any(one is None or other is None or _defaults(one) != _defaults(other) for one, other in pairs):
            continue
        names = [row.name for symbol in suspect.symbols for row in behaviour.about(symbol) if row.kind != "speed"]
        known = [name for name in dict.fromkeys(names) if behaviour.outcome(name, span.before)]
        if any(behaviour.differs(name, span.before, span.after) for name in known):
            continue
        shown = {f"{name}={value}": None for one, _ in pairs if one for name, value in _defaults(one).items()}
        yield Same(suspect.title, ", ".join(shown), tuple(known))


def _defaults(symbol: Symbol) -> dict[str, str]:
    rows = symbol.parameters or ()
    return {row.name: row.default for row in rows if row.default is not None and row.name not in NAMING}
