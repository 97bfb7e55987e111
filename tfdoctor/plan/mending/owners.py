"""Whose an environment and its distributions are: what an installer of a repair would take from somebody else."""

from collections.abc import Iterator, Sequence

from packaging.utils import canonicalize_name

from tfdoctor.facts import Distribution, Snapshot, known
from tfdoctor.plan.mending.repair import Repair

_INSTALLERS = {"install", "uninstall", "delete", "link"}


def owned_elsewhere(found: Repair, snapshot: Snapshot) -> str:
    """Return why no installer is to make a repair; "" where one may, or nothing is to be installed."""
    installs = any(step.kind in _INSTALLERS for step in found.steps)
    if not installs or known(snapshot.interpreter.externally_managed) is not True:
        return ""
    path = known(snapshot.interpreter.executable)
    names = sorted({*(change.distribution for change in found.changes), *found.renewed})
    what = _list(names) if names else "what it holds"
    return f"{path or 'this Python'} is managed by its system (PEP 668): no installer is to change {what} there"


def owners(found: Repair, snapshot: Snapshot) -> Iterator[str]:
    """Yield what is to be known of distributions that a repair changes: conda's own, and those of a folder."""
    named = {line.partition("==")[0] for step in found.steps for line in step.requirements}
    named |= {name for step in found.steps for name in step.distributions}
    rows = [item for item in known(snapshot.installation.distributions) or () if not item.shadowed]
    changed = [item for item in rows if canonicalize_name(item.name) in named]
    conda = sorted(canonicalize_name(item.name) for item in changed if known(item.installer) == "conda")
    if conda:
        were = "was" if len(conda) == 1 else "were"
        yield (
            f"{_list(conda)} {were} installed by conda, which does not learn of the change: its next command may put "
            "the old files back. Where conda has these versions, install them with conda."
        )
    for item in changed:
        if item.editable:
            yield f"{canonicalize_name(item.name)} is {_folder(item)}: the release from the index takes its place."


def _folder(item: Distribution) -> str:
    return f"an editable installation of {item.location}" if item.location else "an editable installation"


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
