"""What a release of TensorFlow does not know of a graph: operations, their attributes, and values of these."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts.saved import AttrUse, MetaGraph, OpUse
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.ops import Attr
from tfdoctor.model.judge.keras.failure import Failure

NEWER: Final = "op-not-registered-newer-producer"
PLUGIN: Final = "op-not-registered-missing-plugin-import"
ATTR: Final = "graphdef-attr-from-newer-producer"

# The importer answers InvalidArgument as ValueError, anything else as its own class.
NOT_FOUND: Final = "NotFoundError"
INVALID: Final = "ValueError"
UNIMPLEMENTED: Final = "UnimplementedError"


@dataclass(frozen=True)
class Problem:
    """Something that a release refuses.

    Attributes:
        kind: "op" is not registered, "attr" not in its definition, "value" not among those allowed, "removed" from some
            graph version on.
        use: of the operation or the attribute: where the graph has it.
        failure: what the importer raises.
        since: graph version from which a removed operation is refused.
    """

    kind: Literal["op", "attr", "value", "removed"]
    use: OpUse | AttrUse
    failure: Failure
    since: int = 0


def problems(graph: MetaGraph, minor: str, matrix: Matrix) -> list[Problem]:
    """Return all problems of a graph and its functions in a minor of TensorFlow."""
    return [problem for use in graph.ops for problem in _of_op(use, minor, matrix)]


def _of_op(use: OpUse, minor: str, matrix: Matrix) -> Iterator[Problem]:
    op = matrix.ops.get(use.name, minor)
    if op is None:
        yield Problem("op", use, _unknown(use.name, matrix))
        return
    if op.deprecated:
        yield Problem("removed", use, _removed(use.name, op.deprecated), op.deprecated)
    for attr in use.attrs:
        known = op.attrs.get(attr.name)
        if known is None:
            yield Problem("attr", attr, _attr(use.name, attr.name, matrix))
        elif known.allowed is not None:
            yield from _values(use.name, attr, known, known.allowed)


def _values(op: str, use: AttrUse, known: Attr, allowed: frozenset[str]) -> Iterator[Problem]:
    for value in use.values:
        items = value[1:-1].split(", ") if known.type.startswith("list(") and value != "[]" else [value]
        bad = next((item for item in items if item.startswith(("DT_", '"')) and item not in allowed), None)
        if bad is not None and value != "[]":
            said = f"Value for attr '{known.name}' of {_said(bad)} is not in the list of allowed values"
            evidence = Evidence(fact=f"matrix.ops.{op}.{known.name}", value=", ".join(sorted(allowed)))
            yield Problem("value", use, Failure(ATTR, INVALID, said, evidence))


def _said(value: str) -> str:
    """A value as messages have it: "bfloat16" of DT_BFLOAT16."""
    return value.removeprefix("DT_").lower() if value.startswith("DT_") else value


def _unknown(name: str, matrix: Matrix) -> Failure:
    known = matrix.graph_ops
    message = f"Op type not registered '{name}' in binary"
    plugin, core, contrib = known.plugin(name), known.core(name), known.contrib(name)
    fact = f"matrix.ops.{name}"
    if core is not None and plugin is None:
        value = f"since TensorFlow {core.since}"
        return Failure(NEWER, NOT_FOUND, message, Evidence(fact=fact, value=value, source=core.source))
    if plugin is not None:
        evidence = Evidence(fact=fact, value=f"registered by {plugin.distribution}", source=plugin.source)
        return Failure(PLUGIN, NOT_FOUND, message, evidence)
    if contrib is not None:
        value = "registered by tf.contrib of TensorFlow 1"
        return Failure(PLUGIN, NOT_FOUND, message, Evidence(fact=fact, value=value, source=contrib.source))
    return Failure(PLUGIN, NOT_FOUND, message, Evidence(fact=fact, value="in no release of TensorFlow"))


def _removed(name: str, since: int) -> Failure:
    evidence = Evidence(fact=f"matrix.ops.{name}", value=f"removed in graph version {since}")
    return Failure(NEWER, UNIMPLEMENTED, f"Op {name} is not available in GraphDef version", evidence)


def _attr(op: str, name: str, matrix: Matrix) -> Failure:
    since = matrix.ops.attr_since(op, name)
    value = f"since TensorFlow {since}" if since else "in no release of TensorFlow"
    evidence = Evidence(fact=f"matrix.ops.{op}.{name}", value=value, source=matrix.ops.source)
    return Failure(ATTR, INVALID, f"NodeDef mentions attr '{name}' not in Op<name={op}", evidence)
