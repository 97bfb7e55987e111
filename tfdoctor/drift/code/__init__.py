"""Reads programs and notebooks with `ast` and says where they use TensorFlow and Keras; nothing is run.

`use` has the values; `files` finds the files; `source` and `notebook` turn one into syntax trees; `values` is what an
expression may stand for, `bindings` where names get their values, `infer` brings them together; `visit` reports.
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
    yield from (Skipped(path=str(path), reason="not read yet") for path in paths)
