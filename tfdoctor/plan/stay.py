"""Which TensorFlow a repaired environment is to have: the one that is there, one of several, or one that comes."""

import re
from collections.abc import Iterator

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tfdoctor.diagnosis import Diagnosis
from tfdoctor.facts import Snapshot, known
from tfdoctor.plan.pool import Pool
from tfdoctor.plan.present import Present
from tfdoctor.rules._case import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.versions import release as read_release

_LEFT = re.compile(r"~(?P<rest>[a-z_]*)-(?P<version>[\w.+]+)\.dist-info$")
_WANTED = {"tensorflow-not-installed", "tensorflow-without-distribution"}


def remaining(
    snapshot: Snapshot, present: Present, before: Diagnosis, asked: str = ""
) -> tuple[tuple[str, Version] | None, ...]:
    """Return the TensorFlows that may be there afterwards, at least one; None is "none at all"."""
    there = [name for name in TENSORFLOW_DISTRIBUTIONS if name in present.versions]
    if there:
        whole = [name for name in there if not _carried(name, there, present)]
        return tuple((name, present.versions[name]) for name in whole or there)
    if not any(finding.name in _WANTED for finding in before.findings) and not asked:
        return (None,)
    return (_coming(snapshot, present, asked),)


def _carried(name: str, there: list[str], present: Present) -> bool:
    """Whether another one of them requires it, as the Windows wheel of tensorflow does tensorflow-intel."""
    return any(need.name == name for other in there if other != name for need in present.needs[other])


def _coming(snapshot: Snapshot, present: Present, asked: str) -> tuple[str, Version] | None:
    """Return what to install where none is: what was asked for, what was there, else the newest that fits."""
    named = read_release(asked) or next(_traces(snapshot), None)
    usable = [one.version for one in _pool(present).usable("tensorflow")]
    if named is not None:
        wanted = SpecifierSet(f"=={named}" if len(named.release) > 2 else f"=={named}.*")
        usable = [version for version in usable if wanted.contains(version)]
    return ("tensorflow", usable[0]) if usable else None


def _pool(present: Present) -> Pool:
    return Pool(present.matrix, present.place, present.distributions, {})


def _traces(snapshot: Snapshot) -> Iterator[Version]:
    """Yield the versions that are left of a TensorFlow: in its headers, or in the name of a "~" folder."""
    stated = read_release(known(snapshot.tensorflow.version))
    if stated is not None:
        yield stated
    for path in known(snapshot.installation.leftovers) or ():
        found = _LEFT.search(path)
        if found is not None and "tensorflow".endswith(found["rest"]) and found["rest"]:
            version = read_release(found["version"])
            if version is not None:
                yield version
