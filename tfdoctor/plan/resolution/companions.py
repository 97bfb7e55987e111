"""Why no release of a companion can be taken: none is made for this TensorFlow, or none has a file for this system."""

from collections.abc import Sequence

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tfdoctor.matrix.tables import NO_TENSORFLOW
from tfdoctor.plan.resolution.asks import Need
from tfdoctor.plan.resolution.bans import Bans
from tfdoctor.plan.resolution.pool import Pool

_SYSTEM = {"linux": "Linux", "macos": "macOS", "windows": "Windows"}
INDEX = "the bundled index"


def excluding(name: str, needs: Sequence[Need], rules: Bans, pool: Pool) -> tuple[str, str] | None:
    """Return who excludes every release of a distribution that is asked for, and what they ask for instead.

    None where the requirements themselves exclude each other, or a release could be taken.
    """
    rows = [row.version for row in pool.matrix.index.releases(name)]
    asked = [version for version in rows if all(need.admits(version) for need in needs)]
    if not asked:
        alone = next((need for need in needs if not any(map(need.admits, rows))), None)
        return (INDEX, f"another one: it has no {alone.text}") if rows and alone is not None else None
    fitting = [version for version in asked if rules.fits(name, version)]
    usable = {one.version for one in pool.usable(name)}
    if fitting and not usable.intersection(fitting):
        place = pool.place
        where = f"CPython {place.minor} on {_SYSTEM.get(place.os, place.os)} {place.arch}"
        return where, f"a file that it can install, which {name} {fitting[0]} lacks"
    needed = {version: pool.matrix.companions.needs(name, str(version)) for version in asked}
    if rules.tensorflow is None or any(rules.fits(name, version) is not False for version in asked):
        return None
    rivals = _nearest({version: text for version, text in needed.items() if text}, rules.tensorflow[1])
    return rules.by, f"a release made for it: {rivals}"


def _nearest(needed: dict[Version, str], tensorflow: Version) -> str:
    """Say which TensorFlow the neighbours need: the newest release for an older one, the oldest for a newer one."""
    made = {version: text for version, text in needed.items() if text != NO_TENSORFLOW}
    later = [version for version, text in made.items() if _begins_after(text, tensorflow)]
    earlier = [version for version in made if version not in later]
    found = [max(earlier)] if earlier else []
    found += [min(later)] if later else []
    texts = [f"{version} needs TensorFlow {made[version]}" for version in found]
    return " and ".join(texts) or f"{max(needed)} has nothing for any"


def _begins_after(specifier: str, tensorflow: Version) -> bool:
    return any(
        one.operator in {">=", ">", "==", "~="} and Version(one.version.removesuffix(".*")) > tensorflow
        for one in SpecifierSet(specifier)
    )
