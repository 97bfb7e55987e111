"""The one place that decides which rule about models explains a case: the log first, then the stated sides."""

from typing import Final

from tfdoctor.diagnosis import Evidence, Remedy, Severity, Verdict
from tfdoctor.facts import known
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._rule import Conclusion
from tfdoctor.rules.model._cause import Cause, config_cause
from tfdoctor.rules.model._facts import stated_cause
from tfdoctor.rules.model._files import file_cause
from tfdoctor.rules.model._graphs import graph_cause
from tfdoctor.rules.model._sides import Sides, sides

_KEY: Final = "_model_judgement"


def judged(case: Case, name: str) -> tuple[Sides, Cause] | None:
    """Return the sides and the cause where the rule of this name explains the case, else None.

    A machine without a log and a ticket without a model are left at once: rules run at every check.
    """
    if known(case.snapshot.transfer) is None and not case.events:
        return None
    view, cause = _judgement(case)
    return (view, cause) if cause is not None and cause.name == name else None


def _judgement(case: Case) -> tuple[Sides, Cause | None]:
    """The judgement, made once for a case and kept beside its other derived values."""
    kept = vars(case)
    if _KEY not in kept:
        view = sides(case)
        cause = graph_cause(view) or file_cause(view) or config_cause(view) or stated_cause(view)
        kept[_KEY] = (view, cause)
    view, cause = kept[_KEY]
    return view, cause


def explained(case: Case) -> bool:
    """Whether a rule about models explains the case; what else the same lines could mean is then beside the point."""
    if known(case.snapshot.transfer) is None and not case.events:
        return False
    return _judgement(case)[1] is not None


def between(view: Sides) -> str:
    """Say who wrote and who reads: " (written by TensorFlow 2.15, read by TensorFlow 2.16.1)", or ""."""
    writer, reader = view.writer.name, view.reader.name
    parts = ([f"written by {writer}"] if writer else []) + ([f"read by {reader}"] if reader else [])
    return f" ({', '.join(parts)})" if parts else ""


def conclude(  # noqa: PLR0913  all but two have defaults
    found: tuple[Sides, Cause],
    message: str,
    remedies: tuple[Remedy, ...],
    *,
    severity: Severity | None = None,
    verdict: Verdict | None = None,
    evidence: tuple[Evidence, ...] = (),
) -> Conclusion:
    """Make the conclusion of a rule about models: the lines, the sides and the row of the matrix are its evidence."""
    view, cause = found
    return Conclusion(
        message=f"{message}{between(view)}.",
        evidence=(*logged(cause.events[:3]), *view.evidence(), *cause.evidence(), *evidence),
        remedies=remedies,
        confidence=cause.confidence,
        severity=severity,
        verdict=verdict,
        symptom=True,
    )
