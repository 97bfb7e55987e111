"""Reads the user's programs file by file: one on which the reader crashes costs no other."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from tfdoctor.drift.code.use import Skipped, Use
from tfdoctor.drift.guard import Guard


def read(paths: Sequence[Path], guard: Guard) -> Iterator[Use | Skipped]:
    """Yield the uses of TensorFlow and Keras in files and folders, and what could not be read, in a steady order.

    Raises:
        UsageError: a path does not exist.
    """
    from tfdoctor.drift.code import files

    for found in files.find(paths):
        if isinstance(found, Skipped):
            yield found
            continue
        rows = guard.tried(f"the reading of {found}", partial(_uses, found))
        yield from [Skipped(str(found), "the doctor crashed on it")] if rows is None else rows


def _uses(path: Path) -> list[Use | Skipped]:
    from tfdoctor.drift.code import program

    return list(program.uses(path))
