"""tensorflow.python.keras: what tf.keras was made of up to 2.5, and a copy of its own from 2.6 on.

Objects of the one are none of the other any more, and what is written of the copy is filed under the class alone:
"tf.python.keras.Model.fit", whichever of its modules and classes a program got there by.
"""

import re
from collections.abc import Iterator
from typing import Final

from tfdoctor.drift.code.known import COPY
from tfdoctor.matrix.symbols import Symbols

_MEMBER: Final = re.compile(r"tf\.python\.keras\.(?:[a-z_]\w*\.)*(?P<cls>[A-Z]\w*)(?P<member>(?:\.\w+)?)")
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
