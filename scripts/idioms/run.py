"""Run the snippets in real releases.

    python -m idioms.run [--numbers] [--list FILE] [--output FILE] ENVIRONMENTS [RELEASE...]

ENVIRONMENTS holds one environment for each release. What is in the output for the same code is not run again. With
`--numbers` those of numbers.toml, each twice: what they print is kept, and null for what differs between both times.
"""

import argparse
import hashlib
import json
import lzma
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import msgspec
from programs.run import environment, environments

HERE: Final = Path(__file__).parent
EVIDENCE: Final = HERE.parent.parent / "compat_matrix" / "evidence"
LIST: Final = HERE / "idioms.toml"
RUNS: Final = EVIDENCE / "idioms.jsonl.xz"
NUMBERS: Final = HERE / "numbers.toml"
NUMBERS_RUNS: Final = EVIDENCE / "numbers.jsonl.xz"
SECONDS: Final = 60
Row = dict[str, Any]


class Idiom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A snippet; `source`: the public thread where somebody met it, "" for none."""

    name: str
    code: str
    source: str = ""

    @property
    def digest(self) -> str:
        """What tells whether the code is still the one that ran."""
        return hashlib.sha256(self.code.encode()).hexdigest()[:12]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    idiom: list[Idiom]


def idioms(path: Path = LIST) -> list[Idiom]:
    """Return the snippets of a list."""
    return msgspec.toml.decode(path.read_bytes(), type=_File).idiom


def runs(path: Path) -> dict[tuple[str, str], dict[str, Row]]:
    """Return what happened, by name and digest, then by release."""
    data = path.read_bytes() if path.exists() else b""
    rows = map(json.loads, (lzma.decompress(data) if data and path.suffix == ".xz" else data).splitlines())
    return {(row["name"], row["digest"]): row["releases"] for row in rows}


def ask(python: Path, codes: dict[str, str], *more: str) -> dict[str, Row]:
    """Run snippets in one release."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answers = Path(folder, "asked.json"), Path(folder, "answers.json")
        asked.write_text(json.dumps(codes))
        words = [str(python), str(HERE / "inside.py"), str(asked), str(answers), str(SECONDS), *more]
        subprocess.run(words, env=environment(Path(folder)), check=True, capture_output=True, cwd=folder)
        found: dict[str, Row] = json.loads(answers.read_text())
        return found


def answers(python: Path, codes: dict[str, str], *, numbers: bool) -> dict[str, Row]:
    """Run snippets in one release, for their numbers twice."""
    how = ("untraced",) if numbers else ()
    found = ask(python, codes, *how)
    again = ask(python, codes, *how) if numbers else {}
    for name, row in found.items():
        said, other = row.pop("printed", []), again.get(name, {}).get("printed", [])
        if numbers and row["status"] == "done":
            del row["warned"], row["ran"]
            row["printed"] = [one if one == two else None for one, two in zip(said, other, strict=False)]
    return found


def main() -> int:
    """Run what has not run yet, and write the table after each release."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("environments", type=Path)
    parser.add_argument("releases", nargs="*", help="minors [default: all that are there]")
    parser.add_argument("--numbers", action="store_true", help="those whose numbers tell")
    parser.add_argument("--list", type=Path, help="another list")
    parser.add_argument("--output", type=Path, help="another table")
    options = parser.parse_args()
    pythons = environments(options.environments)
    listed, output = (NUMBERS, NUMBERS_RUNS) if options.numbers else (LIST, RUNS)
    listed, output = options.list or listed, options.output or output
    rows, known = idioms(listed), runs(output)
    kept = {one.name: dict(known.get((one.name, one.digest), {})) for one in rows}
    order = sorted(pythons, key=lambda minor: tuple(map(int, minor.split("."))))
    for minor in options.releases or order:
        new = {one.name: one.code for one in rows if minor not in kept[one.name]}
        for name, found in (answers(pythons[minor], new, numbers=options.numbers) if new else {}).items():
            kept[name][minor] = found
        print(f"{minor}: {len(new)} run", file=sys.stderr)
        lines = [
            json.dumps(
                {
                    "name": one.name,
                    "digest": one.digest,
                    "releases": {m: kept[one.name][m] for m in order if m in kept[one.name]},
                },
                separators=(",", ":"),
            )
            for one in sorted(rows, key=lambda one: one.name)
        ]
        data = ("\n".join(lines) + "\n").encode()
        output.write_bytes(lzma.compress(data, preset=9) if output.suffix == ".xz" else data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
