"""Strings that only chance makes: keys without a known form and without a key that names them."""

import math
import re
from collections import Counter
from typing import Final

from tfdoctor.tickets.redact.pseudonyms import Pseudonyms

_RUN: Final = re.compile(r"(?<![\w+/=$@?.-])(?!_Z|secret\d)[A-Za-z0-9_-][A-Za-z0-9+/_=-]{23,4095}(?![\w$@?])")
_HEX: Final = re.compile(r"(?<![0-9A-Za-z_.-])[0-9a-fA-F]{32,512}(?![0-9A-Za-z_-])")
_DIGEST: Final = re.compile(
    r"(?:sha-?\d{1,3}|md5|digest|checksum|hash|commit|revision|rev|blob|tree|etag|fingerprint|crc|@)[\"']?[\s:=/@(\[]{0,4}[\"']?$",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"(?<=[\"'])[A-Za-z0-9+/=_-]{20,4096}(?=[\"'])")


def hide_random(text: str, names: Pseudonyms) -> str:
    """Replace long strings of high entropy."""
    text = _HEX.sub(lambda found: _hex(found, names), text)
    return _RUN.sub(lambda found: _run(found, names), text)


def _ahead(found: re.Match[str]) -> str:
    return found.string[max(0, found.start() - 24) : found.start()]


def _hex(found: re.Match[str], names: Pseudonyms) -> str:
    value = found[0]
    if _DIGEST.search(_ahead(found)) or value.isdigit() or entropy(value.lower()) < 2.5:
        return value
    return names.secret(value, "random-string")


def _run(found: re.Match[str], names: Pseudonyms) -> str:
    value = found[0]
    if _DIGEST.search(_ahead(found)) or not is_random(value):
        return value
    return names.secret(value, "random-string")


def entropy(text: str) -> float:
    """Shannon's entropy in bits a character."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def is_random(value: str) -> bool:
    """Whether a long string of letters, digits and the signs of base64 looks made by chance.

    Names of people's making keep to one case and few digits within a word: chance changes the class of the character
    at every second place or so.
    """
    plain = value.strip("=")
    digits = sum(char.isdigit() for char in plain)
    if digits < 3 or entropy(plain) < 3.6:
        return False
    words = [word for word in re.split(r"[_/-]", plain) if word]
    longest = max(words, key=len)
    if len(longest) < max(16, 0.4 * len(plain)):
        return False
    kinds = re.sub(r"[A-Z]", "A", re.sub(r"[a-z]", "a", re.sub(r"\d", "0", plain)))
    changes = sum(one != other for one, other in zip(kinds, kinds[1:], strict=False))
    upper, lower = "A" in kinds, "a" in kinds
    return changes >= (0.36 if upper and lower else 0.3) * len(plain)
