"""Reads the system and the Python from the folders that a traceback names, where all of them agree."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tfdoctor.tickets.prose.claims import ENVIRONMENT, Claim
from tfdoctor.tickets.prose.lines import Line

# A frame of a traceback, or a library that could not be opened: paths of the machine that the program ran on.
_FRAME: Final = re.compile(
    r"^\s{0,8}(?:File \"?|(?:ImportError: )?dlopen\()?"
    r"(?P<path>[A-Za-z]:\\|/(?:home|root|usr|opt|Users|Library|anaconda3?)/)"
    r"(?P<rest>[^\"]{1,300}?\.(?:py|so|pyc|pyd|dylib))\b"
)
_PYTHON: Final = re.compile(r"/lib/python([23]\.\d{1,2})/(?:site|dist)-packages/")
_WINDOWS: Final = re.compile(r"\\Python\\?Python([23])(\d{1,2})(?:-(32))?\\", re.IGNORECASE)
_LEAST: Final = -1  # anything that somebody says is more than this
_MOST: Final = 4000  # lines that are looked at


def read(lines: Sequence[Line]) -> Iterator[Claim]:
    """Yield the system and the Python of the frames."""
    systems: dict[str, Line] = {}
    pythons: dict[str, Line] = {}
    bits: dict[str, Line] = {}
    for line in lines[:_MOST]:
        found = _FRAME.match(line.text[:500])
        if not found:
            continue
        path = found["path"] + found["rest"]
        systems.setdefault(_system(path), line)
        if inside := _PYTHON.search(path):
            pythons.setdefault(inside[1], line)
        elif folder := _WINDOWS.search(path):
            pythons.setdefault(f"{folder[1]}.{folder[2]}", line)
            bits.setdefault(folder[3] or "64", line)
    for key, values in (("os", systems), ("python_version", pythons), ("python_bits", bits)):
        if len(values) == 1:
            value, line = next(iter(values.items()))
            if (key, value) != ("python_bits", "64"):  # the folder has no mark of 64 bits
                yield Claim(ENVIRONMENT + key, value, line.number, line.number, _LEAST, "paths of a traceback")


def _system(path: str) -> str:
    if path[1:2] == ":":
        return "Windows"
    return "macOS" if path.startswith(("/Users/", "/Library/", "/anaconda")) else "Linux"
