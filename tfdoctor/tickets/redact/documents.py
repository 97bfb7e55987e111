"""Redacts JSON of any form: its strings one by one, in place, so that keys, numbers and the layout stay as they are."""

import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from tfdoctor import facts
from tfdoctor.errors import InputError
from tfdoctor.tickets.redact.assignments import is_secret_name

if TYPE_CHECKING:
    from tfdoctor.tickets.redact.redactor import Redactor

_PIECE: Final = re.compile(r'"(?:[^"\\]|\\.)*"(?P<key>\s*:)?|[\[\]{}]')
_DECODER: Final = msgspec.json.Decoder(float_hook=str)  # a number of any size is left as it is
_HOLDERS: Final = re.compile(r"(?:.*[_-])?(?:credentials?|secrets?|passwords?|api_?keys?)", re.IGNORECASE)
_LEAST: Final = 3  # characters: a shorter text is no secret of its own
_FINGERPRINT: Final = frozenset({"schema_version", "subject", "same", "differences", "unknown", "outcomes"})
_KEYS_OF_NAMES: Final = frozenset({"name", "key", "variable", "id", "fact"})


def redact(data: bytes, redactor: "Redactor") -> bytes:
    """Return JSON with redacted values.

    Raises:
        InputError: it is no JSON, or nested too deeply.
    """
    plain = data.removeprefix(b"\xef\xbb\xbf")
    try:
        value = _DECODER.decode(plain)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"no JSON: {error}") from error
    except RecursionError as error:
        raise InputError("the JSON is nested too deeply") from error
    if isinstance(value, dict) and value.get("type") == "Snapshot":
        try:
            return facts.encode(redactor.snapshot(facts.decode(plain)))
        except msgspec.ValidationError:
            pass  # of another version: any JSON
    text = plain.decode()
    redactor.learn("\n".join(_strings(value)))
    for key, name in _pairs(value):
        redactor.learn_named(key, name)
    measured = isinstance(value, dict) and value.keys() >= _FINGERPRINT
    return _Walk(redactor, frozenset(_secrets(value)), measured=measured).text(text).encode()


def _objects(value: object) -> Iterator[dict[str, object] | list[object]]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            yield item
            stack.extend(item.values())
        elif isinstance(item, list):
            yield item
            stack.extend(item)


def _pairs(value: object) -> Iterator[tuple[str, str]]:
    for item in _objects(value):
        if isinstance(item, dict):
            yield from ((key, text) for key, text in item.items() if isinstance(text, str))


def _secrets(value: object) -> Iterator[str]:
    """The texts whose neighbours, not their key, say that they are secret: variables, words of a command."""
    for item in _objects(value):
        if isinstance(item, dict):
            named = [text for key, text in item.items() if key.lower() in _KEYS_OF_NAMES and isinstance(text, str)]
            told = item.get("value", item.get("Value"))
            if isinstance(told, str) and len(told) >= _LEAST and any(map(is_secret_name, named)):
                yield told
        else:
            for one, other in itertools.pairwise(item):
                if isinstance(one, str) and isinstance(other, str) and len(other) >= _LEAST:
                    option = one.startswith("-") or (len(item) == 2 and len(one) < 40)
                    if option and is_secret_name(one.lstrip("-")) and not other.startswith("-"):
                        yield other


def _strings(value: object) -> list[str]:
    found: list[str] = []
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    found.reverse()
    return found


class _Walk:
    """Goes through the tokens of a document; a stack of keys says where it is."""

    def __init__(self, redactor: "Redactor", secrets: frozenset[str], *, measured: bool = False) -> None:
        self._redactor = redactor
        self._measured = measured
        self._secrets = secrets
        self._keys: list[str] = []
        self._key = ""
        self._sibling = ""  # the value of "name" in the same object: what "value" beside it is

    def text(self, text: str) -> str:
        return _PIECE.sub(self._piece, text)

    def _piece(self, found: re.Match[str]) -> str:
        piece = found[0]
        if piece in "{[":
            self._keys.append(self._key)
            if piece == "{":
                self._key = self._sibling = ""
            return piece
        if piece in "}]":
            self._key = self._keys.pop()
            if piece == "}":
                self._sibling = ""
            return piece
        if found["key"] is not None:
            self._key = msgspec.json.decode(piece[: found.start("key") - found.start()])
            return piece
        value: str = msgspec.json.decode(piece)
        hidden = self._string(value)
        return piece if hidden == value else msgspec.json.encode(hidden).decode()

    def _string(self, value: str) -> str:
        key = self._key
        named = self._sibling
        if key.lower() in _KEYS_OF_NAMES:
            self._sibling = value
        if key == "digest" and re.fullmatch(r"(?:sha256:)?[0-9a-f]{8,64}", value):
            return value
        if key.lower() == "value" and named and is_secret_name(named):
            return self._redactor.value(value, named)
        if self._measured and key != "error" and self._keys[1:2] == ["outcomes"]:  # the words of experiments
            return self._redactor.name(value)
        if value in self._secrets or (value and any(map(_HOLDERS.fullmatch, self._keys))):
            return self._redactor.value(value, "password")
        return self._redactor.value(value, key)
