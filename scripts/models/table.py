"""What real releases did with real models, with the facts that are read of each file: as one small file.

The first line holds the releases with their interpreters and the distinct answers; each further line one file: where it
comes from, its facts, and by way and release the number of the answer. Compressed, since files of one kind are alike.
"""

import json
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from models import runs
from tfdoctor.errors import UsageError
from tfdoctor.facts.saved import SavedModel
from tfdoctor.model.read import read

MACHINE: Final = {"crash", "TimeoutError"}  # what a slow or full machine may cause
LENGTH: Final = 600  # of a message that is kept
Row = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One saved file: its facts, None where it can't be read, and what each release did with it by each way."""

    saved: str
    arch: str
    format: str
    facts: SavedModel | None
    answers: dict[str, dict[str, Row]]  # way: {release: answer}


def of_work(work: Path) -> tuple[dict[str, str], Iterator[Entry]]:
    """The interpreters and the entries of a folder that `measure_models.py` filled."""
    pythons = json.loads((work / "pythons.json").read_text())
    found: dict[tuple[str, str, str], dict[str, dict[str, Row]]] = {}
    for path in sorted((work / "runs").glob("*.jsonl")):
        for row in runs.answered(path).values():
            if row["ok"] is not None and row.get("error") not in MACHINE:
                ways = found.setdefault((row["saved"], row["arch"], row["format"]), {})
                ways.setdefault(row["way"], {})[path.stem] = settled(row)
    return pythons, (
        Entry(*place, facts(work / "artifacts", *place), answers) for place, answers in sorted(found.items())
    )


def facts(artifacts: Path, saved: str, arch: str, kind: str) -> SavedModel | None:
    """What is read of one file, under a name that every machine has."""
    name = f"{saved}/{arch}/{runs.FILES[kind]}"
    try:
        return msgspec.structs.replace(read(artifacts / name), path=name)
    except UsageError as error:
        print(f"unreadable: {name}: {error}")
        return None


def settled(row: Row) -> Row:
    """An answer without what differs from run to run."""
    kept: dict[str, Any] = {key: row[key] for key in ("ok", "error", "uncallable") if key in row}
    if "message" in row:
        kept["message"] = re.sub(r"0x[0-9a-f]{6,}", "0x", row["message"])[:LENGTH]
    if row.get("difference") is not None:
        kept["difference"] = float(f"{row['difference']:.0e}")
    if "warned" in row:
        kept["warned"] = re.sub(r"0x[0-9a-f]{6,}", "0x", row["warned"])[:100]
    return kept


def write(work: Path, target: Path) -> int:
    """Write the table of a folder; return how many answers it holds."""
    pythons, entries = of_work(work)
    numbers: dict[str, int] = {}
    lines, count = [], 0
    for entry in entries:
        coded = {
            way: {
                loaded: numbers.setdefault(json.dumps(row, sort_keys=True), len(numbers)) for loaded, row in by.items()
            }
            for way, by in sorted(entry.answers.items())
        }
        count += sum(map(len, coded.values()))
        held = {
            "saved": entry.saved,
            "arch": entry.arch,
            "format": entry.format,
            "answers": coded,
            "facts": entry.facts,
        }
        lines.append(msgspec.json.encode(held))
    head = msgspec.json.encode({"pythons": pythons, "answers": [json.loads(text) for text in numbers]})
    target.write_bytes(lzma.compress(b"\n".join((head, *lines)), preset=9))
    return count


def of_table(path: Path) -> tuple[dict[str, str], Iterator[Entry]]:
    """The interpreters and the entries of a table."""
    head, *lines = lzma.decompress(path.read_bytes()).split(b"\n")
    first = json.loads(head)
    return first["pythons"], (_entry(line, first["answers"]) for line in lines)


class _Line(msgspec.Struct, frozen=True):
    saved: str
    arch: str
    format: str
    answers: dict[str, dict[str, int]]
    facts: SavedModel | None


def _entry(line: bytes, answers: list[Row]) -> Entry:
    held = msgspec.json.decode(line, type=_Line)
    ways = {way: {loaded: answers[number] for loaded, number in by.items()} for way, by in held.answers.items()}
    return Entry(held.saved, held.arch, held.format, held.facts, ways)
