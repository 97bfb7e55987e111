"""Runs experiments in an environment for a command: which, with progress, and what it makes of a failure."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from tfdoctor.errors import PatientError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tfdoctor.facts import Fingerprint, Snapshot, Unknown
    from tfdoctor.matrix import Matrix

LIMIT: Final = 900.0  # seconds that all of them may take


def named(patterns: Sequence[str], matrix: Matrix) -> list[str] | None:
    """Return the experiments that patterns name; None for all.

    Raises:
        UsageError: a pattern names none.
    """
    known = matrix.behaviour.experiments
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in known):
            raise UsageError(f"--only {pattern}: there is no such experiment; fingerprint --verbose names all")
    return [name for name in known if any(fnmatchcase(name, each) for each in patterns)] if patterns else None


def fingerprint(
    python: str | None, names: list[str] | None, timeout: float, *, quiet: bool, label: str = ""
) -> tuple[str, Fingerprint | Unknown]:
    """Run experiments in an environment, with a line of progress on a terminal.

    Returns:
        The interpreter, and what they gave; why there is nothing where TensorFlow could not be imported.

    Raises:
        PatientError: there is no such environment.
    """
    from tfdoctor import facts
    from tfdoctor.cli._progress import Progress
    from tfdoctor.probes import find
    from tfdoctor.probes.experiments import Wish, run

    environ = dict(os.environ)
    executable = find.find(python, environ)
    progress = Progress(wanted=not quiet, label=label)

    def step(_: str, done: int, total: int) -> None:
        progress.step(total=max(done, total))

    try:
        suite = run(executable, environ, Wish(names=names), timeout, step)
    finally:
        progress.clear()
    if suite.about is None:
        return executable, facts.Unknown(reason=f"no experiment could run: {suite.error}")
    rows = tuple(
        facts.Outcome(
            experiment=name,
            values=tuple(facts.Measurement(name=key, value=value) for key, value in ran.values.items()),
            error=ran.error,
        )
        for name, ran in suite.outcomes.items()
    )
    about = suite.about
    return executable, facts.Fingerprint(
        tensorflow=about.tensorflow,
        keras=about.keras,
        numpy=about.numpy,
        python=about.python,
        outcomes=rows,
        left=suite.left,
        error=suite.error,
    )


def with_fingerprint(snapshot: Snapshot, python: str | None, timeout: float, *, quiet: bool) -> Snapshot:
    """Return a Snapshot with the fingerprint of its environment; without any where there is no environment."""
    import msgspec

    from tfdoctor.facts import Unknown

    try:
        _, found = fingerprint(python, None, timeout, quiet=quiet)
    except PatientError as error:
        found = Unknown(reason=str(error))
    return msgspec.structs.replace(snapshot, fingerprint=found)


def restricted(snapshot: Snapshot, names: Collection[str] | None) -> Snapshot:
    """Return a Snapshot with some of its experiments only; None for all."""
    import msgspec

    from tfdoctor.facts import known

    found = known(snapshot.fingerprint)
    if found is None or names is None:
        return snapshot
    kept = tuple(row for row in found.outcomes if row.experiment in names)
    left = tuple(name for name in found.left if name in names)
    return msgspec.structs.replace(snapshot, fingerprint=msgspec.structs.replace(found, outcomes=kept, left=left))
