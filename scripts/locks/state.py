"""The table on disk as it is built: read, added to, joined with the evidence, written."""

from __future__ import annotations

import fcntl
from collections import Counter
from pathlib import Path

import msgspec

from locks.further import wanted
from locks.space import Target
from locks.table import Entry, basis_of, digest, pack, pack_files, unpack, unpack_files
from tfdoctor.matrix.locks import LockedFile, LockEvidence, Locks


class Run(msgspec.Struct, frozen=True):
    """A line of evidence/locks.jsonl: the run of one lock.

    Attributes:
        digest: of the pins; see `table.digest`.
        check: what `uv pip check` says of the environment, "" for nothing.
        seconds: of installation and stages.
    """

    lock: str
    digest: str
    date: str
    interpreter: str
    system: str
    stages: tuple[str, ...]
    failed: str | None = None
    check: str = ""
    seconds: float = 0.0

    @property
    def evidence(self) -> LockEvidence:
        """As the table has it."""
        return LockEvidence(self.date, self.interpreter, self.system, self.stages, self.failed)


class State:
    """Entries and files of the table in `root`/compat_matrix."""

    def __init__(self, root: Path, date: str) -> None:
        self.root = root
        self.date = date
        self.table = root / "compat_matrix" / "locks.json"
        self.file_table = root / "compat_matrix" / "lock_files.json"
        self.runs_path = root / "compat_matrix" / "evidence" / "locks.jsonl"
        self.entries: dict[Target, Entry] = unpack(Locks(self.table.read_bytes())) if self.table.exists() else {}
        self.files: dict[str, dict[str, LockedFile]] = {
            pin: {row.name: row for row in rows} for pin, rows in unpack_files(self.file_table.read_bytes).items()
        }

    def add_files(self, pins: dict[str, str], files: dict[str, LockedFile]) -> None:
        """Remember the files of a lock; a size that is known stays."""
        for name, file in files.items():
            self.files.setdefault(f"{name}=={pins[name]}", {}).setdefault(file.name, file)

    def runs(self) -> list[Run]:
        """Return the evidence, in the order in which it came."""
        if not self.runs_path.exists():
            return []
        lines = self.runs_path.read_text(encoding="utf-8").splitlines()
        return [msgspec.json.decode(line, type=Run) for line in lines if line]

    def record(self, run: Run) -> None:
        """Append a run to the evidence."""
        with self.runs_path.open("a", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(msgspec.json.encode(run).decode() + "\n")

    def fold(self) -> None:
        """Give each lock the newest run of exactly its pins."""
        runs = {run.digest: run for run in self.runs()}
        for entry in self.entries.values():
            run = runs.get(entry.digest) if entry.pins is not None else None
            entry.evidence = run.evidence if run else None

    def write(self) -> None:
        """Write both tables; files that no lock (and no stack, no companion) needs any more are left out."""
        pins = {f"{n}=={v}" for entry in self.entries.values() for n, v in (entry.pins or {}).items()}
        pins |= {f"{target.distribution}=={target.version}" for target, entry in self.entries.items() if entry.pins}
        pins |= wanted(self.root).keys()
        files = {pin: tuple(rows.values()) for pin, rows in self.files.items() if pin in pins}
        _replace(self.file_table, pack_files(files))
        _replace(self.table, pack(self.entries.values(), self.date))

    def summary(self) -> str:
        """Return the counts."""
        counts = Counter(
            "refused" if entry.pins is None else basis_of(entry.evidence) for entry in self.entries.values()
        )
        return ", ".join(f"{name}: {count}" for name, count in sorted(counts.items()))


def _replace(path: Path, data: bytes) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)


__all__ = ["Run", "State", "digest"]
