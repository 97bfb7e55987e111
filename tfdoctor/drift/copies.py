"""tensorflow.python.keras: what tf.keras was made of up to 2.5, and a copy of its own from 2.6 on.

Objects of the one are none of the other any more, and what is written of the copy is filed under the class alone:
"tf.python.keras.Model.fit", whichever of its modules and classes a program got there by.
"""

import re
from collections.abc import Iterator
from typing import Final

from tfdoctor.drift.code.known import COPY
from tfdoctor.drift.releases import ordered
from tfdoctor.matrix.symbols import Symbols

_MEMBER: Final = re.compile(r"tf\.python\.keras\.(?:[a-z_]\w*\.)*(?P<cls>[A-Z]\w*)(?P<member>(?:\.\w+)?)")
_LAST: Final = "2.5"  # what the copy is as of, from there on
_HOMES: Final = ("tf.keras.", "tf.keras.layers.")  # of the classes that its classes are copies of


def names(name: str, symbols: Symbols, minor: str) -> Iterator[str]:
    """Yield the names that a class of the copy, or a member of one, is filed under; the bases of the class too."""
    found = _MEMBER.fullmatch(name)
    if found is None:
        return
    yield f"{COPY}{found['cls']}{found['member']}"
    for home in _HOMES:
        for base in symbols.bases(f"{home}{found['cls']}", minor):
            yield f"{COPY}{base.rpartition('.')[2]}{found['member']}"


def home(name: str, symbols: Symbols) -> str:
    """Return the class of tf.keras that a class of the copy was up to 2.5; "" for other names."""
    found = _MEMBER.fullmatch(name)
    if found is None or found["member"]:
        return ""
    return next(filter(None, (symbols.canonical(f"{place}{found['cls']}", _LAST) for place in _HOMES)), "")


def state(minor: str) -> str:
    """Return the release whose tf.keras the copy of a release is as."""
    return min(minor, _LAST, key=ordered)
