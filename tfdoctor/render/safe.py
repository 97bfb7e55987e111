"""What strangers wrote, made harmless for a terminal: the one place where control characters are taken away."""

import json
import re
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

T = TypeVar("T")

# C0 but tab and newline, DEL, C1 (their 8-bit forms start escape sequences too), line and paragraph separators, what
# turns the direction of writing, and characters without width that hide in words.
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def safe(text: str) -> str:
    """Return a text in which all that drives a terminal is written out, by the number of the character."""
    return text if text.isascii() and text.isprintable() else _UNSAFE.sub(_escaped, text)


def line(text: str) -> str:
    """Return a text as one safe line."""
    return safe(text).replace("\n", "\\n").replace("\t", " ")


def json_text(text: str) -> str:
    """Return a JSON text with the same in JSON's own escapes: it says the same to a program."""
    if text.isascii() and "\x7f" not in text:
        return text  # the encoder has escaped all else
    return _UNSAFE.sub(lambda found: json.dumps(found.group())[1:-1].replace("\x7f", "\\u007f"), text)


def _escaped(found: "re.Match[str]") -> str:
    code = ord(found.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def encodable(text: str) -> str:
    """Return a text that any program can read: bytes of a name that are no text (Python keeps them) are written out."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def harmless(value: T, clean: Callable[[str], str] = safe) -> T:
    """Return decoded JSON or a Struct with every text in it safe, or cleaned in another way."""
    if isinstance(value, str):
        return clean(value)  # type: ignore[return-value]  # a str for a str
    if isinstance(value, msgspec.Struct):
        changed = {name: harmless(getattr(value, name), clean) for name in value.__struct_fields__}
        return msgspec.structs.replace(value, **changed)
    if isinstance(value, (tuple, list)):
        return type(value)(harmless(item, clean) for item in value)
    if isinstance(value, dict):
        return {harmless(key, clean): harmless(item, clean) for key, item in value.items()}  # type: ignore[return-value]  # as above
    return value
