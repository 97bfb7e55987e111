"""The experiments of a comparison: run in what is an environment of this machine, taken from what is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tfdoctor.cli import _experiments, _output
from tfdoctor.facts import Fingerprint, Unknown, known

if TYPE_CHECKING:
    from tfdoctor.facts import Snapshot


@dataclass(frozen=True)
class Sides:
    """Two Snapshots, and how those of this machine are named on the command line (None: it is recorded)."""

    snapshots: tuple[Snapshot, Snapshot]
    live: tuple[str | None, str | None]
    names: list[str] | None
    timeout: float
    quiet: bool = False

    def run(self) -> tuple[Snapshot, Snapshot]:
        """Return both with their fingerprints; what could not be compared in the end is not run."""
        recorded = [known(one.fingerprint) for one, live in zip(self.snapshots, self.live, strict=True) if live is None]
        if len(recorded) == 2:
            if None in recorded:
                _output.complain("--fingerprint: neither A nor B is an environment of this machine; nothing is run")
            return self.snapshots
        if recorded and recorded[0] is None:
            which = "A" if self.live[0] is None else "B"
            _output.complain(f"--fingerprint: {which} holds no fingerprint to compare with; nothing is run")
            return self.snapshots
        names = self.names if not recorded else self._ran_in(recorded[0])
        found: list[Snapshot] = []
        for letter, snapshot, word in zip("AB", self.snapshots, self.live, strict=True):
            if word is None:
                found.append(snapshot)
            elif found and isinstance(found[0].fingerprint, Unknown):
                found.append(replace(snapshot, fingerprint=Unknown(reason="not run: there is nothing to compare with")))
            else:
                found.append(self._one(letter, snapshot, word, names))
        return found[0], found[1]

    def _one(self, letter: str, snapshot: Snapshot, word: str, names: list[str] | None) -> Snapshot:
        python = None if word == "." else word
        _, told = _experiments.fingerprint(python, names, self.timeout, quiet=self.quiet, label=f"{letter}: ")
        return replace(snapshot, fingerprint=told)

    def _ran_in(self, recorded: Fingerprint | None) -> list[str]:
        """The experiments that are wanted and that the other side has."""
        there = [row.experiment for row in recorded.outcomes] if recorded else []
        return [name for name in there if self.names is None or name in self.names]
