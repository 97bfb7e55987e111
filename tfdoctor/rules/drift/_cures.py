"""What rules on drift share: the conclusion of a cause, and remedies, cheapest first."""

from tfdoctor.diagnosis import Confidence, Remedy, Severity, Verdict
from tfdoctor.matrix.api import Change
from tfdoctor.rules._case import Case
from tfdoctor.rules._rule import Conclusion
from tfdoctor.rules.drift._cause import Cause
from tfdoctor.rules.drift._judge import Judgement, judgement
from tfdoctor.rules.keras import LEGACY


def manual(text: str) -> Remedy:
    """Make a remedy that only a person can carry out."""
    return Remedy(kind="manual", text=text)


def stay(specifier: str, text: str = "") -> Remedy:
    """Make the remedy to go back to releases that still do it."""
    return Remedy(
        kind="install",
        text=text or f"Or stay on tensorflow{specifier} (tfdoctor plan --target makes that environment).",
        requirements=(f"tensorflow{specifier}",),
    )


def legacy_keras(case: Case) -> tuple[Remedy, ...]:
    """Use Keras 2 in this environment."""
    version = case.tensorflow
    fits = version is not None and (version.major, version.minor) >= (2, 16)
    pin = f"tf-keras=={version.major}.{version.minor}.*" if fits and version is not None else "tf-keras"
    return (
        Remedy(kind="install", text=f"Or use Keras 2: install {pin} …", requirements=(pin,)),
        Remedy(
            kind="set-variable", text="… and make it tf.keras, before TensorFlow is imported.", variable=LEGACY,
            value="1",
        ),
    )  # fmt: skip


def caused(case: Case, name: str) -> tuple[Judgement, Cause] | None:
    """Return the judgement and the cause where the rule of this name explains the case, else None."""
    found = judgement(case)
    cause = found.of(name) if found is not None else None
    return (found, cause) if found is not None and cause is not None else None


def use_instead(cause: Cause) -> tuple[Remedy, ...]:
    """Return what the matrix says to use instead, nothing where it says nothing."""
    return (
        (manual(cause.row.instead if cause.bare else f"Use instead: {cause.row.instead}"),)
        if cause.row is not None and cause.row.instead
        else ()
    )


def possible(view: Judgement, cause: Cause) -> Conclusion:
    """Conclude that an upgrade brings a change that may be the cause."""
    what = cause.row.what if isinstance(cause.row, Change) else cause.path
    if cause.row is not None and cause.path != cause.row.since and cause.row.until:
        what = f"up to {cause.row.until} {what}, then no more"
    told = f"For it speaks: {', '.join(cause.told)}" if cause.told else "Nothing shows whether that is the cause here"
    came = f"Known to change with TensorFlow {cause.path}" if cause.path else "Known"
    return Conclusion(
        message=f"{came}: {what}. {told}.",
        evidence=(*cause.evidence(), *view.view.evidence()),
        remedies=use_instead(cause),
        confidence=cause.confidence,
        severity="note",
        verdict="degraded",
        symptom=cause.confidence != "possible",
        rank=cause.rank,
    )


def conclude(  # noqa: PLR0913  all but three have defaults
    found: tuple[Judgement, Cause],
    message: str,
    remedies: tuple[Remedy, ...],
    *,
    severity: Severity | None = None,
    verdict: Verdict | None = None,
    confidence: Confidence | None = None,
) -> Conclusion:
    """Make the conclusion of a rule about drift: lines, code, the row of the matrix and the versions are evidence."""
    view, cause = found
    if cause.bare:
        return possible(view, cause)
    return Conclusion(
        message=f"{message}.",
        evidence=(*cause.evidence(), *view.view.evidence()),
        remedies=remedies,
        confidence=confidence or cause.confidence,
        severity="note" if cause.rank else severity,
        verdict=verdict,
        symptom=bool(cause.events),
        rank=cause.rank,
    )
