"""Functions that symbolic tensors of Keras can be given to in one release and not in another."""

from collections.abc import Iterator
from typing import Final

from tfdoctor.diagnosis import Evidence
from tfdoctor.drift.change import Change
from tfdoctor.drift.releases import Span
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.api import Where

REFUSED: Final = "keras3-default-code-break"
_KEEP: Final = "Call it inside the call method of a layer of your own or in a Lambda layer; or use keras.ops instead."


def changes(span: Span, matrix: Matrix) -> Iterator[Change]:
    """Yield one change: what refuses such tensors; functions that are gone as a whole are told elsewhere."""
    table, symbols = matrix.symbolic, matrix.symbols
    names = tuple(name for name in table.refused(span.before, span.after) if symbols.find(name, span.after))
    if names:
        yield Change(
            finding=REFUSED,
            effect="raises",
            subject=names,
            what="TensorFlow's own functions take no symbolic tensors of Keras (what Input and layers give) any more",
            where=Where(symbolic=True),
            keep=_KEEP,
            evidence=(Evidence(fact=f"symbolic.{span.after}", value=f"{len(names)} functions", source=table.source),),
        )
