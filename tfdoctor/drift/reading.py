"""Reads the user's programs file by file: one on which the reader crashes costs no other."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tfdoctor.drift import code
from tfdoctor.drift.code import Rows, Skipped, Use
from tfdoctor.drift.guard import Guard


def read(paths: Sequence[Path], guard: Guard) -> Iterator[Use | Skipped]:
    """Yield the uses of TensorFlow and Keras in files and folders, and what could not be read, in a steady order.

    Raises:
        UsageError: a path does not exist.
    """

    def guarded(path: Path, uses: Callable[[], Rows]) -> Rows:
        rows = guard.tried(f"the reading of {path}", uses)
        return [Skipped(str(path), "the doctor crashed on it")] if rows is None else rows

    yield from code.read(paths, guarded)
