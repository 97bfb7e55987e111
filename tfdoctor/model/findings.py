"""Findings made of verdicts: the pages of the rules on saved models, with what the loader says as evidence."""

from collections.abc import Sequence
from typing import Final

import msgspec

from tfdoctor.diagnosis import Confidence, Diagnosis, Evidence, Finding, Remedy, Severity, Skipped
from tfdoctor.diagnosis import Verdict as Damage
from tfdoctor.facts.saved import SavedModel
from tfdoctor.model.answer import Judged
from tfdoctor.model.judge.verdict import Reason, Verdict, Way
from tfdoctor.model.meant import natural
from tfdoctor.model.pages import PAGES

NAMES: Final[dict[Way, str]] = {
    "load_model": "keras.models.load_model",
    "load_model-nocompile": "load_model with compile=False",
    "saved_model.load": "tf.saved_model.load",
    "TFSMLayer": "keras.layers.TFSMLayer",
    "load_weights": "load_weights",
    "v1": "tf.compat.v1",
    "tflite": "the TFLite interpreter",
}
"""Each way of loading in words."""

_RANK: Final[dict[Severity, int]] = {"error": 0, "warning": 1, "note": 2}
_LOADS: Final = frozenset({"loads", "differs"})


class _Group(msgspec.Struct):
    """Verdicts of any targets that one reason explains; the first of its way is the worst that it does."""

    reason: Reason
    severity: Severity
    damage: Damage
    confidence: Confidence
    seen: list[tuple[Judged, Verdict]] = []
    remedies: list[Remedy] = []


def diagnosis(model: SavedModel, targets: Sequence[Judged]) -> Diagnosis:
    """Return the findings of all targets, the worst first, one for each reason; what is undecided is skipped."""
    groups: dict[tuple[str, str, str, str], _Group] = {}
    undecided: dict[tuple[str, str], Skipped] = {}
    for row in targets:
        first = natural(model, row.verdicts)
        for verdict in row.verdicts:
            if verdict.outcome == "undecided":
                skipped = _skipped(row, verdict)
                undecided.setdefault((skipped.name, skipped.reason), skipped)
            elif verdict.reason is not None:
                _add(groups, row, verdict, first)
    found = sorted(groups.values(), key=lambda group: _RANK[group.severity])
    findings = [_finding(group, alone=len(targets) == 1) for group in found]
    crashed = {row.crashed: row for row in targets if row.crashed}
    return Diagnosis(
        findings=(*findings, *map(_crash, crashed.values())),
        skipped=tuple(undecided.values()),
    )


def _crash(row: Judged) -> Finding:
    return Finding(
        code="TFD002",
        name="rule-crashed",
        family="doctor",
        severity="warning",
        verdict="harmless",
        message=f"The judgement for {row.target} crashed; nothing is said of it.",
        evidence=(Evidence(fact="doctor.judge", value=row.crashed),),
    )


def _add(groups: dict[tuple[str, str, str, str], _Group], row: Judged, verdict: Verdict, first: Verdict | None) -> None:
    reason = verdict.reason
    if reason is None:
        return
    severity, damage = _weight(row, verdict, natural_=verdict is first)
    group = groups.setdefault(
        (reason.finding, reason.error, reason.message, verdict.difference),
        _Group(reason=reason, severity=severity, damage=damage, confidence=verdict.confidence),
    )
    if _RANK[severity] < _RANK[group.severity]:
        group.severity, group.damage = severity, damage
    group.seen.append((row, verdict))
    if verdict is first:
        every = [*group.remedies, *(remedy for cure in row.cures for remedy in cure.remedies)]
        group.remedies = [remedy for at, remedy in enumerate(every) if remedy not in every[:at]]


def _weight(row: Judged, verdict: Verdict, *, natural_: bool) -> tuple[Severity, Damage]:
    """How bad it is: an error where the way that the model is meant for fails, else what one should know."""
    another = any(other.outcome in _LOADS for other in row.verdicts)
    if not natural_:
        return "note", "degraded"
    if verdict.outcome == "differs":
        return "warning", "degraded"
    return "error", "degraded" if another else "broken"


def _finding(group: _Group, *, alone: bool) -> Finding:
    code, family = page_of(group.reason.finding)
    ways = list(dict.fromkeys(NAMES[verdict.way] for _, verdict in group.seen))
    targets = list(dict.fromkeys(str(row.target) for row, _ in group.seen))
    where = " and ".join(targets) if len(targets) <= 2 else f"{targets[0]}, {targets[1]} and {len(targets) - 2} more"
    verdict = group.seen[0][1]
    what = f"loads otherwise: {verdict.difference}" if verdict.outcome == "differs" else f"fails: {said(group.reason)}"
    rows = [
        Evidence(
            fact=f"model.{verdict.way}" if alone else f"model.{row.target.minor}.{verdict.way}",
            value=verdict.difference or said(group.reason) or verdict.outcome,
            source=f"judged for {row.target}",
        )
        for row, verdict in group.seen
    ]
    return Finding(
        code=code,
        name=group.reason.finding,
        family=family,
        severity=group.severity,
        verdict=group.damage,
        message=f"In {where}, {' and '.join(ways)} {what}",
        evidence=(*group.reason.evidence, *rows),
        remedies=tuple(group.remedies),
        confidence=group.confidence,
    )


def said(reason: Reason) -> str:
    """Return what the loader says, as Python would print it."""
    return ": ".join(part for part in (reason.error, reason.message) if part)


def _skipped(row: Judged, verdict: Verdict) -> Skipped:
    name = verdict.reason.finding if verdict.reason else ""
    return Skipped(code=page_of(name)[0], name=name, reason=f"{NAMES[verdict.way]} in {row.target}: {why(verdict)}")


def why(verdict: Verdict) -> str:
    """Return what an undecided verdict lacks."""
    reason = verdict.reason
    facts = "; ".join(f"{row.fact}: {row.value}" for row in reason.evidence) if reason else ""
    return verdict.difference or facts or (said(reason) if reason else "") or "the files do not tell"


def page_of(name: str) -> tuple[str, str]:
    """Return code and family of a finding by its name; a name without a page is the doctor's own fault."""
    return PAGES.get(name, ("TFD002", "doctor")) if name else ("", "model-keras-config")
