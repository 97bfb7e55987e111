"""Writes the bundled index: per distribution small tables of requirements and wheels, and rows that point into them."""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from index.listing import OLDEST
from index.names import NEWEST, PRERELEASES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.markers import Marker

    from index.listing import File, Listed, Read

FORMAT = 1
SDIST, YANKED, UNREAD = 1, 2, 4
_NOTES = (
    "distributions: requires and wheels are tables; a row of releases is [version, requirements (into requires), "
    "Requires-Python, wheels (into wheels), flags]; flags 1: has a source distribution, 2: yanked, 4: requirements not "
    "read (a source distribution that is large). A wheel is its platform tag (the most general one) and interpreters. "
    "Stable releases with a file for CPython 3.6 or later; requirements of extras only for the extras listed. "
    "limits: of these only the newest so many releases, and the last that serve CPython 3.6 to 3.11 (of transformers, "
    "huggingface-hub and tokenizers also the last patch of each minor); prereleases: of these also pre-releases"
)
_LEGACY = {"manylinux1": "manylinux_2_5", "manylinux2010": "manylinux_2_12", "manylinux2014": "manylinux_2_17"}
_ENVIRONMENTS = [
    {
        "python_version": f"3.{minor}",
        "python_full_version": f"3.{minor}.{patch}",
        "sys_platform": system,
        "platform_system": name,
        "os_name": os_name,
        "platform_machine": machine,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_version": "",
        "implementation_version": f"3.{minor}.{patch}",
        "extra": "",
    }
    for minor, patch, (system, name, os_name, machine) in product(
        range(6, 15),
        (0, 30),
        (
            ("linux", "Linux", "posix", "x86_64"),
            ("linux", "Linux", "posix", "aarch64"),
            ("win32", "Windows", "nt", "AMD64"),
            ("darwin", "Darwin", "posix", "x86_64"),
            ("darwin", "Darwin", "posix", "arm64"),
        ),
    )
]


def table(kept: dict[str, tuple[list[Listed], dict[str, Read]]], date: str) -> str:
    """Return the file's text: one line per distribution."""
    asked = _extras_asked(kept)
    lines = []
    for name in sorted(kept):
        rows, found = kept[name]
        lines.append(f"{_encode(name)}:{_encode(_distribution(rows, found, asked.get(name, set())))}")
    header = {"format": FORMAT, "harvested": date, "notes": _NOTES, "limits": NEWEST, "prereleases": PRERELEASES}
    head = [f"{_encode(key)}:{_encode(value)}" for key, value in header.items()]
    body = ",\n".join(lines)
    return "{\n" + ",\n".join(head) + f',\n"distributions":{{\n{body}\n}}\n}}\n'


def _encode(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _extras_asked(kept: dict[str, tuple[list[Listed], dict[str, Read]]]) -> dict[str, set[str]]:
    """Return the extras that requirements in the index ask for, by distribution."""
    asked: dict[str, set[str]] = {}
    for _, found in kept.values():
        for line in {line for one in found.values() for line in one.requires if "[" in line}:
            need = _parse(line)
            if need is not None and (need.marker is None or "extra" not in str(need.marker)):
                asked.setdefault(canonicalize_name(need.name), set()).update(need.extras)
    return asked


@cache
def _parse(line: str) -> Requirement | None:
    try:
        return Requirement(line)
    except InvalidRequirement:
        return None


def _distribution(rows: list[Listed], found: dict[str, Read], extras: set[str]) -> dict[str, object]:
    requires: dict[str, int] = {}
    wheels: dict[str, int] = {}
    releases = []
    for row in rows:
        one = found.get(row.version)
        if one is None:
            continue
        lines = [text for line in one.requires if (text := _line(line, frozenset(extras))) is not None]
        files = _wheels(row.wheels)
        yanked = all(file.yanked for file in (*row.wheels, *((row.sdist,) if row.sdist else ())))
        flags = SDIST * (row.sdist is not None) + YANKED * yanked + UNREAD * (not one.source)
        releases.append(
            (
                row.version,
                [requires.setdefault(line, len(requires)) for line in dict.fromkeys(lines)],
                one.requires_python or _listed_python(row),
                [wheels.setdefault(text, len(wheels)) for text in files],
                flags,
            )
        )
    return {"extras": sorted(extras), "requires": list(requires), "wheels": list(wheels), "releases": releases}


def _listed_python(row: Listed) -> str:
    files = (*row.wheels, *((row.sdist,) if row.sdist else ()))
    return next((file.requires_python for file in files if file.requires_python), "")


@cache
def _line(line: str, extras: frozenset[str]) -> str | None:
    """Return a requirement in one spelling; None where it can hold in no environment that the planner knows."""
    need = _parse(line)
    if need is None:
        return None
    if need.marker is not None:
        verdict = _always(need.marker, extras)
        if verdict is False:
            return None
        if verdict is True:
            need.marker = None
    text: str = canonicalize_name(need.name)
    text += f"[{','.join(sorted(need.extras))}]" if need.extras else ""
    text += str(need.specifier)
    return f"{text}; {need.marker}" if need.marker is not None else text


def _always(marker: Marker, extras: frozenset[str]) -> bool | None:
    """Whether a marker holds everywhere (True), nowhere (False), or here and there (None)."""
    names = ("", *extras) if "extra" in str(marker) else ("",)
    held = {marker.evaluate({**environment, "extra": name}) for name in names for environment in _ENVIRONMENTS}
    return held.pop() if len(held) == 1 else None


def _wheels(files: Iterable[File]) -> list[str]:
    """Return wheels as "platform interpreter interpreter …", one text per platform tag."""
    found: dict[str, set[str]] = {}
    for file in files:
        python, abi, platform = file.name.removesuffix(".whl").split("-")[-3:]
        found.setdefault(_platform(platform), set()).update(_interpreters(python, abi))
    rows = sorted((platform, names) for platform, names in found.items() if names)
    return [f"{platform} {' '.join(sorted(names, key=_age))}" for platform, names in rows]


def _platform(text: str) -> str:
    """Return the most general of the compressed platform tags, the old manylinux names spelled anew."""
    tags = [re.sub(r"^manylinux(?:1|2010|2014)(?=_)", lambda old: _LEGACY[old.group()], tag) for tag in text.split(".")]
    return min(tags, key=lambda tag: (tag.startswith("linux"), _numbers(tag), tag))


def _numbers(tag: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"_(\d+)(?=_)", tag))


def _interpreters(python: str, abi: str) -> set[str]:
    """Return "cp39" for one interpreter, "cp39+" for it and later ones, "py3" for any Python 3."""
    names = {name for name in python.split(".") if (match := re.match(r"(?:cp|py)3(\d*)", name)) and _served(match[1])}
    if abi == "abi3":
        return {f"{name}+" for name in names}
    if abi == "none":
        return {"py3" if name == "cp3" else f"{name}+" if re.fullmatch(r"py3\d+", name) else name for name in names}
    return {f"cp3{match[1]}" for one in abi.split(".") if (match := re.fullmatch(r"cp3(\d+)m?", one))} & names


def _served(digits: str) -> bool:
    """Whether a wheel for CPython 3.`digits` or later ("": any) serves an interpreter that the planner knows."""
    return not digits or int(digits) >= OLDEST


def _age(name: str) -> tuple[int, str]:
    return int(re.sub(r"\D", "", name)), name
