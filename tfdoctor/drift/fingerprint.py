"""What small experiments give on one machine, beside what was measured for the same release elsewhere."""

from collections.abc import Iterator, Mapping

import msgspec

from tfdoctor.diagnosis import Diagnosis, Evidence, Finding, Skipped
from tfdoctor.drift.measured import MEASURED, told
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.behaviour import Difference, Experiment, Outcome
from tfdoctor.rules import RULES


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
        unknown: names of those without a reference in this release.
        remarks: what did not run.
    """

    machine: Machine
    release: str
    same: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    unknown: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def compare(
    machine: Machine, outcomes: Mapping[str, Outcome], matrix: Matrix, remarks: tuple[str, ...] = ()
) -> Fingerprint:
    """Compare outcomes of this machine with those that were measured for its release."""
    behaviour = matrix.behaviour
    release = ".".join(machine.tensorflow.split(".")[:2])
    if release not in behaviour.releases:
        said = f"TensorFlow {machine.tensorflow} was not measured: there is nothing to compare with"
        return Fingerprint(machine, "", unknown=tuple(outcomes), remarks=(*remarks, said))
    same, unknown, found = [], [], []
    for name, outcome in outcomes.items():
        if behaviour.outcome(name, release) is None or behaviour.experiments[name].kind == "speed":
            unknown.append(name)
            continue
        difference = behaviour.compare(name, release, outcome)
        if difference is None:
            same.append(name)
        else:
            found.append(difference)
    found.sort(key=lambda row: (-row.relative, row.experiment))
    return Fingerprint(machine, release, tuple(same), tuple(found), tuple(unknown), remarks)


def diagnosis(found: Fingerprint, matrix: Matrix) -> Diagnosis:
    """Return a warning for each experiment that gave something else than the reference."""
    findings = tuple(_finding(row, found, matrix.behaviour.experiments[row.experiment]) for row in found.differences)
    skipped = tuple(_skipped(found))
    return Diagnosis(findings=findings, skipped=skipped, remarks=found.remarks)


def _finding(row: Difference, found: Fingerprint, experiment: Experiment) -> Finding:
    rule = next(rule for rule in RULES if rule.name == MEASURED)
    return Finding(
        code=rule.code,
        name=rule.name,
        family=rule.family.name,
        severity="warning",
        verdict="degraded",
        message=f"{row.experiment} gives something else here than TensorFlow {found.release} elsewhere: "
        f"{told(row.after, row.values)}, not {told(row.before, row.values)}. {experiment.what}",
        evidence=(
            Evidence(fact=f"measured.{row.experiment}", value=told(row.after, row.values), source="this machine"),
            Evidence(fact=f"matrix.behaviour.{found.release}", value=told(row.before, row.values), source="reference"),
            Evidence(fact="noise", value=f"{row.noise:.2%} of the largest number", source="reference"),
        ),
        confidence="likely",
    )


def _skipped(found: Fingerprint) -> Iterator[Skipped]:
    rule = next(rule for rule in RULES if rule.name == MEASURED)
    for name in found.unknown:
        yield Skipped(code=rule.code, name=rule.name, reason=f"{name}: no reference for it")
