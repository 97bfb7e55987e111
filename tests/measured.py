"""Fingerprints for tests: what was measured in a release, with changes."""

from collections.abc import Mapping

from msgspec.structs import replace

from tfdoctor import facts
from tfdoctor.facts import Snapshot
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.behaviour import Outcome, Value
from tfdoctor.tickets import form, ticket

MATRIX = Matrix.locate()
NAMES = tuple(one.name for one in MATRIX.behaviour.experiments.values() if one.kind != "speed")  # what is run


def row(name: str, values: Mapping[str, Value], error: str = "") -> facts.Outcome:
    """One outcome as a fact."""
    told = tuple(facts.Measurement(name=key, value=value) for key, value in values.items())
    return facts.Outcome(experiment=name, values=told, error=error)


def fingerprint(
    release: str,
    *names: str,
    changed: Mapping[str, float | Outcome] | None = None,
    version: str = "",
    keras: str = "",
    left: tuple[str, ...] = (),
) -> facts.Fingerprint:
    """What experiments gave in a release: all, or some; `changed` ones are multiplied, or give something else."""
    behaviour = MATRIX.behaviour
    measured = next(one for one in behaviour.measured if one.minor == release)
    changed = changed or {}
    rows = []
    for name in names or NAMES:
        change = changed.get(name)
        found = change if isinstance(change, Outcome) else behaviour.outcome(name, release)
        assert found is not None, name
        values = {
            key: value if isinstance(value, str) or not isinstance(change, float) else tuple(n * change for n in value)
            for key, value in found.values.items()
        }
        rows.append(row(name, values, found.error))
    return facts.Fingerprint(
        tensorflow=version or measured.tensorflow,
        keras=keras or measured.keras,
        numpy=measured.numpy,
        python=measured.python,
        outcomes=tuple(rows),
        left=left,
        error="the time is over" if left else "",
    )


def snapshot(found: facts.Fact[facts.Fingerprint], version: str = "") -> Snapshot:
    """A ticket that states the release, with a fingerprint."""
    known = facts.known(found)
    stated = version or (known.tensorflow if known else "")
    environment = form.Environment(tf_version=stated) if stated else None
    return replace(ticket.snapshot(form.Ticket(environment=environment)), fingerprint=found)
