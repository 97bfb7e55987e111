"""Takes away what no installer can: distributions without a list of files, leftovers, single paths."""

import csv
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from tfdoctor.apply.environment import Environment


def inside(path: str, environment: Environment) -> Path | None:
    """Return a step's path with its placeholders filled in, or None where it is not within site-packages.

    Links on the way to it are followed, the last one is not: that is what would be deleted.
    """
    named = Path(environment.expand(path))
    if not named.is_absolute():
        named = Path(environment.purelib, named)
    place = Path(os.path.realpath(named.parent), named.name)
    if named.name in {"", ".", ".."}:
        return None
    return place if any(Path(site) in place.parents for site in environment.sites) else None


def delete(path: Path) -> None:
    """Delete a file, a link or a folder; one that is gone is no error.

    Raises:
        OSError: it cannot be deleted.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def canonical(name: str) -> str:
    """Return the name of a distribution in the form that compares."""
    return re.sub(r"[-_.]+", "-", name).lower()


def name_of(requirement: str) -> str:
    """Return the canonical name in a requirement, or in a line of a requirements file."""
    found = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement)
    return canonical(found.group(1)) if found else ""


def metadata(environment: Environment) -> Iterator[tuple[str, Path]]:
    """Yield the canonical name and the metadata folder (or .egg-info file) of everything installed there."""
    for site in environment.sites:
        for path in sorted(Path(site).glob("*-info")):
            if path.suffix in {".dist-info", ".egg-info"} and not path.name.startswith("~"):
                yield canonical(path.stem.partition("-")[0]), path


def unlisted(environment: Environment, names: Sequence[str]) -> list[Path]:
    """Return the metadata of those of the distributions that have no list of their files: no installer removes them."""
    wanted = {canonical(name) for name in names}
    return [path for name, path in metadata(environment) if name in wanted and not _has_list(path)]


def _has_list(path: Path) -> bool:
    if path.suffix == ".dist-info":
        return (path / "RECORD").is_file() and (path / "METADATA").is_file()
    return (path / "installed-files.txt").is_file() or (path.parent / f"{path.stem}.egg-link").exists()


def forget(path: Path, environment: Environment) -> None:
    """Remove a distribution that has no list of files: its metadata, and the modules that no other one claims.

    Raises:
        OSError: something cannot be deleted.
    """
    claimed = {module for _, other in metadata(environment) if other != path for module in _claims(other)}
    top = path / "top_level.txt"
    text = top.read_text("utf-8", "replace") if top.is_file() else path.stem.partition("-")[0]
    for module in text.split():
        if module in claimed or not module.replace("_", "a").isalnum():
            continue
        for place in (path.parent / module, path.parent / f"{module}.py", *path.parent.glob(f"{module}.*.so")):
            delete(place)
    delete(path)


def _claims(path: Path) -> Iterator[str]:
    """The top-level modules of which a distribution lists files."""
    record = path / "RECORD"
    try:
        with record.open(encoding="utf-8", errors="replace", newline="") as file:
            for row in csv.reader(file):
                if row:
                    yield row[0].partition("/")[0].partition(".")[0]
    except (OSError, csv.Error):
        top = path / "top_level.txt"
        if top.is_file():
            yield from top.read_text("utf-8", "replace").split()
