"""Reads what is said of two TensorFlows: who saved a model and who loads it, before and after an upgrade."""

import re
from collections.abc import Iterator
from typing import Final

from tfdoctor.tickets.prose.claims import Pair

_PART: Final = re.compile(
    r"^(?P<what>tensorflow|tf(?!lite|js)|tf[.]keras|keras|python|format)(?: version)?[ =:]{0,3}(?P<value>.{1,80})$",
    re.IGNORECASE,
)
_KEYS: Final = {
    "tensorflow": "tf",
    "tf": "tf",
    "keras": "keras",
    "tf.keras": "keras",
    "python": "python",
    "format": "format",
}


def side(value: str, name: str) -> Iterator[Pair]:
    """Read "TF 2.3, Keras 2.4.3, h5, Python 3.6" into the keys of one side of a model."""
    for part in re.split(
        r"[,;]\s|\s(?:and|with|on)\s(?=tf|tensorflow|keras|python)", value.strip(" .`*")[:300], flags=re.IGNORECASE
    ):
        found = _PART.match(part.strip())
        if found:
            yield f"{name}.{_KEYS[found['what'].lower()]}", found["value"].strip()
        elif re.match(r"[<>=~ ]*v?\d", part.strip()):
            yield f"{name}.tf", part.strip()
        elif part.strip():
            yield f"{name}.format", part.strip()


def saved(value: str) -> Iterator[Pair]:
    """Read the answer to "saved with"."""
    yield from side(value, "saved_with")


def loaded(value: str) -> Iterator[Pair]:
    """Read the answer to "loaded with"."""
    yield from side(value, "loaded_with")


def _release(value: str) -> str:
    return re.sub(
        r"^(?:tensorflow|tf)(?: version)?[ =:v]{1,3}(?=[\d<>=])", "", value.strip(" .`*"), flags=re.IGNORECASE
    )[:80]


def before(value: str) -> Iterator[Pair]:
    """Read the answer to "upgraded from"."""
    if re.search(r"\d|keras|graph|cpu|tf", value, re.IGNORECASE) and "@" not in value:
        yield "from_version", _release(value)


def after(value: str) -> Iterator[Pair]:
    """Read the answer to "upgraded to"."""
    if re.search(r"\d|keras|eager|gpu|tf", value, re.IGNORECASE) and "@" not in value:
        yield "to_version", _release(value)
