"""Judge measured environments by their lists of versions alone: an error has to be found where TensorFlow fails.

Each row (JSONL) is either an installation ("tf", "py" or "python", "freeze": ["name==version", …], "result" of
scripts/smoke_tf.py) or one changed distribution ("tf", "python", "distribution", "version", "outcome") in an
environment of the file given by --environments ({release: {"python": "cp39", "pins": […]}}). No file system, no log and
no load attempt helps: what is right here is right before anything is run.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis
from tfdoctor.facts import Distribution, Installation, Interpreter, Snapshot, System
from tfdoctor.matrix import Matrix

_NOT_MEASURED = {"uninstallable", "noenv"}
# Whose fault an import error is, by the words of the exception.
_BLAME = (
    ("Descriptors cannot", "protobuf"),
    ("google.protobuf", "protobuf"),
    ("Unable to convert function return value", "numpy"),
    ("numpy.core.umath", "numpy"),
    ("module 'numpy'", "numpy"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One measured environment: its versions, the first failing stage ("ok": none), and which dependency fails it."""

    name: str
    python: str
    versions: dict[str, str]
    outcome: str
    blamed: str


def snapshot(python: str, versions: dict[str, str]) -> Snapshot:
    """Return what is known of an environment from its list of versions: everything that is installed, no files."""
    return Snapshot(
        system=System(os="linux", arch="x86_64", libc="glibc"),
        interpreter=Interpreter(version=python, machine="x86_64", implementation="cpython", bits=64),
        installation=Installation(
            distributions=tuple(Distribution(name=name, version=text) for name, text in sorted(versions.items()))
        ),
    )


def rows(path: Path, environments: dict[str, Any]) -> Iterator[Measured]:
    """Yield the measured environments of one file."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if "freeze" in row:
            yield _installed(row)
        elif row["outcome"] not in _NOT_MEASURED:
            yield _changed(row, environments[row["tf"]])


def _pins(lines: Iterable[str]) -> dict[str, str]:
    pairs = (line.partition("==") for line in lines if "==" in line)
    return {canonicalize_name(name): version for name, _, version in pairs}


def _installed(row: dict[str, Any]) -> Measured:
    result = row["result"] or {"stages": [["import", "fail", "the process died"]]}
    failed = next(((name, text) for name, state, text in result["stages"] if state == "fail"), ("ok", ""))
    blamed = next((name for words, name in _BLAME if words in failed[1]), "")
    python = str(result.get("py") or row.get("python") or f"3.{row['py']}")
    versions = _pins(row["freeze"])
    return Measured(
        name=f"{row['tf']} as installed", python=python, versions=versions, outcome=failed[0], blamed=blamed
    )


def _changed(row: dict[str, Any], base: dict[str, Any]) -> Measured:
    versions = _pins(base["pins"])
    if row["version"] == "absent":
        versions.pop(row["distribution"], None)
    else:
        versions[canonicalize_name(row["distribution"])] = row["version"]
    tag = base["python"].removeprefix("cp")
    return Measured(
        name=f"{row['tf']} with {row['distribution']} {row['version']}",
        python=f"{tag[0]}.{tag[1:]}",
        versions=versions,
        outcome=row["outcome"],
        blamed=row["distribution"] if row["outcome"] != "ok" else "",
    )


def verdict(measured: Measured, found: Diagnosis) -> str:
    """Return "" where the diagnosis is right, else what is wrong with it."""
    errors = [finding for finding in found.findings if finding.severity == "error"]
    if measured.outcome == "ok":
        return f"said to fail ({errors[0].name})" if errors else ""
    if not errors:
        return "said to work"
    blamed = {piece.fact.partition(".")[2].partition(".")[0] for piece in errors[0].evidence}
    return "" if not measured.blamed or measured.blamed in blamed else f"blamed otherwise ({errors[0].name})"


def main() -> int:
    """Print the environments that are judged wrongly and the share of right ones; 1 below --at-least."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", help="measured environments (.jsonl)")
    parser.add_argument("--environments", type=Path, help="base environments of changed ones (.json)")
    parser.add_argument("--at-least", type=float, default=0.98, help="share of right ones that is asked for")
    arguments = parser.parse_args()
    environments = json.loads(arguments.environments.read_text(encoding="utf-8")) if arguments.environments else {}
    matrix = Matrix.locate()
    right_everywhere = True
    for path in arguments.files:
        total: Counter[str] = Counter()
        for measured in rows(path, environments):
            wrong = verdict(measured, diagnose(snapshot(measured.python, measured.versions), matrix))
            total["all"] += 1
            total["right"] += not wrong
            if wrong:
                print(f"  {measured.name}: {measured.outcome}, {wrong}")
        share = total["right"] / max(total["all"], 1)
        right_everywhere &= share >= arguments.at_least
        print(f"{path.name}: {total['right']} of {total['all']} right: {share:.1%}")
    return 0 if right_everywhere else 1


if __name__ == "__main__":
    sys.exit(main())
