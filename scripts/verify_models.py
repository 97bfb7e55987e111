"""Compare what `tfdoctor model` says with what happened when real releases loaded real models.

    python scripts/verify_models.py [FOLDER|TABLE] [--architecture NAME] [--loaded 2.3.4] [--way load_model] [--show 20]

The table of this repository is compared, a table of your own, or a folder that `scripts/measure_models.py` filled. A
verdict agrees where it says that the model loads and it did, or
that it fails and it did; a reason agrees where the exception has the stated type and the stated words. A verdict that
is "undecided" does not agree. "differs" is right where the model was loaded and its answer differs, or a warning tells
what was left out. Exit 1 below the bars.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from models import table
from models.table import Entry

from tfdoctor.matrix import Matrix
from tfdoctor.model.judge import Target, Verdict, judge
from tfdoctor.model.judge.target import target

TABLE: Final = Path(__file__).parent.parent / "compat_matrix" / "evidence" / "models.jsonl.xz"
BARS: Final = {"verdict": 0.98, "reason": 0.95}
SAME: Final = 1e-3  # a relative difference of outputs that half precision explains
Row = dict[str, Any]


def judged(entry: Entry, loaded: str, where: Callable[[str], Target], matrix: Matrix) -> dict[str, Verdict]:
    """What is said of one file in one release, by way."""
    if entry.facts is None:
        return {}
    return {verdict.way: verdict for verdict in judge(entry.facts, where(loaded), matrix)}


def compared(source: Path, options: argparse.Namespace) -> Iterator[tuple[Entry, str, str, Row, Verdict | None]]:
    """Each answer with what is said: file, release, way, answer, verdict."""
    matrix = Matrix.locate()
    pythons, entries = table.of_work(source) if source.is_dir() else table.of_table(source)
    where = cache(lambda loaded: target(loaded, matrix, python=pythons.get(loaded)))
    for entry in entries:
        if options.architecture not in {None, entry.arch}:
            continue
        asked = {loaded for by in entry.answers.values() for loaded in by if loaded in (options.loaded or [loaded])}
        said = {loaded: judged(entry, loaded, where, matrix) for loaded in sorted(asked)}
        for way, answers in entry.answers.items():
            # What custom_objects do is said as a cure, not as a way.
            if way != "load_model-custom" and options.way in {None, way}:
                for loaded in sorted(asked & set(answers)):
                    yield entry, loaded, way, answers[loaded], said[loaded].get(way)


def agreement(row: Row, verdict: Verdict | None) -> tuple[bool, bool | None]:
    """Whether the verdict agrees, and whether its reason does; None where no reason is asked for."""
    if verdict is None or verdict.outcome == "undecided":
        return False, None
    if verdict.outcome != "fails":
        return row["ok"], None
    if row["ok"]:
        return False, None
    reason = verdict.reason
    stated = reason is not None and reason.error == row["error"] and reason.message in row["message"]
    return True, stated and bool(reason and (reason.message or not row["message"]))


def told(row: Row, verdict: Verdict | None) -> str:
    """One line on a disagreement, without the names that would make each its own."""
    said: str = "nothing" if verdict is None else verdict.outcome
    if verdict is not None and verdict.reason is not None:
        said += f" [{verdict.reason.error}: {verdict.reason.message[:90]}]"
    happened = "loads" if row["ok"] else f"{row['error']}: {row['message'][:130]}"
    return f"said {said} | happened {happened}".replace("\n", " ")


def main() -> int:
    """Print the agreement by way and format, and the commonest disagreements."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("source", nargs="?", type=Path, default=TABLE, help="a table or a folder of runs")
    parser.add_argument("--architecture")
    parser.add_argument("--loaded", type=lambda text: text.split(","))
    parser.add_argument("--way")
    parser.add_argument("--show", type=int, default=20, help="kinds of disagreement to print")
    options = parser.parse_args()
    verdicts: dict[str, Counter[bool]] = defaultdict(Counter)
    reasons: dict[str, Counter[bool]] = defaultdict(Counter)
    differences: Counter[tuple[bool, bool]] = Counter()
    wrong: dict[str, list[str]] = defaultdict(list)
    for entry, loaded, way, row, verdict in compared(options.source, options):
        right, reason = agreement(row, verdict)
        for name in ("all", f"{entry.format:10} {way}"):
            verdicts[name][right] += 1
            if reason is not None:
                reasons[name][reason] += 1
        if verdict is not None and row["ok"] and verdict.outcome in {"loads", "differs"}:
            changed = (row.get("difference") or 0.0) > SAME or "uncallable" in row or "warned" in row
            differences[verdict.outcome == "differs", changed] += 1
        if not right or reason is False:
            wrong[told(row, verdict)].append(f"{entry.arch} {entry.format} {entry.saved}>{loaded} {way}")
    for line, where in sorted(wrong.items(), key=lambda item: -len(item[1]))[: options.show]:
        print(f"{len(where):5} {line}\n        {'; '.join(where[:4])}")
    print(f"\n{'':36} {'verdicts':>16} {'reasons':>16}")
    for name in sorted(verdicts):
        print(f"{name:36} {share(verdicts[name]):>16} {share(reasons[name]):>16}")
    print("said differs, differs/warned:", {str(key): count for key, count in sorted(differences.items())})
    kept = all(
        rate(found) >= bar for found, bar in ((verdicts["all"], BARS["verdict"]), (reasons["all"], BARS["reason"]))
    )
    return 0 if kept else 1


def rate(counted: "Counter[bool]") -> float:
    """The share that agrees; 1 of nothing."""
    return counted[True] / counted.total() if counted.total() else 1.0


def share(counted: "Counter[bool]") -> str:
    """The same in words: "98.2 % of 500"."""
    return f"{100 * rate(counted):.1f} % of {counted.total()}" if counted.total() else "-"


if __name__ == "__main__":
    raise SystemExit(main())
