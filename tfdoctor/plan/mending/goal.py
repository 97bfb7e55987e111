"""What a repair is to reach, gathered from findings: what to take away, to renew, to bring, to delete."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.diagnosis import Finding, Remedy
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.plan.model import Step
from tfdoctor.plan.resolution.asks import Need, parse
from tfdoctor.rules.installation import TWINS

# Whose cure is not a change of distributions: the doctor itself, the machine, drivers, GPU libraries, what was seen.
_ELSEWHERE = {"doctor", "platform", "driver", "cuda", "loading", "harmless"}
_TWINS = {frozenset(pair) for pair in TWINS}
_MIXED = {"two-tensorflow-distributions", "two-distributions-one-module"}
_STALE = {"stale-files-in-site-packages"}


def unclean(finding: Finding) -> bool:
    """Whether a finding is one that a repair is there to cure."""
    return finding.severity in {"error", "warning"}


def curable(finding: Finding) -> bool:
    """Whether a change of distributions may cure a finding."""
    return unclean(finding) and finding.family not in _ELSEWHERE and bool(finding.remedies)


@dataclass
class Goal:
    """What is to be reached.

    Attributes:
        tensorflow: canonical name and version of the one TensorFlow that stays or comes.
        installed: canonical names of what is there.
        wanted: requirements that findings ask for, by their text.
        removed: names that must not be there afterwards, and why.
        renewed: names whose files have to be put in again.
        deleted: files and folders, in the order in which they were named.
        variables: steps that set or unset variables.
    """

    tensorflow: tuple[str, Version] | None
    installed: frozenset[str]
    wanted: dict[str, Need] = field(default_factory=dict)
    removed: dict[str, str] = field(default_factory=dict)
    renewed: set[str] = field(default_factory=set)
    deleted: list[str] = field(default_factory=list)
    variables: list[Step] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How much is wanted: grows with each finding that adds something."""
        kinds = (self.wanted, self.removed, self.renewed, self.deleted, self.variables)
        return sum(len(kind) for kind in kinds)

    def copy(self) -> "Goal":
        """Return the same goal, to be added to."""
        return Goal(
            self.tensorflow,
            self.installed,
            dict(self.wanted),
            dict(self.removed),
            set(self.renewed),
            list(self.deleted),
            list(self.variables),
        )

    def take(self, findings: Iterable[Finding], *, versions: bool) -> None:
        """Add what the findings' first remedies want; without `versions` only what is no matter of versions."""
        for finding in filter(curable, findings):
            for remedy in _first(finding.remedies):
                self._remedy(remedy, finding, versions=versions)

    def _remedy(self, remedy: Remedy, finding: Finding, *, versions: bool) -> None:
        if remedy.kind == "uninstall":
            self._separate(tuple(map(canonicalize_name, remedy.distributions)), finding)
        elif remedy.kind == "reinstall":
            names = {canonicalize_name(need.name) for need in map(parse, remedy.requirements) if need is not None}
            self.renewed |= (names & self.installed) - self.removed.keys()
        elif remedy.kind == "delete":
            self.deleted += [path for path in remedy.paths if path not in self.deleted]
        elif remedy.kind in {"set-variable", "unset-variable"} and versions:
            self._variable(remedy, finding)
        elif remedy.kind == "install" and versions:
            for line in remedy.requirements:
                self._want(line, finding)

    def _separate(self, names: tuple[str, ...], finding: Finding) -> None:
        """Of distributions over each other keep one; all others that are named are put in again."""
        there = [name for name in names if name in self.installed]
        if finding.name in _STALE:
            self.renewed |= set(there) - self.removed.keys()
        keep = self._keeper(names, finding) if finding.name in _MIXED else None
        if keep is None:
            return  # to do without something is the user's choice
        for name in there:
            if name != keep:
                self.removed[name] = f"its files are those of {keep}"
                self.renewed.discard(name)
        if keep in self.installed:
            self.renewed.add(keep)

    def _keeper(self, names: tuple[str, ...], finding: Finding) -> str | None:
        """Return the one that stays; None where nobody knows that the others can be done without."""
        if self.tensorflow is not None and set(names) <= set(TENSORFLOW_DISTRIBUTIONS):
            return self.tensorflow[0]
        if frozenset(names) not in _TWINS:
            return None
        lines = [line for remedy in finding.remedies if remedy.kind == "install" for line in remedy.requirements]
        named = [canonicalize_name(need.name) for need in map(parse, lines) if need is not None]
        return next((name for name in named if name in names), names[0])

    def _variable(self, remedy: Remedy, finding: Finding) -> None:
        setting = remedy.kind == "set-variable"
        step = Step(
            kind="set-variable" if setting else "unset-variable",
            text=remedy.text,
            resolves=(finding.code,),
            variable=remedy.variable,
            value=remedy.value,
        )
        if step not in self.variables:
            self.variables.append(step)

    def _want(self, line: str, finding: Finding) -> None:
        need = parse(line)
        if need is None or need.extras:  # the extra of TensorFlow brings GPU libraries: no repair of versions
            return
        name = canonicalize_name(need.name)
        if name not in TENSORFLOW_DISTRIBUTIONS and name not in self.removed:
            self.wanted[line] = Need(name, need.specifier, finding.name)


def _first(remedies: tuple[Remedy, ...]) -> tuple[Remedy, ...]:
    """Return the first remedy, and those that are one with it: uninstall, delete, install are one after the other."""
    chain = ("uninstall", "delete", "install")
    found = list(remedies[:1])
    for remedy in remedies[1:]:
        if found[-1].kind not in chain[:2] or remedy.kind not in chain[chain.index(found[-1].kind) + 1 :]:
            break
        found.append(remedy)
    return tuple(found)
