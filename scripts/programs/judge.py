"""What really happened to a program on the way from one release to another, and which listed changes that confirms.

Numbers differ where the means over some seeds are further apart than FAR of their standard errors (Welch's t) and
further than 1 %: with the same seed two releases need not draw the same random numbers.
"""

import ast
import re
import statistics
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from tfdoctor.drift.change import Change, Hit

FAR: Final = 4.0
APART: Final = 0.01
SEEDS: Final = 3
_INSIDE: Final = re.compile(r"From \S*site-packages[/\\](?:tensorflow|keras)")  # what TensorFlow itself calls
# What Python and NumPy say of TensorFlow's own use of them.
_OTHERS: Final = re.compile(r"__array__ implementation|\.__init__ (?:got an unexpected|missing \d+ required)")
_WORD: Final = re.compile(r"deprecat|will be removed|is removed", re.IGNORECASE)
# What other distributions and newer Pythons refuse is no change of TensorFlow.
_FOREIGN: Final = re.compile(
    r"module '(?!tensorflow|keras|tf_keras)\w|No module named '(?!tensorflow|keras|tf_keras)|"
    r"'\w*Test\w*' object has no attribute '(?:assert|fail)|cannot import name '\w+' from '(?!tensorflow|keras)"
)
_TENSORFLOW: Final = ("tensorflow", "keras", "tf_keras")
Run = dict[str, Any]


class Event(NamedTuple):
    """What a program met in the second release: "raised", "changed" or "warned", where, the words, what called it."""

    kind: str
    where: str
    text: str
    through: tuple[str, ...] = ()


def events(before: list[Run], after: list[Run]) -> list[Event] | None:
    """Return what a program met, the runs of both releases given; None where it did not work in the first."""
    first, second = before[0], after[0]
    if "late" in {first["status"], second["status"]} or (first["status"] == "failed" and not first.get("tests")):
        return None
    found = list(raised(first, second))
    if first["status"] == second["status"] == "done":
        found += changed(before, after)
    known = {_plain(one["text"]) for one in first["warned"]}
    for one in second["warned"]:
        if not _WORD.search(one["text"]) or _INSIDE.match(one["text"]) or _OTHERS.search(one["text"]):
            continue
        if one["where"] and _plain(one["text"]) not in known:
            found.append(Event("warned", one["where"], one["text"]))
    return found


def _plain(text: str) -> str:
    return re.sub(r"\S*[/\\]\S*", "", text)


def raised(first: Run, second: Run) -> list[Event]:
    """Return the errors that are new, each place once."""
    old: dict[str, set[tuple[str, str]]] = {}
    for test in first.get("tests", []):
        old.setdefault(_named(test), set()).add(_place(test))
    tests = [test for test in second.get("tests", []) if test["test"].startswith(("ERROR", "FAIL"))]
    found: dict[tuple[str, str], Event] = {}
    for row in tests or ([second] if second["status"] == "failed" else []):
        text = f"{row.get('error')}: {row.get('message', '')}"
        known = _place(row) in old.get(_named(row), ()) or (_named(row) in old and row["error"] == "AssertionError")
        if not known and not _FOREIGN.search(text):
            ways = found[_place(row)].through if _place(row) in found else ()
            ways = tuple(dict.fromkeys((*ways, *row.get("through", ()))))
            found[_place(row)] = Event("raised", row.get("where") or "", text, ways)
    return list(found.values())


def _named(row: Run) -> str:
    return str(row.get("test", "")).partition(":")[2]


def _place(row: Run) -> tuple[str, str]:
    return str(row.get("where") or ""), str(row.get("error"))


def changed(before: list[Run], after: list[Run]) -> list[Event]:
    """Return what differs in the histories of `fit`: their keys, and numbers beyond what seeds explain."""
    found = []
    for at, (one, other) in enumerate(zip(before[0]["histories"], after[0]["histories"], strict=False)):
        keys = [sorted(set(one) - set(other)), sorted(set(other) - set(one))]
        if any(keys):
            found.append(Event("changed", "", f"history {at} has {keys[1]}, not {keys[0]}"))
        for key in sorted(set(one) & set(other)):
            rows = [_last(runs, at, key) for runs in (before, after)]
            if min(map(len, rows)) >= SEEDS and differs(*rows):
                means = [statistics.fmean(row) for row in rows]
                found.append(Event("changed", "", f"history {at} {key} {means[0]:.4g} -> {means[1]:.4g}"))
    return found


def _last(runs: list[Run], at: int, key: str) -> list[float]:
    """The last number of a history in each run."""
    found = [run["histories"][at].get(key, []) for run in runs if len(run["histories"]) > at]
    return [row[-1] for row in found if row and isinstance(row[-1], float)]


def differs(one: list[float], other: list[float]) -> bool:
    """Whether two samples are further apart than their spread explains."""
    apart = abs(statistics.fmean(one) - statistics.fmean(other))
    if apart <= APART * max(abs(statistics.fmean(one)), abs(statistics.fmean(other))):
        return False
    spread: float = (statistics.variance(one) / len(one) + statistics.variance(other) / len(other)) ** 0.5
    return apart > FAR * spread


def at(hit: Hit, root: str, where: str) -> bool:
    """Whether a place "file.py:12" lies in what a change touches, or both in the head of one definition."""
    path, _, line = where.rpartition(":")
    use = hit.use
    if not path or use.path.removeprefix(root) != path:
        return False
    return use.line <= int(line) <= use.end_line or any(
        int(line) in head and use.line in head for head in _decorated(use.path)
    )


@lru_cache(maxsize=64)
def _decorated(path: str) -> tuple[range, ...]:
    """Return the lines of decorators and heads: Python gives the first decorator's for an error in any of them."""
    try:
        tree = ast.parse(Path(path).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ()
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [one for one in ast.walk(tree) if isinstance(one, kinds) and one.decorator_list]
    return tuple(range(one.decorator_list[0].lineno, one.body[0].lineno) for one in nodes)


def ran(hit: Hit, root: str, run: Run) -> bool | None:
    """Whether the line of a place ran; None where that was not recorded."""
    lines = run.get("lines")
    if lines is None:
        return None
    return (hit.use.at or hit.use.line) in lines.get(hit.use.path.removeprefix(root), ())


def question(hit: Hit) -> list[str] | None:
    """What `look` is asked about a listed change; None where a look says nothing."""
    change = hit.change
    if hit.use.of_keras:  # an object of Keras's own, by the name of the class that it stood for
        return None
    if change.kind in {"gone", "moved"}:
        return [hit.use.name, "", ""]
    if change.kind in {"argument", "renamed", "default"} and change.parameters:
        name = change.parameters[0]
        return [hit.use.name, name, next((one.text for one in hit.use.given if one.name == name), "")]
    return None


def looked(change: Change, old: Run, new: Run) -> bool | None:
    """Whether a look in both releases confirms a change; None where it cannot tell."""
    if not old.get("there"):
        return None
    if change.kind in {"gone", "moved"}:
        return not new.get("there")
    if not new.get("there"):
        return None
    if change.kind in {"argument", "renamed"}:
        return None if new.get("taken") is None else not new["taken"]
    told = [str(row.get("default", " at 0x")) for row in (old, new)]
    return None if any(" at 0x" in one for one in told) else told[0] != told[1]
