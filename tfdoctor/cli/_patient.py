"""The environment that a saved model is judged for where no release is named: it answers while the model is read."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import msgspec

from tfdoctor.errors import PatientError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tfdoctor.matrix import Matrix
    from tfdoctor.model.judge.target import Target
    from tfdoctor.probes.interpreter import Interrogation

_LIMIT: Final = 30.0  # seconds that the environment may take to answer
_LEGACY: Final = "TF_USE_LEGACY_KERAS"


class Patient(msgspec.Struct, frozen=True):
    """What an environment is as a place to load models in."""

    target: Target
    executable: str
    remarks: tuple[str, ...] = ()


@contextmanager
def asked(python: str | None) -> Iterator[Interrogation | None]:
    """Begin to ask the environment that is named, or the active one; None where no other than tfdoctor's own is active.

    Raises:
        PatientError: what is named is no environment.
    """
    from tfdoctor.probes import find, interpreter

    environ = dict(os.environ)
    try:
        running = interpreter.start(find.find(python, environ), environ)
    except PatientError:
        if python is not None:
            raise
        yield None
        return
    try:
        yield running
    finally:
        running.close()


def found(running: Interrogation | None, *, named: bool, matrix: Matrix, legacy: bool) -> Patient | None:
    """Return what the environment answered, or None where an active one has no TensorFlow that is known.

    Raises:
        UsageError: the environment that was named has none.
        PatientError: it gave no answer.
    """
    if running is None:
        return None
    from tfdoctor.answers import installation, interpreter, tensorflow
    from tfdoctor.facts import known
    from tfdoctor.probes.interpreter import finish
    from tfdoctor.versions import release

    try:
        answer = finish(running, _LIMIT)
    except PatientError:
        if named:
            raise
        return None
    data = answer.get("installation")
    version = release(known(tensorflow.read(data).version)) if data else None
    if version is None or data is None:
        if named:
            raise UsageError(f"{running.executable}: this environment has no TensorFlow to load the model with")
        return None
    from tfdoctor.model.judge.target import environment

    rows = {row.name: known(row.version) for row in known(installation.read(data).distributions) or ()}
    python = known(interpreter.read(answer).version) or ""
    wanted = legacy or (os.environ.get(_LEGACY, "").lower() in {"1", "true"} and version.release >= (2, 16))
    remarks: tuple[str, ...] = ()
    if wanted and "tf-keras" not in rows:
        remarks = (f"tf-keras, which {_LEGACY} asks for, is not installed in this environment",)
    target = environment(
        version,
        matrix,
        legacy=wanted,
        python=".".join(python.split(".")[:2]) or None,
        keras=release(rows.get("keras")),
    )
    return Patient(target, running.executable, remarks)
