"""Reads programs and notebooks with `ast` and says where they use TensorFlow and Keras; nothing is run.

`use` has the values that come out. `files` finds the files, `source` and `notebook` turn them into syntax trees.
`bind` and `walk` go through a program once: its names with their `scopes`, its expressions. `infer` (with `members`,
`calls`, `results` by the tables in `known`, `stars`) says what an expression may stand for (`values`). `visit` reports,
with `given` for the arguments, `strings` for names in quotes and `guess` for objects of unknown classes.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tfdoctor.drift.code.use import Given, Skipped, Use

__all__ = ["Given", "Skipped", "Use", "read"]


def read(paths: Sequence[Path]) -> Iterator[Use | Skipped]:
    """Yield the uses of TensorFlow and Keras in files and folders, and what could not be read, in a steady order.

    Raises:
        UsageError: a path does not exist.
    """
    from tfdoctor.drift.code import files, program

    for found in files.find(paths):
        if isinstance(found, Skipped):
            yield found
        else:
            yield from program.uses(found)
