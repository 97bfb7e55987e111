"""Which TensorFlow a repaired environment is to have: the one that is there, one of several, or one that comes."""

import re
from collections.abc import Iterator

from packaging.version import Version

from tfdoctor.diagnosis import Diagnosis
from tfdoctor.facts import Snapshot, known
from tfdoctor.matrix.locks import Lock
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.plan.pool import Pool
from tfdoctor.plan.present import Present
from tfdoctor.plan.target import Wanted
from tfdoctor.versions import release as read_release

_LEFT = re.compile(r"~(?P<rest>[a-z_]*)-(?P<version>[\w.+]+)\.dist-info$")
_WANTED = {"tensorflow-not-installed", "tensorflow-without-distribution"}


def remaining(
    snapshot: Snapshot, present: Present, before: Diagnosis, wanted: Wanted | None = None
) -> tuple[tuple[str, Version] | None, ...]:
    """Return the TensorFlows that may be there afterwards, at least one; None is "none at all"."""
    there = [name for name in TENSORFLOW_DISTRIBUTIONS if name in present.versions]
    whole = [name for name in there if not _carried(name, there, present)] or there
    right = [name for name in whole if wanted is None or wanted.means(present.versions[name])]
    if len(right) > 1:  # the one that stays has to be put in again
        right = [name for name in right if _available(name, present)] or right
    if right:
        return tuple((name, present.versions[name]) for name in right)
    asked = wanted is not None and bool(wanted.specifier)
    if not asked and not any(finding.name in _WANTED for finding in before.findings):
        return (None,)
    return (_coming(whole[0] if whole else "tensorflow", snapshot, present, wanted),)


def _carried(name: str, there: list[str], present: Present) -> bool:
    """Whether another one of them requires it, as the Windows wheel of tensorflow does tensorflow-intel."""
    return any(need.name == name for other in there if other != name for need in present.needs[other])


def _available(name: str, present: Present) -> bool:
    """Whether the installed version of a distribution can be installed here, and is known to work."""
    place, version = present.place, present.versions[name]
    usable = any(one.version == version for one in _pool(present).usable(name))
    return usable and isinstance(present.matrix.locks.get(name, version, place.minor, f"{place.os}-{place.arch}"), Lock)


def _coming(name: str, snapshot: Snapshot, present: Present, wanted: Wanted | None) -> tuple[str, Version] | None:
    """Return what to install in this distribution's place: what is wanted, what was there, else the newest."""
    usable = [one.version for one in _pool(present).usable(name)]
    if wanted is not None and wanted.specifier:
        usable = [version for version in usable if wanted.means(version)]
    else:
        traces = [version for version in _traces(snapshot) if version in usable]
        usable = traces or usable
    return (name, usable[0]) if usable else None


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
