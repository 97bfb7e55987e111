"""How fast programs are read, and how right the names are.

    measure_reading.py FOLDER
    measure_reading.py FOLDER --against PROGRAMS ENVIRONMENTS ANSWERS [NAME...]

The first gives lines a second and the peak of memory. The second runs real programs (`programs.fetch` got them) in the
first release of their pair, each call prepared so that it tells what it calls; the names that were read there are
looked up in that release, and are the same object or not. ANSWERS keeps the runs; delete it to run again.
"""

import ast
import json
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

from programs.fetch import programs
from programs.run import environments, run

from tfdoctor.drift.code import Skipped, Use, read

_PLAIN: Final = frozenset({"super", "locals", "globals", "vars", "dir", "eval", "exec"})  # they look at their caller
Told = dict[str, Any]


def speed(folder: Path) -> None:
    """Print how fast a folder is read."""
    lines = sum(path.read_bytes().count(b"\n") for path in folder.rglob("*.py"))
    started = time.process_time()
    kinds: Counter[str] = Counter()
    for one in read([folder]):
        kinds["skipped" if isinstance(one, Skipped) else one.kind] += 1
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{lines} lines in {seconds:.2f} s: {seconds / lines * 1e5:.2f} s for 100,000")
    print(f"peak of memory {peak:.0f} MB; {dict(kinds)}")


class _Prepared(ast.NodeTransformer):
    """Lets each call tell what it calls."""

    def __init__(self, name: str, lines: list[str]) -> None:
        self._name = name
        self._lines = lines

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Wrap what is called."""
        place = where(self._name, self._lines, node)
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in _PLAIN:
            return node
        told = ast.Call(ast.Name("__called__", ast.Load()), [ast.Constant(place), node.func], [])
        return ast.copy_location(ast.Call(told, node.args, node.keywords), node)


def where(name: str, lines: list[str], node: ast.expr) -> str:
    """Return the place of an expression as uses give it."""
    start = len(lines[node.lineno - 1].encode()[: node.col_offset].decode())
    end = len(lines[(node.end_lineno or 1) - 1].encode()[: node.end_col_offset].decode())
    return f"{name}:{node.lineno}:{start + 1}:{node.end_lineno}:{end + 1}"


def prepare(source: Path, target: Path) -> dict[str, list[str]]:
    """Copy a program with its calls prepared; return the names that were read, by their places."""
    shutil.copytree(source, target)
    for path in target.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        tree = _Prepared(path.relative_to(target).as_posix(), text.split("\n")).visit(ast.parse(text))
        path.write_text(ast.unparse(ast.fix_missing_locations(tree)), encoding="utf-8")
    names: dict[str, list[str]] = {}
    for use in read([source]):
        if isinstance(use, Use) and use.kind == "call":
            name = Path(use.path).relative_to(source).as_posix()
            place = f"{name}:{use.line}:{use.column}:{use.end_line}:{use.end_column}"
            names.setdefault(place, []).append(use.name)
    return names


def observed(folder: Path, pythons: dict[str, Path], row: Told) -> Told:
    """Run one program prepared and return what it told."""
    release = row["pair"][0]
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary, "program")
        names = prepare(folder / row["name"], root)
        kept = Path(temporary, "names.json")
        kept.write_text(json.dumps(names))
        return {"program": row["name"], "release": release, **run(row, root, pythons[release], kept, seconds=90)}


def judge(told: Told) -> tuple[Counter[str], list[str]]:
    """Count the places of one program: right, wrong, missed; and name the wrong and missed ones."""
    counts: Counter[str] = Counter()
    lines = []
    for place, calls in sorted(told.get("calls", {}).items()):
        of_tensorflow = any(one.get("tensorflow") for one in calls.values())
        verdicts = [verdict for one in calls.values() for verdict in one.get("names", {}).values()]
        if verdicts:
            kind = "right" if "same" in verdicts else "wrong"
        elif of_tensorflow:
            kind = "missed"
        else:
            continue
        counts[kind] += 1
        if kind != "right":
            read_as = [name for one in calls.values() for name in one.get("names", {})]
            names = f"calls {', '.join(calls)}; read {', '.join(read_as) or '-'}"
            lines.append(f"  {kind} {told['program']}/{place}: {names}")
    return counts, lines


def against(folder: Path, pythons: dict[str, Path], answers: Path, names: list[str]) -> None:
    """Print how right the names are in programs that really ran."""
    kept = [json.loads(line) for line in answers.read_text().splitlines()] if answers.exists() else []
    done = {one["program"] for one in kept}
    with answers.open("a") as file:
        for row in programs(names):
            if row["name"] not in done:
                kept.append(observed(folder, pythons, row))
                file.write(json.dumps(kept[-1]) + "\n")
                file.flush()
    total: Counter[str] = Counter()
    for told in kept:
        counts, lines = judge(told)
        total += counts
        print(f"{told['program']:34} {told['release']:5} {told['status']:8} {dict(counts)}")
        print("\n".join(lines)) if lines else None
    right, wrong, missed = total["right"], total["wrong"], total["missed"]
    print(f"{len(kept)} programs, {right + wrong + missed} places: {dict(total)}")
    print(f"precision {right / max(right + wrong, 1):.4f}, recall {right / max(right + wrong + missed, 1):.4f}")


def main() -> int:
    """Measure."""
    speed(Path(sys.argv[1]))
    if "--against" in sys.argv:
        at = sys.argv.index("--against")
        folder, pythons, answers = map(Path, sys.argv[at + 1 : at + 4])
        against(folder, environments(pythons), answers, sys.argv[at + 4 :])
    return 0


if __name__ == "__main__":
    sys.exit(main())
