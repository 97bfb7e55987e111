"""Reads programs and notebooks with `ast` and says where they use TensorFlow and Keras; nothing is run.

`use` has the values that come out. `files` finds the files, `source` turns them into syntax trees; `notebook` (with
`jsontext`) has the cells of a notebook, `magics` what of them is not Python.
`bind` and `walk` go through a program once: its names with their `scopes`, its expressions; `modules` finds what it
imports of itself. `infer` (with `members`, `calls`, `results` by the tables in `known`) says what an expression may
stand for (`values`). `visit` reports, with `arguments`, `strings` for names in quotes, `guess` for
objects of unknown classes, `guards` for what the program provides for.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tfdoctor.drift.code.use import Given, Skipped, Use

if TYPE_CHECKING:
    from tfdoctor.drift.code.modules import Modules

__all__ = ["Given", "Skipped", "Use", "read"]

_SELDOM: Final = 100_000  # new objects: syntax trees are large, and to go through them for garbage takes half the time

Rows = Iterable[Use | Skipped]
Around = Callable[[Path, Callable[[], Rows]], Rows]


def read(paths: Sequence[Path], around: Around | None = None) -> Iterator[Use | Skipped]:
    """Yield the uses of TensorFlow and Keras in files and folders, and what could not be read, in a steady order.

    Args:
        paths: what the user names.
        around: gets each file and what reads it, for who wants to catch what goes wrong.

    Raises:
        UsageError: a path does not exist.
    """
    from tfdoctor.drift.code import files
    from tfdoctor.drift.code.modules import Modules

    modules = Modules(paths)
    with _few_collections():
        for found in files.find(paths):
            if isinstance(found, Skipped):
                yield found
            else:
                uses = partial(_uses, found, modules)
                yield from uses() if around is None else around(found, uses)


def _uses(path: Path, modules: "Modules") -> Rows:
    from tfdoctor.drift.code import program

    return list(program.uses(path, modules))


@contextmanager
def _few_collections() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(_SELDOM, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
