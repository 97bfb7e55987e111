"""Compare what `tfdoctor model` says with what happened when real releases loaded real models.

    python scripts/verify_models.py --work FOLDER [--architecture NAME] [--loaded 2.3.4] [--way load_model] [--show 20]

FOLDER is what `scripts/measure_models.py` filled. A verdict agrees where it says that the model loads and it did, or
that it fails and it did; a reason agrees where the exception has the stated type and the stated words. A verdict that
is "undecided" does not agree. "differs" is right where the model was loaded and its answer differs, or a warning tells
what was left out. Exit 1 below the bars.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from models import runs

from tfdoctor.errors import UsageError
from tfdoctor.facts.saved import SavedModel
from tfdoctor.matrix import Matrix
from tfdoctor.model.judge import Target, Verdict, judge
from tfdoctor.model.judge.target import target
from tfdoctor.model.read import read

BARS: Final = {"verdict": 0.98, "reason": 0.95}
SAME: Final = 1e-3  # a relative difference of outputs that half precision explains
Row = dict[str, Any]


class Bench:
    """Facts and verdicts, each made once."""

    def __init__(self, work: Path) -> None:
        """Use what lies in `work`."""
        self.work = work
        self.matrix = Matrix.locate()
        self._facts: dict[tuple[str, ...], SavedModel | None] = {}
        self._verdicts: dict[tuple[str, ...], dict[str, Verdict]] = {}
        self._targets: dict[str, Target] = {}

    def verdict(self, row: Row, loaded: str) -> Verdict | None:
        """What is said of one task."""
        place = (row["saved"], row["arch"], row["format"])
        asked = (*place, loaded)
        if asked not in self._verdicts:
            model = self.facts(*place)
            said = judge(model, self.target(loaded), self.matrix) if model else ()
            self._verdicts[asked] = {verdict.way: verdict for verdict in said}
        return self._verdicts[asked].get(row["way"])

    def facts(self, saved: str, arch: str, kind: str) -> SavedModel | None:
        """What is read of one file."""
        place = (saved, arch, kind)
        if place not in self._facts:
            try:
                self._facts[place] = read(self.work / "artifacts" / saved / arch / runs.FILES[kind])
            except UsageError as error:
                print(f"unreadable: {'/'.join(place)}: {error}")
                self._facts[place] = None
        return self._facts[place]

    def target(self, loaded: str) -> Target:
        """The release, with the interpreter of the run."""
        if loaded not in self._targets:
            python = json.loads((self.work / "pythons.json").read_text()).get(loaded)
            self._targets[loaded] = target(loaded, self.matrix, python=python)
        return self._targets[loaded]


def rows(work: Path, options: argparse.Namespace) -> Iterator[tuple[str, Row]]:
    """The answers that are there, by the release that gave them."""
    for path in sorted((work / "runs").glob("*.jsonl")):
        if options.loaded and path.stem not in options.loaded:
            continue
        for row in runs.answered(path).values():
            wanted = (
                row["ok"] is not None
                and row["way"] != "load_model-custom"  # said as a cure, not as a way
                and row.get("error") not in {"crash", "TimeoutError"}  # begun now, or of the machine
                and options.architecture in {None, row["arch"]}
                and options.way in {None, row["way"]}
            )
            if wanted:
                yield path.stem, row


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
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--architecture")
    parser.add_argument("--loaded", type=lambda text: text.split(","))
    parser.add_argument("--way")
    parser.add_argument("--show", type=int, default=20, help="kinds of disagreement to print")
    options = parser.parse_args()
    bench = Bench(options.work)
    verdicts: dict[str, Counter[bool]] = defaultdict(Counter)
    reasons: dict[str, Counter[bool]] = defaultdict(Counter)
    differences: Counter[tuple[bool, bool]] = Counter()
    wrong: dict[str, list[str]] = defaultdict(list)
    for loaded, row in rows(options.work, options):
        verdict = bench.verdict(row, loaded)
        right, reason = agreement(row, verdict)
        for name in ("all", f"{row['format']:10} {row['way']}"):
            verdicts[name][right] += 1
            if reason is not None:
                reasons[name][reason] += 1
        if verdict is not None and row["ok"] and verdict.outcome in {"loads", "differs"}:
            changed = (row.get("difference") or 0.0) > SAME or "uncallable" in row or "warned" in row
            differences[verdict.outcome == "differs", changed] += 1
        if not right or reason is False:
            wrong[told(row, verdict)].append(f"{row['arch']} {row['format']} {row['saved']}>{loaded} {row['way']}")
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
