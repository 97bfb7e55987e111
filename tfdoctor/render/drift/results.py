"""What code scanning is told: one result for each place that a change touches, or each finding where there is none."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

from tfdoctor.diagnosis import Confidence, Severity
from tfdoctor.drift.findings import severity
from tfdoctor.drift.measured import MEASURED
from tfdoctor.render.drift.view import ChangeView, DriftView, PlaceView, RegionView
from tfdoctor.render.drift.words import CONFIDENCE, was_and_is
from tfdoctor.rules import RULES

_CODES: Final = {rule.name: rule.code for rule in RULES}
_DOCTOR: Final = "doctor"


class Result(msgspec.Struct, frozen=True):
    """One result.

    Attributes:
        code: of the rule.
        name: of it.
        severity: how grave it is there.
        message: the change in words, with what keeps the old behaviour.
        confidence: that it concerns the place.
        place: where; None for a finding about the releases.
        change: the change, where it has a place.
    """

    code: str
    name: str
    severity: Severity
    message: str
    confidence: Confidence
    place: PlaceView | None = None
    change: ChangeView | None = None


def results(answer: DriftView) -> Iterator[Result]:
    """Yield the results, the worst first; what changes no result is none, and the doctor's own trouble is not there."""
    if answer.subject.kind == "releases":
        for row in answer.findings:
            if row.family != _DOCTOR:
                yield Result(row.code, row.name, row.severity, row.message, row.confidence)
        return
    changes = {row.id: row for row in answer.changes}
    for place in answer.places:
        change = changes[place.change]
        aside = change.finding == MEASURED and place.confidence == "possible"  # a case that may be another one
        if change.effect != "cosmetic" and not aside:
            yield Result(
                _CODES[change.finding], change.finding, severity(change.effect, place.confidence),
                _message(change, place, answer), place.confidence, place, change,
            )  # fmt: skip


def _message(change: ChangeView, place: PlaceView, answer: DriftView) -> str:
    subject = answer.subject
    part = f"{place.part}: " if place.part else ""
    cell = f" (cell {place.cell}, line {place.line})" if place.cell else ""
    end = "" if change.what.endswith(".") else "."
    lines = [f"{part}{change.what}{CONFIDENCE[place.confidence]}{end}{cell}"]
    lines += [f"TensorFlow {release}: {text}" for release, text in was_and_is(change, answer)]
    if change.keep:
        lines.append(f"To keep what it did in {subject.before}: {change.keep}")
    return "\n".join(lines)


def region(place: PlaceView) -> RegionView:
    """Return the place in the file; its beginning, where nothing else is known."""
    return place.file or RegionView(line=1, column=1, end_line=1, end_column=1)


def relative(path: str, root: str) -> str | None:
    """Return a path below the root of the sources, with slashes; None for one that lies elsewhere."""
    pure = Path(path)
    if not pure.is_absolute():
        return PurePosixPath(pure.as_posix()).as_posix()
    return pure.relative_to(root).as_posix() if root and pure.is_relative_to(root) else None
