"""Diagnoses as SARIF 2.1.0: what code scanning services and editors read.

Beyond the standard it keeps to what GitHub asks of a file (code scanning, "SARIF support"): every rule with its help,
every result with one location that has a region, and fingerprints that are the same on every run and machine.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Final

from tfdoctor import __version__
from tfdoctor.diagnosis import Evidence
from tfdoctor.render.view import DiagnosisView, FindingView, MatrixView, RemedyView, SkippedView
from tfdoctor.rules import RULES, Rule

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RESULTS_PER_RUN = 25_000  # GitHub rejects a run with more

_ENVIRONMENT = "ENVIRONMENT"  # the base of addresses: the folder of the environment that was examined
INDEX: Final = {rule.code: number for number, rule in enumerate(RULES)}
"""Where the rule of a code stands in every log."""
_PROBLEM: Final = {"error": "error", "warning": "warning", "note": "recommendation"}
_LONGEST = 1024  # characters of a description that GitHub takes
# The place of the interpreter below the folder of its environment.
_INSIDE = re.compile(r"(?:[/\\](?:bin|Scripts))?[/\\]python[\w.-]*$", re.IGNORECASE)
_ABSOLUTE = re.compile(r"/[^\0\n]*|[A-Za-z]:[\\/][^\0\n]*")

Json = dict[str, Any]
"""A part of a log."""


def document(views: Iterable[DiagnosisView], *, category: str = "tfdoctor") -> str:
    """Return diagnoses as one SARIF log of one run, or of as many as its results need.

    Args:
        views: the diagnoses, in order.
        category: what tells this analysis from others of the same commit.
    """
    views = list(views)
    results = (result for view in views for result in _results(view))
    more = _about(views[0]) if len(views) == 1 else {}
    return log(results, category=category, skipped=views[0].skipped if len(views) == 1 else (), more=more)


def log(
    results: Iterable[Json], *, category: str, skipped: Iterable[SkippedView] = (), more: Json | None = None
) -> str:
    """Return results as one SARIF log of one run, or of as many as they need.

    Args:
        results: in order.
        category: as for `document`.
        skipped: what could not be decided.
        more: what else a run tells.
    """
    told = [_notification(row) for row in skipped]
    rows = iter(results)
    runs: list[Json] = []
    while (part := list(islice(rows, RESULTS_PER_RUN))) or not runs:
        runs.append(_run(part, category, told) | (more or {}))
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": runs}, indent=2)


def matrix_of(matrix: MatrixView) -> Json:
    """Return the matrix that judged, as a property of a run."""
    return {"properties": {"matrix": {"version": matrix.version, "digest": matrix.digest}}}


def _run(results: list[Json], category: str, told: list[Json]) -> Json:
    return {
        "tool": {
            "driver": {
                "name": "tfdoctor",
                "semanticVersion": __version__,
                "shortDescription": {"text": "The doctor for TensorFlow environments"},
                "rules": [_rule(rule) for rule in RULES],
            }
        },
        "automationDetails": {"id": f"{category}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": told}],
        "results": results,
    }


def _about(view: DiagnosisView) -> Json:
    base = _base(view)
    described = {"uri": base, "description": {"text": "The environment that was examined"}}
    return ({"originalUriBaseIds": {_ENVIRONMENT: described}} if base else {}) | matrix_of(view.matrix)


def _notification(row: SkippedView) -> Json:
    return {
        "level": "note",
        "message": {"text": f"{row.code} {row.name} could not decide: {row.reason}"},
        "associatedRule": {"id": row.code, "index": INDEX[row.code]} if row.code in INDEX else {"id": row.code},
    }


def _rule(rule: Rule) -> Json:
    checks = rule.page.partition("## What it checks\n")[2].partition("\n## ")[0]
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.title[:_LONGEST]},
        "fullDescription": {"text": (" ".join(checks.split()) or rule.title)[:_LONGEST]},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": [rule.family.name], "problem.severity": _PROBLEM[rule.severity]},
    }


# --- results ------------------------------------------------------------------------------------------


def _results(view: DiagnosisView) -> Iterator[Json]:
    seen: dict[str, int] = {}
    for number, finding in enumerate(view.findings):
        identity = _identity(view, finding)
        seen[identity] = seen.get(identity, 0) + 1
        yield _result(view, finding, f"{identity}:{seen[identity]}", first=number == 0)


def _result(view: DiagnosisView, finding: FindingView, identity: str, *, first: bool) -> Json:
    result: Json = {
        "ruleId": finding.code,
        "level": finding.severity,
        "message": {"text": _message(finding)},
        "locations": [_location(view, finding)],
        "partialFingerprints": {"primaryLocationLineHash": identity, "tfdoctor/finding/v1": identity},
        "properties": {
            "name": finding.name,
            "family": finding.family,
            "verdict": finding.verdict,
            "confidence": finding.confidence,
            "primary": first,
            "evidence": [{"fact": row.fact, "value": row.value, "source": row.source} for row in finding.evidence],
            "remedies": [_remedy(remedy) for remedy in finding.remedies],
        },
    }
    if finding.code in INDEX:
        result["ruleIndex"] = INDEX[finding.code]
    if view.id:
        result["properties"]["ticket"] = view.id
    return result


def _message(finding: FindingView) -> str:
    todo = "\n".join(f"- {remedy.text}" for remedy in finding.remedies)
    return f"{finding.message}\n\nTo do:\n{todo}" if todo else finding.message


def _remedy(remedy: RemedyView) -> Json:
    return {"kind": remedy.kind, "text": remedy.text, "commands": list(remedy.commands)}


def _identity(view: DiagnosisView, finding: FindingView) -> str:
    """What makes two findings of two runs the same: the rule and the names of its facts, no value, message or path."""
    facts = sorted({row.fact for row in finding.evidence if not row.fact.startswith("matrix.")})
    return fingerprint(finding.code, view.id or "", *facts)


def fingerprint(*parts: str) -> str:
    """Return a short hash of what makes a result the same in another run."""
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:16]


# --- places -------------------------------------------------------------------------------------------


def _location(view: DiagnosisView, finding: FindingView) -> Json:
    """The place of a finding: the first of its facts that lies in a file, else the interpreter, else the ticket."""
    paths = (row.source for row in finding.evidence if _ABSOLUTE.fullmatch(row.source))
    path = next(paths, view.subject.executable)
    # A region is not told for folders and programs, but GitHub shows nothing without one.
    physical = {
        "artifactLocation": _artifact(view, path),
        "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1},
    }
    logical = [_logical(row) for row in finding.evidence if not row.fact.startswith("matrix.")]
    unique = {row["fullyQualifiedName"]: row for row in logical}
    return {"physicalLocation": physical, "logicalLocations": list(unique.values())}


def _artifact(view: DiagnosisView, path: str | None) -> Json:
    uri = _uri(path) if path else None
    if uri is None:
        name = re.sub(r"[^A-Za-z0-9._-]", "-", view.id or "environment")
        return {"uri": f"{view.subject.kind}/{name}"}
    base = _base(view)
    if base and uri.startswith(base):
        return {"uri": uri.removeprefix(base), "uriBaseId": _ENVIRONMENT}
    return {"uri": uri}


def _base(view: DiagnosisView) -> str | None:
    """The address of the environment's folder, with its slash; None where it is not known."""
    path = view.subject.executable
    if not path or not _INSIDE.search(path):
        return None
    uri = _uri(_INSIDE.sub("", path) or "/")
    return None if uri is None else uri if uri.endswith("/") else f"{uri}/"


def _uri(path: str) -> str | None:
    """The address of an absolute path; None where it has none (a relative path, a server without a share)."""
    pure = PureWindowsPath(path) if re.match(r"[A-Za-z]:", path) else PurePosixPath(path)
    return pure.as_uri() if pure.is_absolute() else None


def _logical(row: Evidence) -> Json:
    head, _, name = row.fact.partition(".")
    kind = {"distributions": "module", "environ": "variable", "log": "resource"}.get(head, "property")
    return {"fullyQualifiedName": row.fact, "name": name or head, "kind": kind}
