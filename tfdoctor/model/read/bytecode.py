"""Python functions that Keras marshalled into a configuration: read as structure, never by `marshal`, never run.

Which Python wrote a code object shows in the order of its fields, in its line table, and in which operations its
instructions can be: each minor since 3.11 has its own. Minors that would have written the same bytes are all named.
"""

import base64
import contextlib
from typing import Any, Final, NamedTuple

from tfdoctor.model.read.opcodes import walks
from tfdoctor.model.read.source import DamagedError

_DEPTH: Final = 40
_OBJECTS: Final = 50_000
_LONGEST: Final = 4 << 20  # characters of a function in a configuration
_NAMES: Final = 100

_NONE: Final = object()  # in place of values that tell nothing


class Function(NamedTuple):
    """A marshalled function: its name, the names it uses (its inner functions' too), who can have written it."""

    name: str
    names: tuple[str, ...]
    pythons: tuple[str, ...]


class _Code(NamedTuple):
    code: bytes
    consts: tuple[Any, ...]
    names: tuple[str, ...]
    name: str
    lines: bytes


# The fields of a code object before and after its instructions, oldest first.
_LAYOUTS: Final = {"2.7": 4, "3.0": 5, "3.8": 6, "3.11": 5}
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "old": (bytes, tuple, tuple, tuple, tuple, tuple, str, str, int, bytes),
    "3.11": (bytes, tuple, tuple, tuple, bytes, str, str, str, int, bytes, bytes),
}


def function(text: str) -> Function | None:
    """Return what a marshalled function in a configuration is; None where it is none or its form is not known."""
    for data in _decoded(text):
        for layout in _LAYOUTS:
            try:
                reader = _Marshal(data, layout)
                found = reader.value()
            except DamagedError:
                continue
            if isinstance(found, _Code) and reader.place == len(data):
                codes = _all(found)
                pythons = [python for python in _candidates(layout) if all(_written(code, python) for code in codes)]
                names = dict.fromkeys(name for code in codes for name in code.names)
                return Function(found.name, tuple(names)[:_NAMES], tuple(pythons))
    return None


def _decoded(text: str) -> list[bytes]:
    """Base64 since Keras 2.0.9; before that the bytes themselves as characters."""
    if len(text) > _LONGEST:
        return []
    found = []
    with contextlib.suppress(ValueError):
        found.append(base64.b64decode("".join(text.split()), validate=True))
    with contextlib.suppress(UnicodeEncodeError):
        found.append(text.encode("raw_unicode_escape"))
    return [data for data in found if data[:1] in {b"c", b"\xe3"}]


def _all(code: _Code) -> list[_Code]:
    """Return a code object and those in it."""
    found, todo = [], [code]
    while todo:
        code = todo.pop()
        found.append(code)
        todo += [const for const in code.consts if isinstance(const, _Code)]
    return found


def _candidates(layout: str) -> tuple[str, ...]:
    return {
        "2.7": ("2.7",),
        "3.0": ("3.4", "3.5", "3.6", "3.7"),
        "3.8": ("3.8", "3.9", "3.10"),
        "3.11": ("3.11", "3.12", "3.13"),
    }[layout]


def _written(code: _Code, python: str) -> bool:
    if python in {"3.8", "3.9", "3.10"}:
        # The line table of 3.10 covers all instructions; the older one ends where the last line begins.
        covers = sum(code.lines[::2]) == len(code.code)
        if covers != (python == "3.10"):
            return False
    return walks(code.code, python)


class _Marshal:
    """Reads marshalled values. What says nothing of who wrote it becomes a placeholder."""

    def __init__(self, data: bytes, layout: str) -> None:
        self.place = 0
        self._data, self._layout = data, layout
        self._refs: list[Any] = []
        self._interned: list[Any] = []
        self._left = _OBJECTS

    def _bytes(self, length: int) -> bytes:
        end = self.place + length
        if length < 0 or end > len(self._data):
            raise DamagedError("marshalled data ends early")
        found = self._data[self.place : end]
        self.place = end
        return found

    def _int(self, width: int = 4) -> int:
        return int.from_bytes(self._bytes(width), "little", signed=width > 1)

    def value(self, depth: int = 0) -> Any:  # noqa: ANN401  any value
        """Return the next value.

        Raises:
            DamagedError: there is none that can be read.
        """
        self._left -= 1
        if depth > _DEPTH or self._left < 0:
            raise DamagedError("marshalled data that is too deep or too long")
        byte = self._bytes(1)[0]
        kind, flagged = chr(byte & 0x7F), bool(byte & 0x80)
        place = len(self._refs)
        if flagged:
            self._refs.append(_NONE)
        found = self._of(kind, depth)
        if flagged:
            self._refs[place] = found
        return found

    def _of(self, kind: str, depth: int) -> Any:  # noqa: ANN401  any value
        if kind in _PLAIN:
            self._bytes(_PLAIN[kind])
            return _NONE
        if kind == "i":
            return self._int()
        if kind in _TEXTS:
            return self._text(kind)
        if kind in "([<>)":
            length = self._int(1) if kind == ")" else self._int()
            if not 0 <= length <= len(self._data):
                raise DamagedError("a marshalled tuple longer than the data")
            items = tuple(self.value(depth + 1) for _ in range(length))
            return items if kind in "()" else _NONE
        if kind == "c":
            return self._code(depth)
        if kind in "rR":
            return self._known(self._refs if kind == "r" else self._interned)
        self._rare(kind)
        return _NONE

    def _known(self, values: list[Any]) -> Any:  # noqa: ANN401  any value
        number = self._int()
        if not 0 <= number < len(values):
            raise DamagedError("a reference to nothing")
        return values[number]

    def _rare(self, kind: str) -> None:
        if kind == "l":
            self._bytes(2 * abs(self._int()))
        elif kind in "fx":  # numbers as text
            for _ in range(2 if kind == "x" else 1):
                self._bytes(self._int(1))
        else:
            raise DamagedError(f"marshalled data of a kind that is not known: {kind!r}")

    def _text(self, kind: str) -> Any:  # noqa: ANN401  text or bytes
        data = self._bytes(self._int(1) if kind in "zZ" else self._int())
        if kind == "s" and self._layout != "2.7":
            return data
        found = data.decode("latin-1" if kind in "stzZaA" else "utf-8", errors="replace")
        if kind == "t" and self._layout == "2.7":
            self._interned.append(found)
        return found

    def _code(self, depth: int) -> _Code:
        for _ in range(_LAYOUTS[self._layout]):
            if self._int() < -1:
                raise DamagedError("a code object with a negative number")
        kinds = _TYPES["3.11" if self._layout == "3.11" else "old"]
        fields: list[Any] = [self._int() if kind is int else self.value(depth + 1) for kind in kinds]
        if self._layout == "2.7":  # where text and bytes are one
            for place in (0, -1):
                if isinstance(fields[place], str):
                    fields[place] = fields[place].encode("latin-1", errors="replace")
        if not all(isinstance(field, kind) for field, kind in zip(fields, kinds, strict=True)):
            raise DamagedError("a code object with other fields")
        if not all(isinstance(name, str) for name in fields[2]):
            raise DamagedError("a code object with names that are none")
        if self._layout == "3.11":
            return _Code(fields[0], fields[1], fields[2], fields[6], fields[9])
        return _Code(fields[0], fields[1], fields[2], fields[7], fields[9])


_PLAIN: Final = {"0": 0, "N": 0, "F": 0, "T": 0, "S": 0, ".": 0, "I": 8, "g": 8, "y": 16}
_TEXTS: Final = frozenset("stuaAzZ")
