"""What small experiments give on one machine, beside what was measured for the same release elsewhere."""

from collections.abc import Iterator, Mapping

import msgspec

from tfdoctor.diagnosis import Confidence, Diagnosis, Evidence, Finding, Skipped
from tfdoctor.drift.measured import MEASURED
from tfdoctor.facts import Fingerprint as Facts
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.behaviour import Difference, Experiment, Outcome
from tfdoctor.matrix.fingerprints import LATE, Beside, beside, both, other_keras, outcomes
from tfdoctor.rules import RULES

_NAMED = 4


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """Where they ran: versions as the environment tells them."""

    executable: str
    tensorflow: str
    keras: str = ""
    numpy: str = ""
    python: str = ""


class Fingerprint(msgspec.Struct, frozen=True):
    """The comparison.

    Attributes:
        machine: where they ran.
        release: the minor whose reference they are compared with; "" where there is none.
        same: names of experiments that gave what the reference has.
        differences: the others, the largest first.
        unknown: names of those without a reference in this release, or without an outcome here.
        remarks: what did not run, and what else the numbers depend on.
        outcomes: everything that they gave.
        left: names of those that did not get their turn.
        error: why they did not.
    """

    machine: Machine
    release: str
    same: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    unknown: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    outcomes: Mapping[str, Outcome] = {}
    left: tuple[str, ...] = ()
    error: str = ""


def compare(executable: str, facts: Facts, matrix: Matrix) -> Fingerprint:
    """Compare outcomes of this machine with those that were measured for its release."""
    machine = Machine(
        executable=executable,
        tensorflow=facts.tensorflow,
        keras=facts.keras,
        numpy=facts.numpy,
        python=facts.python,
    )
    found = beside(facts, matrix.behaviour)
    return Fingerprint(
        machine,
        found.release,
        found.same,
        found.differences,
        (*found.unknown, *found.late),
        tuple(_remarks(facts, found)),
        outcomes(facts),
        facts.left,
        facts.error,
    )


def _remarks(facts: Facts, found: Beside) -> Iterator[str]:
    if facts.left:
        yield f"{len(facts.left)} experiments did not get their turn: {facts.error}"
    if found.late:
        more = f" and {len(found.late) - _NAMED} more" if len(found.late) > _NAMED else ""
        yield f"did not end in time: {', '.join(found.late[:_NAMED])}{more}"
    if not found.release:
        yield f"TensorFlow {facts.tensorflow} was not measured: there is nothing to compare with"
    if found.keras:
        yield f"this environment has Keras {facts.keras}; TensorFlow {found.release} was measured with {found.keras}"


def diagnosis(found: Fingerprint, matrix: Matrix) -> Diagnosis:
    """Return a warning for each experiment that gave something else than the reference."""
    findings = tuple(_finding(row, found, matrix) for row in found.differences)
    skipped = tuple(_skipped(found))
    return Diagnosis(findings=findings, skipped=skipped, remarks=found.remarks)


def _finding(row: Difference, found: Fingerprint, matrix: Matrix) -> Finding:
    rule = next(rule for rule in RULES if rule.name == MEASURED)
    experiment: Experiment = matrix.behaviour.experiments[row.experiment]
    # Another Keras computes otherwise on every machine.
    keras = other_keras(found.machine.keras, found.release, matrix.behaviour)
    confidence: Confidence = "possible" if keras else "likely"
    reference, here = both(row)
    return Finding(
        code=rule.code,
        name=rule.name,
        family=rule.family.name,
        severity="warning",
        verdict="degraded",
        message=f"{row.experiment} gives something else here than TensorFlow {found.release} elsewhere: "
        f"{here}, not {reference}. {experiment.what}",
        evidence=(
            Evidence(fact=f"measured.{row.experiment}", value=here, source="this machine"),
            Evidence(fact=f"matrix.behaviour.{found.release}", value=reference, source="reference"),
            Evidence(fact="noise", value=f"{row.noise:.2%} of the largest number", source="reference"),
        ),
        confidence=confidence,
    )


def _skipped(found: Fingerprint) -> Iterator[Skipped]:
    rule = next(rule for rule in RULES if rule.name == MEASURED)
    for name in found.unknown:
        error = found.outcomes[name].error
        reason = error if error.startswith(LATE) else "no reference for it"
        yield Skipped(code=rule.code, name=rule.name, reason=f"{name}: {reason}")
