"""Reads pip's requirements files: what they ask for, and the lines that no planner can judge."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from tfdoctor.errors import InputError

_COMMENT = re.compile(r"(^|\s)#.*$")
_HASH = re.compile(r"\s--hash[= ]\S+")
_FILES = {"-r", "--requirement", "-c", "--constraint"}
_EDITABLE = {"-e", "--editable"}
_PLACE = re.compile(r"^(?:[\w+.-]+://|\.{0,2}/|~/|[A-Za-z]:\\|\S+\.(?:whl|zip|tar\.gz)$|\.$)")


@dataclass(frozen=True)
class Asked:
    """What requirements files ask for.

    Attributes:
        requirements: PEP 508 requirements, in order.
        unjudged: lines that name a folder, a file or a URL: what they need is not known.
    """

    requirements: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()


def read_requirements(paths: tuple[str, ...]) -> Asked:
    """Read requirements files with all that they include; options of pip's that are about indexes are passed over.

    Raises:
        InputError: a file cannot be read, or a line is no requirement; the text names the file and the line.
    """
    requirements: list[str] = []
    unjudged: list[str] = []
    for path in paths:
        for place, line in _lines(Path(path), ()):
            if _PLACE.match(line) or line.split()[0] in _EDITABLE:
                unjudged.append(line)
                continue
            try:
                need = Requirement(line)
            except InvalidRequirement as error:
                reason = str(error).splitlines()[0]
                raise InputError(f"{place}: {line!r} is no requirement ({reason})") from None
            (unjudged if need.url else requirements).append(line)
    return Asked(tuple(requirements), tuple(unjudged))


def _lines(path: Path, including: tuple[Path, ...]) -> Iterator[tuple[str, str]]:
    """The lines that ask for something, each with its place; included files in their place."""
    if path.absolute() in including:
        raise InputError(f"{path}: the file includes itself")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: no UTF-8 text ({error.reason} at byte {error.start})") from None
    for number, line in _joined(text):
        plain = _HASH.sub("", _COMMENT.sub("", line)).strip()
        place = f"{path}: line {number}"
        if not plain:
            continue
        option, _, rest = plain.partition("=") if plain.startswith("--") and " " not in plain else plain.partition(" ")
        if option in _FILES:
            named = Path(shlex.split(rest)[0] if rest.strip() else "")
            yield from _lines(path.parent / named, (*including, path.absolute()))
        elif plain.startswith("-") and option not in _EDITABLE:
            continue
        else:
            yield place, plain


def _joined(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers; one that ends with a backslash goes on in the next."""
    start, so_far = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        start = start or number
        if line.endswith("\\"):
            so_far += line[:-1]
            continue
        yield start, so_far + line
        start, so_far = 0, ""
    if so_far:
        yield start, so_far
