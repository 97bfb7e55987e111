#!/usr/bin/env python3
"""What `tfdoctor drift --code` lists for real programs, against what they met in both releases.

    scripts/verify_programs.py PROGRAMS ENVIRONMENTS RUNS [NAME...]

`programs.fetch` filled PROGRAMS, `programs.run` wrote RUNS (with more SEEDs for numbers). Recall: of what a program met
- an error, other numbers or keys of a history, a warning of deprecation - what was listed, at that line or anywhere.
Precision: of the listed changes those that are real. A listed error is real where its line raised, or where the name
or argument is looked up in both releases and is there in the first alone; it is false where the line ran in the second
without an error, or where the look finds it. A listed default is real where the look finds another one; other changes
of results where the program's numbers changed. What cannot be told is counted apart. Changes that are only "possible"
are counted apart too. What was looked up is kept beside RUNS. Exit 1 below the bars.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, Final, NamedTuple

from programs.fetch import programs
from programs.judge import SEEDS, Event, at, events, looked, question, ran
from programs.run import environment, environments

from tfdoctor.drift.change import Hit
from tfdoctor.drift.compare import compare
from tfdoctor.drift.releases import span
from tfdoctor.matrix import Matrix

# Of the new errors those that are listed surely, at their line or one that led to it; of the listed ones that can be
# told those that are real.
BARS: Final = {"recall": 0.74, "precision": 0.99}
SURELY: Final = ("raised: listed at its line", "raised: listed at a line that led to it")
LOOK: Final = Path(__file__).parent / "programs" / "look.py"
EFFECT: Final = {"raised": "raises", "changed": "results", "warned": "warns"}
Told = dict[str, Any]
Answers = dict[str, dict[str, Told]]


def runs(path: Path) -> dict[tuple[str, str], list[Told]]:
    """Read the runs, by program and release; the first is the one of the first seed."""
    found: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for row in sorted(map(json.loads, path.read_text().splitlines()), key=lambda row: row.get("seed", 7) != 7):
        found[row["program"], row["release"]].append(row)
    return found


def looks(pythons: dict[str, Path], asked: dict[str, set[tuple[str, ...]]], kept: Path) -> Answers:
    """Look names up in each release, in one process for each; a file keeps the answers."""
    found: Answers = json.loads(kept.read_text()) if kept.exists() else {}
    for release, questions in asked.items():
        known = found.setdefault(release, {})
        new = sorted(one for one in questions if "|".join(one) not in known)
        if not new:
            continue
        with tempfile.TemporaryDirectory() as folder:
            told, answers = Path(folder, "questions.json"), Path(folder, "answers.json")
            told.write_text(json.dumps(new))
            words = [str(pythons[release]), str(LOOK), str(told), str(answers)]
            subprocess.run(words, env=environment(Path(folder)), check=True, capture_output=True)
            known.update(json.loads(answers.read_text()))
        kept.write_text(json.dumps(found))
    return found


class Program(NamedTuple):
    """One that ran in both releases: what it met, what is listed, how it ended, whether its numbers were compared."""

    row: Told
    root: str
    met: list[Event]
    hits: list[Hit]
    after: Told
    numbers: bool


def judged(row: Told, folder: Path, told: dict[tuple[str, str], list[Told]], matrix: Matrix) -> Program | None:
    """Put together what is known of a program; None where it does not run in both releases."""
    both = [told.get((row["name"], release), []) for release in row["pair"]]
    met = events(both[0], both[1]) if all(both) else None
    if met is None:
        print(f"{row['name']}: {[[run['status'] for run in rows] for rows in both]}, not judged")
        return None
    root = folder / row["name"]
    before, after = row["pair"]
    listed = compare(span(before, after, matrix), matrix, [root]).hits
    hits = [hit for hit in listed if hit.change.effect in EFFECT.values()]
    numbers = min(map(len, both)) >= SEEDS and bool(both[1][0]["histories"])
    return Program(row, f"{root}/", met, hits, both[1][0], numbers)


def verdict(program: Program, hit: Hit, answers: Answers) -> str:
    """Say whether a listed change is real: "met", "looked up", "false" or "open"."""
    effect, met = hit.change.effect, program.met
    mine = [event for event in met if EFFECT[event.kind] == effect]
    if any(at(hit, program.root, place) for event in mine for place in (event.where, *event.through)):
        return "met"
    if effect == "raises" and not hit.change.later and ran(hit, program.root, program.after):
        nowhere = any(event.kind == "raised" and not event.where for event in met)
        return "open" if nowhere else "false"
    what = question(hit)
    if what and (effect == "raises" or hit.change.kind == "default"):
        old, new = (answers[release]["|".join(what)] for release in program.row["pair"])
        seen = looked(hit.change, old, new)
        return "open" if seen is None else "looked up" if seen else "false"
    return "met" if effect == "results" and any(event.kind == "changed" for event in met) else "open"


def recall(program: Program) -> Counter[str]:
    """Say of each thing that a program met how it was listed."""
    counts: Counter[str] = Counter()
    if program.numbers:
        changed = "changed" if any(one.kind == "changed" and "->" in one.text for one in program.met) else "the same"
        sure = any(hit.change.effect == "results" and hit.confidence != "possible" for hit in program.hits)
        counts[f"numbers of {SEEDS} seeds {changed}, other results {'' if sure else 'not '}listed"] += 1
    for event in program.met:
        effect = [hit for hit in program.hits if hit.change.effect == EFFECT[event.kind]]
        here = [hit for hit in program.hits if at(hit, program.root, event.where)]
        ways = {
            "at its line": [hit for hit in here if hit in effect],
            "at a line that led to it": [hit for hit in effect if any(at(hit, program.root, w) for w in event.through)],
            "at its line, as another effect": here,
            "elsewhere": effect,
        }
        grade, found = next(((name, rows) for name, rows in ways.items() if rows), ("not", []))
        if found and all(hit.confidence == "possible" for hit in found):
            grade += ", as possible"
        counts[f"{event.kind}: listed {grade}"] += 1
        print(f"    {event.kind} {event.where} {' '.join(event.text.split())[:150]}: listed {grade}")
    return counts


def precision(program: Program, answers: Answers, seen: set[tuple[str, ...]]) -> Counter[str]:
    """Judge each listed change of a program once: false where one of its places is, else its best verdict.

    Programs of one distribution share files: what was `seen` is not counted again.
    """
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for hit in program.hits:
        kind = verdict(program, hit, answers)
        sure = "possible " if hit.confidence == "possible" else ""
        change = hit.change
        told = f"{sure}{change.effect}"
        key = (program.row["distribution"], change.kind, *change.subject, *change.parameters, told)
        found[key].add(kind)
        if kind == "false":
            place = f"{hit.use.path.removeprefix(program.root)}:{hit.use.line}"
            print(f"    false: {place} {hit.use.name}: {change.what} ({hit.confidence})")
    order = ("false", "met", "looked up", "open")
    fresh = {key: got for key, got in found.items() if key not in seen or got & {"false", "met"}}
    seen.update(found)
    return Counter(f"listed {key[-1]}: {next(one for one in order if one in got)}" for key, got in fresh.items())


def main() -> int:
    """Judge all that ran in both releases."""
    folder, pythons = Path(sys.argv[1]), environments(Path(sys.argv[2]))
    told, matrix = runs(Path(sys.argv[3])), Matrix.locate()
    every = [judged(row, folder, told, matrix) for row in programs(sys.argv[4:])]
    known = [program for program in every if program is not None]
    asked: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for program in known:
        for what in filter(None, map(question, program.hits)):
            for release in program.row["pair"]:
                asked[release].add(tuple(what))
    answers = looks(pythons, asked, Path(sys.argv[3]).with_suffix(".looks.json"))
    counts: Counter[str] = Counter()
    seen: set[tuple[str, ...]] = set()
    for program in known:
        kinds = sorted({event.kind for event in program.met}) or ["same"]
        print(f"{program.row['name']} {' -> '.join(program.row['pair'])}: {', '.join(kinds)}")
        counts.update(f"programs: {kind}" for kind in kinds)
        counts += recall(program) + precision(program, answers, seen)
    print(f"{len(known)} programs")
    for name, count in sorted(counts.items()):
        print(f"  {name}: {count}")
    return report(counts)


def report(counts: Counter[str]) -> int:
    """Print how much of what raised was listed, and how much of what was listed is real; 1 below the bars."""
    met = sum(count for name, count in counts.items() if name.startswith("raised: "))
    surely = sum(counts[name] for name in SURELY)
    real = counts["listed raises: met"] + counts["listed raises: looked up"]
    told = real + counts["listed raises: false"]
    recall, precision = surely / met if met else 0.0, real / told if told else 1.0
    print(
        f"new errors listed surely: {surely} of {met} ({recall:.1%}); real of those that can be told: {real} of {told}"
    )
    return int(recall < BARS["recall"] or precision < BARS["precision"])


if __name__ == "__main__":
    sys.exit(main())
