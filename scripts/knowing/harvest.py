"""What the scripts that ask every release share: their options, the environments one after the other, the table."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from knowing.environments import Environment, ask, chosen, prepared

MATRIX = Path(__file__).resolve().parent.parent.parent / "compat_matrix"
Answer = TypeVar("Answer")
Ask = Callable[..., dict[str, Any]]  # runs a script in the environment: its path, and further arguments


def _put(python: Path, variables: dict[str, str], answer: Path, child: Path, *more: Path) -> dict[str, Any]:
    return ask(python, variables, child, answer, *more)


def harvest(
    about: str,
    name: str,
    asked: Callable[[Environment, Ask, Path], Answer],
    fold: Callable[[dict[str, Answer], str], str],
) -> int:
    """Ask every release, then write the table; one that does not answer ends the run and nothing is written.

    Args:
        about: the docstring of the script.
        name: of the table in compat_matrix.
        asked: gives the answer of one release; it gets a folder for files.
        fold: makes the table of the answers by minor and the day.
    """
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--environments", type=Path, help="folder of ready environments")
    parser.add_argument("--output", type=Path, default=MATRIX / name)
    parser.add_argument("--date", default=dt.datetime.now(tz=dt.timezone.utc).date().isoformat())
    options = parser.parse_args()
    answers: dict[str, Answer] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for one in chosen():
            with prepared(one, options.environments, folder) as (python, variables):
                answers[one.minor] = asked(one, partial(_put, python, variables, folder / "answer.json"), folder)
            print(one.name, file=sys.stderr)
    text = fold(answers, options.date)
    options.output.write_text(text, encoding="utf-8", newline="\n")
    print(f"{options.output.name}: {len(answers)} releases, {len(text.encode()):,} bytes")
    return 0
