"""What a difference means: by the findings that rest on it, by the matrix, and by what is known of its kind."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from packaging.version import Version

from tfdoctor.facts import Absent
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.differences import Meaning
from tfdoctor.matrix.locks import Lock
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.rules import Case
from tfdoctor.tickets.compare.model import Difference, Ground, Judgement, Only
from tfdoctor.tickets.compare.proofs import proof
from tfdoctor.tickets.compare.readings import Readings
from tfdoctor.versions import within

_UNKNOWN = Ground(text="what it can change is not known")


@dataclass(frozen=True)
class Judge:
    """Both sides, the matrix, and the findings that only one side has."""

    a: Readings
    b: Readings
    only: tuple[Only, ...]
    matrix: Matrix

    @cached_property
    def tensorflows(self) -> tuple[Version, ...]:
        """The releases of both sides, where they are known."""
        found = (side.case.tensorflow for side in (self.a, self.b))
        return tuple(dict.fromkeys(version for version in found if version is not None))

    @cached_property
    def with_gpu(self) -> bool:
        """Whether a side has a GPU; what nobody stated counts as one, since it could be there."""
        return any(not isinstance(side.get("accelerators.gpus"), Absent) for side in (self.a, self.b))

    @cached_property
    def required(self) -> tuple[frozenset[str], frozenset[str]]:
        """Canonical names of the distributions that the TensorFlow of each side requires, as its locks have them."""
        return self._required(self.a.case), self._required(self.b.case)

    def _required(self, case: Case) -> frozenset[str]:
        """Those of the locks for this Python; where there is none, of all."""
        if case.tensorflow is None:
            return frozenset()
        rows = tuple(self._locks(case.tensorflow))
        python = "" if case.python is None else f"{case.python.major}.{case.python.minor}"
        rows = tuple(row for row in rows if row.python == python) or rows
        return frozenset(pin.name for row in rows for pin in row.pins)

    def _locks(self, version: Version) -> Iterator[Lock]:
        return (row for row in self.matrix.locks.of(version) if isinstance(row, Lock))

    def difference(self, fact: str, a: str | None, b: str | None) -> Difference:
        """Return a difference with its judgement and why."""
        family, judgement, weight, grounds = self._by_kind(fact, a, b)
        shown = proof(fact, self.a, self.b, self.matrix)
        if shown is not None:
            grounds = (shown.ground, *grounds)
            judgement = "certain" if shown.certain else "suspicious"
        trained = self._trained(fact, a, b)
        if trained is not None and judgement == "suspicious":
            grounds = (*grounds, trained)
        resting = [row for row in self.only if fact in row.facts and row.finding.severity != "note"]
        if resting:
            judgement = "certain"
            grounds = (*dict.fromkeys(map(_ground, resting)), *grounds)
        return Difference(
            fact=fact,
            a=a,
            b=b,
            judgement=judgement,
            family=family,
            grounds=grounds,
            findings=tuple(dict.fromkeys(row.finding.name for row in resting)),
            proven=any(row.proven for row in resting),
            weight=weight,
        )

    def _by_kind(self, fact: str, a: str | None, b: str | None) -> tuple[str, Judgement, int, tuple[Ground, ...]]:
        """The family, the judgement, the weight and the grounds that the table gives."""
        grounds: list[Ground] = []
        family, weight = "tensorflow", 2
        judgement: Judgement = "harmless"
        for row in self.matrix.differences.of(*self._names(fact, a, b)):
            if not self._concerns(row) or not row.holds(a, b):
                continue
            if row.same(a, b):
                said = f"what is not set amounts to {row.unset}: both say the same"
                grounds.append(Ground(text=said, source=row.source))
            else:
                grounds.append(Ground(text=row.reason, source=row.source, changes=row.changes))
                if row.judgement == "suspicious":
                    judgement, weight = "suspicious", min(weight, row.weight)
            family = row.family
            if not row.special:
                break
        return family, judgement, weight, tuple(grounds) or (_UNKNOWN,)

    def _names(self, fact: str, a: str | None, b: str | None) -> tuple[str, ...]:
        """A fact by all its names: a distribution also by what it is to TensorFlow."""
        head, _, name = fact.partition(".")
        if head != "distributions" or "." in name:
            return (fact,)
        ours, theirs = (name in names for names in self.required)
        if (a is None and theirs and not ours) or (b is None and ours and not theirs):
            return (f"unneeded.{name}",)
        if ours or theirs:
            return fact, f"required.{name}"
        if name in TENSORFLOW_DISTRIBUTIONS:
            return fact, f"companion.{name}"
        known = name in self.matrix.index or self.matrix.companions.get(name) is not None
        return fact, f"companion.{name}" if known else f"unrelated.{name}"

    def _concerns(self, row: Meaning) -> bool:
        """Whether a row is about such machines."""
        if row.gpu and not self.with_gpu:
            return False
        if row.system and {row.system} != {f"{side.case.os} {side.case.arch}" for side in (self.a, self.b)}:
            return False
        if not row.tensorflow:
            return True
        inside = [within(Version(version.base_version), row.tensorflow) for version in self.tensorflows]
        return any(inside) if row.unset is None else bool(inside) and all(inside)

    def _trained(self, fact: str, a: str | None, b: str | None) -> Ground | None:
        """That one side has the very version with which the release was seen to train, and the other has not."""
        name = fact.partition("distributions.")[2]
        if not name or a is None or b is None or len(self.tensorflows) != 1:
            return None
        version = self.tensorflows[0]
        trained = {row.version_of(name) for row in self._locks(version) if row.basis == "trained"}
        if (a in trained) == (b in trained):
            return None
        which, where = (a, "A") if a in trained else (b, "B")
        return Ground(
            text=f"TensorFlow {version} was seen to train with {name} {which}, as {where} has it",
            source="compat_matrix/locks.json",
        )


def _ground(row: Only) -> Ground:
    """Why a difference is certain: the finding that rests on it."""
    finding, here = row.finding, row.side.upper()
    there = "B" if row.side == "a" else "A"
    if row.proven:
        change = "With all of these as" if row.together else "With this as"
        text = f"{here} has {finding.name}: {finding.message} {change} in {there} the finding is gone"
    else:
        text = f"{here} has {finding.name}, which rests on it: {finding.message}"
    source = "; ".join(dict.fromkeys(e.source for e in finding.evidence if e.fact.startswith("matrix.") and e.source))
    changes: tuple[Literal["import", "gpu"], ...] = ("gpu",) if finding.family in {"driver", "cuda"} else ("import",)
    return Ground(text=text, source=source, changes=changes)
