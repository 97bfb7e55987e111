"""Runs of the experiments in each release, kept as files: one for each release and way of running."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from knowing.environments import QUIET
from tfdoctor.matrix.behaviour import Outcome
from tfdoctor.probes import experiments

LIMIT = 4 * 3600.0  # seconds for all experiments in one release
ONE = 240.0  # seconds for one, on a machine that has other things to do
SPEED = "speed"


@dataclass(frozen=True)
class Way:
    """A way of running: its name, what it sets, and the kinds that it is for or not for."""

    name: str
    variables: tuple[tuple[str, str], ...] = ()
    threads: int | None = None
    without: tuple[str, ...] = ()
    only: tuple[str, ...] = ()

    def takes(self, kind: str) -> bool:
        """Whether experiments of a kind are run in this way."""
        return kind in self.only if self.only else kind not in (SPEED, *self.without)


FIRST = Way("first")
SPEEDS = tuple(Way(f"speed-{number}", only=("speed",)) for number in (1, 2, 3))
SETTINGS = ("execution",)  # what these tell is the setting itself
REPEATS = (Way("second"), Way("third"))
ONEDNN = tuple(Way(f"onednn-{flag}", (("TF_ENABLE_ONEDNN_OPTS", flag),), without=SETTINGS) for flag in "01")
THREADS = tuple(Way(f"threads-{count}", threads=count, without=SETTINGS) for count in (1, 2))


def suite() -> dict[str, Any]:
    """Return the experiments of the checkout by name."""
    return dict(importlib.import_module("tfdoctor.probes.foreign.experiments.registry").registered())


class Runs:
    """A folder of answers."""

    def __init__(self, folder: Path) -> None:
        """Use a folder; it is made when the first answer is kept."""
        self.folder = folder

    def kept(self, minor: str, way: Way) -> dict[str, Any] | None:
        """Return an answer: "about" and "outcomes"."""
        place = self._place(minor, way)
        return json.loads(place.read_text(encoding="utf-8")) if place.exists() else None

    def outcomes(self, minor: str, way: Way) -> dict[str, Outcome]:
        """Return what the experiments gave; nothing where they were not run in this way."""
        found = self.kept(minor, way) or {"outcomes": {}}
        return msgspec.convert(found["outcomes"], type=dict[str, Outcome])

    def make(
        self, minor: str, way: Way, python: Path, variables: dict[str, str], names: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Run what is not there yet, and the experiments that are named again; keep and return the whole answer.

        Raises:
            RuntimeError: the suite could not run.
        """
        known = suite()
        kept = self.kept(minor, way) or {"outcomes": {}}
        right = [name for name, one in known.items() if way.takes(one.kind)]
        wanted = [name for name in right if name not in kept["outcomes"] or name in (names or ())]
        if wanted:
            environ = {
                key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "TF_", "KERAS"))
            }
            environ |= QUIET | variables | dict(way.variables)
            wish = experiments.Wish(names=wanted, limit=ONE, threads=way.threads)
            found = experiments.run(str(python), environ, wish, LIMIT)
            if found.about is None or found.error:
                raise RuntimeError(f"{minor}, {way.name}: {found.error}")
            kept["about"] = msgspec.to_builtins(found.about)
            for name, ran in found.outcomes.items():
                kept["outcomes"][name] = {"error": ran.error} if ran.error else {"values": ran.values}
        kept["outcomes"] = {name: kept["outcomes"][name] for name in right if name in kept["outcomes"]}
        self.folder.mkdir(parents=True, exist_ok=True)
        self._place(minor, way).write_text(json.dumps(kept, indent=0), encoding="utf-8")
        return kept

    def _place(self, minor: str, way: Way) -> Path:
        return self.folder / f"{minor}-{way.name}.json"
