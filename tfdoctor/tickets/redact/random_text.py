"""Strings that only chance makes: keys without a known form and without a key that names them."""

import itertools
import math
import re
from collections import Counter
from typing import Final

from tfdoctor.tickets.redact.lines import may_match
from tfdoctor.tickets.redact.pseudonyms import Pseudonyms
from tfdoctor.tickets.redact.vocabulary import FOLDERS

_RUN: Final = re.compile(
    r"(?<![\w+/$@?.-])(?!_Z|secret\d)(?:(?<=[\"'=:])[/+]{1,6})?[A-Za-z0-9_-][A-Za-z0-9+/_=-]{19,4095}(?![\w$@?/+=-]|\.\w)"
)
_HEX: Final = re.compile(r"(?<![0-9A-Za-z_.-])[0-9a-fA-F]{32,512}(?![0-9A-Za-z_-])")
_DIGEST: Final = re.compile(
    r"(?:sha-?\d{1,3}|md5|digest|checksum|hash|commit|revision|rev|blob|tree|etag|fingerprint|crc"
    r"|@)[\"']?[\s:=/@(\[]{0,4}[\"']?$",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"\d")
_SYMBOL: Final = re.compile(r"\d(?:tensorflow|tsl|xla|absl|Eigen|google|stream_executor|mlir|pybind|std)|^_Z")
_LONG_WORDS: Final = re.compile(r"[A-Za-z]{6,}")
_WORDS: Final = re.compile(r"[a-z]{4,}|[A-Z]{5,}")


def hide_random(text: str, names: Pseudonyms) -> str:
    """Replace long strings of high entropy."""
    if may_match(text, _ANY_HEX):
        text = _HEX.sub(lambda found: _hex(found, names), text)
    return _RUN.sub(lambda found: _run(found, names), text) if may_match(text, _ANY_RUN) else text


_ANY_HEX: Final = re.compile("[0-9a-f]{32}")
_ANY_RUN: Final = re.compile("[a-z0-9+/_=-]{20}")


def _ahead(found: re.Match[str]) -> str:
    return found.string[max(0, found.start() - 24) : found.start()]


def _hex(found: re.Match[str], names: Pseudonyms) -> str:
    value = found[0]
    if _DIGEST.search(_ahead(found)) or value.isdigit() or entropy(value.lower()) < 2.5:
        return value
    return names.secret(value, "random-string")


def _run(found: re.Match[str], names: Pseudonyms) -> str:
    value = found[0]
    if not _DIGITS.search(value):
        return value
    if len(value) < 24 and "=" not in value[-2:] and not re.search(r"[\"'=]$", _ahead(found)):
        return value
    quoted = found.string[found.start() - 1 : found.start()] in {"'", '"', "="}
    if not is_random(value, quoted=quoted) or _DIGEST.search(_ahead(found)):
        return value
    return names.secret(value, "random-string")


def entropy(text: str) -> float:
    """Shannon's entropy in bits a character."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def is_random(value: str, *, quoted: bool = False) -> bool:
    """Whether a string of letters, digits and the signs of base64 looks made by chance; in quotes, doubt is enough.

    Names of people's making have words in them and few digits within a word: chance changes the class of the character
    at every second place or so.
    """
    plain = value.strip("=")
    kinds = re.sub(r"[A-Z]", "A", re.sub(r"[a-z]", "a", re.sub(r"\d", "0", plain)))
    mixed = "A" in kinds and "a" in kinds
    least = (1 if quoted and len(plain) >= 32 else 2) if mixed else 4
    if kinds.count("0") < least or entropy(plain) < 3.6 or _SYMBOL.search(plain):
        return False
    if any(len(part) > 2 and part.casefold() in FOLDERS for part in plain.split("/")):
        return False  # a path
    # People join words with "-" and "_"; the alphabet of base64 in URLs has these two once in 32 characters only.
    if max(map(len, re.split(r"[_-]+", plain))) < max(16, 0.4 * len(plain)):
        return False
    words = sum(map(len, (_WORDS if mixed else _LONG_WORDS).findall(plain)))
    changes = sum(one != other for one, other in itertools.pairwise(kinds))
    if quoted and mixed:
        return words <= 0.6 * len(plain) and (entropy(plain) >= 4.5 or changes >= 0.28 * len(plain))
    return words <= 0.34 * len(plain) and changes >= 0.3 * len(plain)
