"""Which TensorFlow a repaired environment is to have: the one that is there, one of several, or one that comes."""

import re
from collections.abc import Iterator

from packaging.version import Version

from tfdoctor.diagnosis import Diagnosis
from tfdoctor.facts import Snapshot, known
from tfdoctor.matrix.locks import Lock
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.plan.mending.present import Present
from tfdoctor.plan.resolution.pool import Pool
from tfdoctor.plan.target import DISTRIBUTIONS, Wanted, why_none
from tfdoctor.versions import release as read_release

_LEFT = re.compile(r"~(?P<rest>[a-z_]*)-(?P<version>[\w.+]+)\.dist-info$")
# Distributions that are released with each minor of TensorFlow, and the version from which they are not.
_RELEASED_WITH = {"tensorflow-estimator": Version("3"), "keras": Version("3"), "tensorboard": Version("3")}
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
    if not _called_for(before, wanted):
        return (None,)
    return _coming(whole[0] if whole else "tensorflow", snapshot, present, wanted) or (None,)


def none_to_take(present: Present, before: Diagnosis, wanted: Wanted | None) -> str:
    """Return why there is no TensorFlow that could come; "" where none is called for."""
    if not _called_for(before, wanted):
        return ""
    unpublished = why_none(wanted, present.matrix.releases) if wanted is not None else None
    if unpublished is not None:
        return unpublished
    place = present.place
    where = f"CPython {place.minor} on {place.os}-{place.arch}"
    usable = [one.version for name in DISTRIBUTIONS for one in _pool(present).usable(name)]
    if not usable:
        return f"no TensorFlow has a wheel for {where}"
    asked = (wanted.asked.tensorflow or str(wanted.specifier)) if wanted is not None else ""
    return f"TensorFlow {asked} has no wheel for {where}: there are {min(usable)} to {max(usable)}"


def _called_for(before: Diagnosis, wanted: Wanted | None) -> bool:
    """Whether a TensorFlow has to come: the user asks for it, or a finding misses it."""
    asked = wanted is not None and bool(wanted.specifier)
    return asked or any(finding.name in _WANTED for finding in before.findings)


def _carried(name: str, there: list[str], present: Present) -> bool:
    """Whether another one of them requires it, as the Windows wheel of tensorflow does tensorflow-intel."""
    return any(need.name == name for other in there if other != name for need in present.needs[other])


def _available(name: str, present: Present) -> bool:
    """Whether the installed version of a distribution can be installed here, and is known to work."""
    place, version = present.place, present.versions[name]
    usable = any(one.version == version for one in _pool(present).usable(name))
    return usable and isinstance(present.matrix.locks.get(name, version, place.minor, f"{place.os}-{place.arch}"), Lock)


def _coming(first: str, snapshot: Snapshot, present: Present, wanted: Wanted | None) -> tuple[tuple[str, Version], ...]:
    """Return what may come in this distribution's place: what is wanted; else what was there, and the newest."""
    for name in dict.fromkeys((first, *DISTRIBUTIONS)):
        usable = [one.version for one in _pool(present).usable(name)]
        if wanted is not None and wanted.specifier:
            meant = [version for version in usable if wanted.means(version)]
            if meant:
                return ((name, meant[0]),)
        elif usable:
            stated = [version for version in _traces(snapshot) if version in usable]
            minors = [[one for one in usable if one.release[:2] == minor] for minor in _companions(present)]
            traces = stated or [found[0] for found in minors if found]
            return tuple((name, version) for version in dict.fromkeys((*traces, *([] if stated else usable[:1]))))
    return ()


def _pool(present: Present) -> Pool:
    return Pool(present.matrix, present.place, present.distributions, {})


def _companions(present: Present) -> Iterator[tuple[int, ...]]:
    """Yield the minor versions of TensorFlow that installed distributions of its release tell of."""
    for name, end in _RELEASED_WITH.items():
        version = present.versions.get(name)
        if version is not None and version < end:
            yield version.release[:2]


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
