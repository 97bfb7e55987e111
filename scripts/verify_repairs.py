"""Break real environments, repair them with `tfdoctor plan --repair --apply`, and see whether they train again.

For each case: a working environment (a whole set of pins that was trained), one or several changes, scripts/smoke_tf.py
as the truth, the repair, the smoke stages again. Beside it: how many distributions the repair changes, and how many
`uv pip install tensorflow==X` would change.

Resumable: a case that is in the results file is not done again (--again NAME does one again). Writes docs/repairs.md.
Needs uv, the interpreters, the network and 10 GB of disk. Exit code 1 where a repaired environment does not work.
"""

import argparse
import json
import re
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from repairs.cases import CASES, Case
from verify_breakages import Patient, truth
from verify_installs import LEAST_FREE, ROOT, TFDOCTOR, Row, interpreters, run

ENVIRONMENTS = ROOT / "compat_matrix" / "evidence" / "environments.json"
EVIDENCE = ROOT / "compat_matrix" / "evidence" / "repairs.jsonl"
TABLE = ROOT / "docs" / "repairs.md"
_PLACE = re.compile(r"(?<![\w>])/[\w./-]+?(?=/lib/python3)")  # of an interpreter
_CHANGED = re.compile(r"^ [-+~] ([\w.-]+)==", re.MULTILINE)


@dataclass(frozen=True)
class Bench:
    """Where environments are made: one of each base, copied for each case."""

    folder: Path
    pythons: dict[str, str]

    def base(self, key: str) -> Patient:
        """Return a base environment ("2.15.1-cp311"), made where it is not there yet.

        Raises:
            RuntimeError: it cannot be made, or does not work.
        """
        patient = self.at(f"base-{key}")
        if patient.folder.is_dir():
            return patient
        for other in self.folder.glob("base-*"):
            shutil.rmtree(other)  # one at a time: cases are in the order of their bases
        tag = key.rpartition("-cp")[2]
        run("uv", "venv", "-q", "--relocatable", "-p", self.pythons[f"{tag[0]}.{tag[1:]}"], str(patient.folder))
        pins = json.loads(ENVIRONMENTS.read_text())[key]
        try:
            patient.pip("install", "--no-deps", *pins)
            wrong = truth(patient, "")
        except RuntimeError:
            shutil.rmtree(patient.folder)
            raise
        if wrong:
            shutil.rmtree(patient.folder)
            raise RuntimeError(f"{key} does not work to begin with: {wrong}")
        return patient

    def at(self, name: str) -> Patient:
        """Return the environment of this name, with a working folder beside it."""
        work = self.folder / "work"
        work.mkdir(parents=True, exist_ok=True)
        return Patient(self.folder / name, work)

    def copy(self, base: Patient) -> Patient:
        """Return a copy of an environment; files are shared until one of the two replaces them."""
        patient = self.at("patient")
        shutil.rmtree(patient.folder, ignore_errors=True)
        run("cp", "-al", str(base.folder), str(patient.folder))
        return patient


def examine(case: Case, bench: Bench) -> Row:
    """Return what happened to one case."""
    patient = bench.copy(bench.base(case.base))
    for change in case.changes:
        change(patient)
    release = case.base.partition("-")[0]
    row: Row = {"case": case.title, "base": case.base, "broken": seen(patient, case)}
    row["uv"] = changed_by_uv(patient, release)
    start = time.perf_counter()
    planned = run(TFDOCTOR, "plan", "--repair", "--python", patient.python, "--format", "json", cwd=patient.cwd)
    row["seconds"] = round(time.perf_counter() - start, 2)
    try:
        plan = json.loads(planned.stdout)
    except json.JSONDecodeError:
        return {**row, "repaired": f"no plan: {planned.stderr.strip()[-300:]}", "changed": []}
    row["steps"] = [step["kind"] for step in plan.get("steps", ())]
    row["changed"] = sorted({name for step in plan.get("steps", ()) for name in touched(step)})
    row["unresolved"] = [one["name"] for one in plan.get("unresolved", ())]
    apply = ("plan", "--repair", "--apply", "--yes", "--python", patient.python)
    done = run(TFDOCTOR, *apply, cwd=patient.cwd) if row["steps"] else None
    if done is not None and done.returncode:
        said = done.stderr.strip().replace(str(patient.folder), "<env>")
        row["repaired"] = f"apply: exit code {done.returncode}: {said[-300:]}"
    else:
        row["repaired"] = seen(patient, case)
    row["date"] = datetime.now(timezone.utc).date().isoformat()
    return row


def seen(patient: Patient, case: Case) -> str:
    """Return what fails in an environment, without the names of this machine's folders."""
    return _PLACE.sub("<python>", truth(patient, case.also).replace(str(patient.folder), "<env>"))


def touched(step: Row) -> Iterator[str]:
    """Yield the distributions that a step changes."""
    yield from step.get("distributions", ())
    yield from (re.split(r"[=<>!~\[ ]", line)[0] for line in step.get("requirements", ()))


def changed_by_uv(patient: Patient, release: str) -> int:
    """Return how many distributions `uv pip install tensorflow==X` would change."""
    done = run("uv", "pip", "install", "--dry-run", "-p", patient.python, f"tensorflow=={release}", cwd=patient.cwd)
    return len(set(_CHANGED.findall(done.stderr))) if not done.returncode else -1


def right(row: Row) -> bool:
    """Whether an environment works after the repair, or what is left was said to be unresolved."""
    return not row["repaired"]


def table(rows: list[Row]) -> str:
    """Return the results as Markdown."""
    broken = [row for row in rows if row["broken"]]
    works = sum(map(right, broken))
    whole = [row for row in rows if not row["broken"]]
    lines = [
        "# Broken environments, repaired",
        "",
        f"Made by `scripts/verify_repairs.py` (Linux x86_64, CPU), last on {max(row.get('date', '') for row in rows)}:",
        f"{works} of {len(broken)} environments that had been broken on purpose work again after",
        "`tfdoctor plan --repair --apply`: import, op, training, save and load, TensorBoard.",
        f"{len(whole)} further ones worked in spite of the change, {sum(map(right, whole))} of them still do.",
        "",
        "*changed*: distributions that the repair installs, puts in again or takes away. *uv*: those that",
        "`uv pip install tensorflow==X` would change in the broken environment (it looks at what is declared only).",
        "",
        "| environment | change | what failed | changed | uv | afterwards |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        shown = " ".join(row["broken"].replace("|", "/").split())[:90] or "nothing"
        after = "works" if right(row) else "**" + " ".join(row["repaired"].replace("|", "/").split())[:90] + "**"
        names = f"{len(row['changed'])}: {', '.join(row['changed'])}" if row["changed"] else "none"
        uv = row["uv"] if row["uv"] >= 0 else "fails"
        lines.append(f"| {row['base']} | {row['case']} | {shown} | {names} | {uv} | {after} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Do all cases that are not done, write the table; 1 where one is not repaired."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--work", type=Path, default=ROOT / ".cache" / "repairs", help="folder for environments")
    parser.add_argument("--again", action="append", default=[], help="do the cases again whose title contains this")
    parser.add_argument("--only", default="", help="only cases whose base or title contains this")
    options = parser.parse_args()
    bench = Bench(options.work, interpreters([]))
    kept = [json.loads(line) for line in EVIDENCE.read_text().splitlines()] if EVIDENCE.exists() else []
    rows = {(row["base"], row["case"]): row for row in kept}
    for case in CASES:
        wanted = options.only in f"{case.base} {case.title}"
        if not wanted or ((case.base, case.title) in rows and not any(word in case.title for word in options.again)):
            continue
        try:
            row = examine(case, bench)
        except RuntimeError as error:
            print(f"not done: {case.base} {case.title}: {error}", file=sys.stderr)
            continue
        rows[case.base, case.title] = row
        print(json.dumps(row), flush=True)
        order = {(one.base, one.title): place for place, one in enumerate(CASES)}
        listed = [rows[key] for key in sorted(rows.keys() & order.keys(), key=order.__getitem__)]
        EVIDENCE.write_text("".join(json.dumps(one) + "\n" for one in listed))
        TABLE.write_text(table(listed))
        if shutil.disk_usage(options.work).free < LEAST_FREE * 4 // 5:
            run("uv", "cache", "clean", "tensorflow")
    shutil.rmtree(options.work, ignore_errors=True)
    return 0 if rows and all(map(right, rows.values())) else 1


if __name__ == "__main__":
    sys.exit(main())
