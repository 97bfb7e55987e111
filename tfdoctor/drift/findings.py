"""Findings of a comparison: one for each change that touches the user's code, or a note for each kind of change."""

from collections.abc import Iterator
from typing import Final

from tfdoctor.diagnosis import CONFIDENCES, Confidence, Diagnosis, Evidence, Finding, Remedy, Severity, Skipped, Verdict
from tfdoctor.drift.answer import Answer, Read
from tfdoctor.drift.change import EFFECTS, Change, Effect, Hit
from tfdoctor.drift.code.situations import shown
from tfdoctor.drift.guard import Crash
from tfdoctor.rules import RULES, Rule

_RULES: Final = {rule.name: rule for rule in RULES}
_WEIGHT: Final[dict[Effect, tuple[Severity, Verdict]]] = {
    "results": ("warning", "degraded"), "raises": ("error", "broken"), "warns": ("note", "harmless"),
    "speed": ("note", "degraded"), "cosmetic": ("note", "harmless"),
}  # fmt: skip
_LESS: Final[dict[Severity, Severity]] = {"error": "warning", "warning": "note", "note": "note"}
_NAMED: Final = 8  # changes, or files, that a finding names
_RANK: Final[dict[Severity, int]] = {"error": 0, "warning": 1, "note": 2}


def diagnosis(answer: Answer) -> Diagnosis:
    """Return the findings: where code or a model was read those that touch it, else a note for each kind of change."""
    crashes = tuple(map(_crash, answer.crashes))
    if answer.read is None:
        return Diagnosis(findings=(*_general(answer), *crashes), skipped=())
    found = sorted(_touching(answer.hits), key=lambda row: _RANK[row.severity])  # stable: the worst effect stays first
    skipped = tuple(Skipped(code="TFD816", name="symbol-removed", reason=f"{row.path}: {row.reason}")
                    for row in answer.read.skipped)  # fmt: skip
    return Diagnosis(findings=(*found, *_unread(answer.read), *crashes), skipped=skipped)


def _unread(read: Read) -> Iterator[Finding]:
    """Yield that nothing is known of the code, where not all was read and what was read uses nothing."""
    if read.uses or not read.skipped:
        return
    rule = _RULES["code-unread"]
    yield Finding(
        code=rule.code,
        name=rule.name,
        family=rule.family.name,
        severity=rule.severity,
        verdict=rule.verdict,
        message="No use of TensorFlow or Keras was found in the code, and not all of it could be read:"
        " what concerns it is not known.",
        evidence=tuple(Evidence(fact="code.unread", value=f"{row.path}: {row.reason}", source="code")
                       for row in read.skipped[:_NAMED]),
    )  # fmt: skip


def _crash(row: Crash) -> Finding:
    return Finding(
        code="TFD002",
        name="rule-crashed",
        family="doctor",
        severity="warning",
        verdict="harmless",
        message=f"A part of the doctor crashed ({row.part}): what it would have found is not known. The rest was done.",
        evidence=(Evidence(fact="doctor.drift", value=row.error, source=row.part),),
    )


def _touching(hits: tuple[Hit, ...]) -> Iterator[Finding]:
    groups: dict[int, list[Hit]] = {}
    for hit in hits:
        if hit.change.effect != "cosmetic":
            groups.setdefault(id(hit.change), []).append(hit)
    for group in groups.values():
        yield _finding(group[0].change, group)


def _finding(change: Change, hits: list[Hit]) -> Finding:
    rule = _RULES[change.finding]
    _, verdict = _WEIGHT[change.effect]
    confidence = min((hit.confidence for hit in hits), key=CONFIDENCES.index)
    places = tuple(Evidence(fact=f"code.{shown(hit.use.name)}", value=place(hit), source="code") for hit in hits)
    return Finding(
        code=rule.code,
        name=rule.name,
        family=rule.family.name,
        severity=severity(change.effect, confidence),
        verdict=verdict,
        message=sentence(change),
        evidence=(*places, *change.evidence),
        remedies=(Remedy(kind="manual", text=f"Keep the old behaviour: {change.keep}"),) if change.keep else (),
        confidence=confidence,
    )


def severity(effect: Effect, confidence: Confidence) -> Severity:
    """Return how grave a change is where it touches the user's own: what only may do so is a degree less."""
    found, _ = _WEIGHT[effect]
    return _LESS[found] if confidence == "possible" else found


def sentence(change: Change) -> str:
    """Return a change as one sentence."""
    return change.what if change.what.endswith(".") else f"{change.what}."


def place(hit: Hit) -> str:
    """Return where a hit stands: "train.py:12"; "study.ipynb, cell 3, line 2"; of a model "net.h5: model/gru"."""
    use = hit.use
    if not use.line:
        return f"{use.path}: {use.owner}"
    return f"{use.path}, cell {use.cell}, line {use.line}" if use.cell else f"{use.path}:{use.line}"


def _general(answer: Answer) -> Iterator[Finding]:
    kinds: dict[tuple[Effect, str], list[Change]] = {}
    for change in answer.changes:
        if change.effect != "cosmetic":
            kinds.setdefault((change.effect, change.finding), []).append(change)
    for (effect, name), rows in sorted(kinds.items(), key=lambda item: EFFECTS.index(item[0][0])):
        rule: Rule = _RULES[name]
        more = f", and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
        said = "; ".join(row.what for row in rows[:_NAMED])
        yield Finding(
            code=rule.code,
            name=rule.name,
            family=rule.family.name,
            severity="note",
            verdict=_WEIGHT[effect][1],
            message=f"TensorFlow {answer.before} to {answer.after}: {said}{more}.",
            evidence=tuple(row.evidence[0] for row in rows[:_NAMED] if row.evidence),
            confidence="possible",
        )
