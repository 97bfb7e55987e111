"""Changes as SARIF 2.1.0, at the places of the user's code that they touch."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from tfdoctor.render import sarif
from tfdoctor.render.drift.results import Result, region, relative, results
from tfdoctor.render.drift.view import DriftView, PlaceView
from tfdoctor.render.sarif import INDEX, Json
from tfdoctor.render.view import SkippedView

_ROOT: Final = "%SRCROOT%"  # whoever reads the log knows where the sources are


def document(answer: DriftView, root: str = "") -> str:
    """Return one SARIF log; absolute paths below `root` are told from there."""
    crashed = [
        SkippedView(code=row.code, name=row.name, reason=row.message)
        for row in answer.findings
        if row.family == "doctor"
    ]
    category = f"tfdoctor-drift-{answer.subject.before}-{answer.subject.after}"
    more = sarif.matrix_of(answer.matrix)
    return sarif.log(_results(answer, root), category=category, skipped=(*answer.skipped, *crashed), more=more)


def _results(answer: DriftView, root: str) -> Iterator[Json]:
    seen: dict[str, int] = {}
    for row in results(answer):
        path = (relative(row.place.path, root) or row.place.path) if row.place else ""
        identity = sarif.fingerprint(row.code, path, *_identity(row))
        seen[identity] = seen.get(identity, 0) + 1
        yield _result(answer, row, f"{identity}:{seen[identity]}", root)


def _identity(row: Result) -> Iterator[str]:
    """What makes it the same result when lines above it move: the change, what is used, and the line's own text."""
    if row.change is not None and row.place is not None:
        yield from (row.change.kind, *row.change.subject[:1], *row.change.parameters)
        yield from (row.place.name, row.place.part or "", " ".join(row.place.source.split()))


def _result(answer: DriftView, row: Result, identity: str, root: str) -> Json:
    change, place = row.change, row.place
    told: Json = {"name": row.name, "confidence": row.confidence}
    if change is not None:
        told |= {
            "effect": change.effect,
            "subject": list(change.subject),
            "before": change.before,
            "after": change.after,
            "keep": change.keep,
            "evidence": [{"fact": one.fact, "value": one.value, "source": one.source} for one in change.evidence],
        }
    return {
        "ruleId": row.code,
        "ruleIndex": INDEX[row.code],
        "level": row.severity,
        "message": {"text": row.message},
        "locations": [_location(place, root) if place else _releases(answer)],
        "partialFingerprints": {"primaryLocationLineHash": identity, "tfdoctor/drift/v1": identity},
        "properties": told,
    }


def _location(place: PlaceView, root: str) -> Json:
    where = region(place)
    physical: Json = {
        "artifactLocation": _artifact(place.path, root),
        "region": {
            "startLine": where.line,
            "startColumn": where.column,
            "endLine": where.end_line,
            "endColumn": where.end_column,
        },
    }
    logical = [{"fullyQualifiedName": place.name, "name": place.name.rpartition(".")[2], "kind": "function"}]
    if place.cell:
        logical.append({"fullyQualifiedName": f"cell {place.cell}", "name": f"cell {place.cell}", "kind": "module"})
    if place.part:
        logical.append({"fullyQualifiedName": place.part, "name": place.part, "kind": "element"})
    return {"physicalLocation": physical, "logicalLocations": logical}


def _artifact(path: str, root: str) -> Json:
    below = relative(path, root)
    if below is None:
        return {"uri": Path(path).as_uri()}
    return {"uri": (PurePosixPath("/") / below).as_uri().removeprefix("file:///"), "uriBaseId": _ROOT}


def _releases(answer: DriftView) -> Json:
    """A place for what is about two releases and no file; GitHub shows nothing without one."""
    uri = f"releases/{answer.subject.before}-{answer.subject.after}"
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri},
            "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1},
        }
    }
