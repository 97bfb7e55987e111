"""The importers of graphs, which meet the same problems in another order and at other places.

TensorFlow 1's way imports the graph itself, after it has removed attributes that the release does not know where they
are at the default of the file's own list of operations. It goes node by node; a node that calls a function is looked at
with the function behind it (operations, not attributes), and functions that nobody calls are not looked at.

TensorFlow 2's way makes every function of the library, one after the other, and never looks at the graph itself. Of
each function it first looks up all operations, then imports it. The functions count as written by the release that
reads.

From TensorFlow 2.5 on both ignore attributes that they do not know.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from packaging.version import Version

from tfdoctor.facts.saved import MetaGraph
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.ops import OpRelease
from tfdoctor.model.judge.graph.problems import INVALID, NEWER, Problem, problems
from tfdoctor.model.judge.keras.failure import Failure

_TOLERANT: Final = Version("2.5")


def whole(graph: MetaGraph, release: OpRelease, matrix: Matrix) -> None:
    """Import a graph in the way of TensorFlow 1.

    Raises:
        Failure: the first problem that the importer meets.
    """
    _versions(graph, release)
    found = []
    for problem in _met(graph, release, matrix):
        if problem.kind == "removed" and (graph.producer or 0) < problem.since:
            continue
        if problem.use.node >= 0:
            found.append(((problem.use.node, 0, problem.kind != "op"), problem))
        elif problem.kind == "op" and problem.use.called >= 0:
            found.append(((problem.use.called, 1, False), problem))
    _first(found)


def functions(graph: MetaGraph, release: OpRelease, matrix: Matrix) -> None:
    """Make the functions of a graph in the way of TensorFlow 2.

    Raises:
        Failure: the first problem that the importer meets.
    """
    found = []
    for problem in _met(graph, release, matrix):
        place = problem.use.function
        if place is not None and (problem.kind != "removed" or release.producer >= problem.since):
            found.append(((place[0], problem.kind != "op", place[1]), problem))
    _first(found)


def _met(graph: MetaGraph, release: OpRelease, matrix: Matrix) -> Iterator[Problem]:
    """The problems that a release minds."""
    tolerant = Version(release.version) >= _TOLERANT
    found = problems(graph, release.minor, matrix)
    return (problem for problem in found if problem.kind != "attr" or not tolerant)


def _first(found: Sequence[tuple[tuple[int, int, int], Problem]]) -> None:
    if found:
        raise min(found, key=lambda item: item[0])[1].failure


def _versions(graph: MetaGraph, release: OpRelease) -> None:
    """Check the versions that the graph states against the release's."""
    consumer = release.producer
    if graph.producer is not None and graph.producer < release.min_producer:
        said = f"GraphDef producer version {graph.producer} below min producer {release.min_producer}"
    elif consumer < (graph.min_consumer or 0):
        said = f"GraphDef min consumer version {graph.min_consumer} above current version {consumer}"
    elif consumer in graph.bad_consumers:
        said = f"GraphDef disallows consumer version {consumer}"
    else:
        return
    raise Failure(NEWER, INVALID, said)
