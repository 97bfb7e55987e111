"""Reads what the user names: dumps, snapshots, tickets, files of tickets, free text, folders of these."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from tfdoctor.errors import InputError
from tfdoctor.matrix.signatures import Signatures
from tfdoctor.tickets.inputs import readers, split
from tfdoctor.tickets.inputs.entry import Entry, Rejected

__all__ = ["Entry", "Rejected", "read_inputs", "read_one"]


def read_inputs(paths: Iterable[str], signatures: Signatures | None = None) -> Iterator[Entry | Rejected]:
    """Yield every entry, in order; "-" is standard input. A bad one is yielded as Rejected and the rest is read.

    Free text is read with the signatures; those of this installation by default.
    """
    for piece in split.pieces(paths, Counter()):
        if isinstance(piece, Rejected):
            yield piece
        else:
            yield from readers.read(piece, signatures)


def read_one(path: str) -> Entry:
    """Return the only entry of an input.

    Raises:
        InputError: it cannot be read, or holds several; the text names the place.
    """
    found = list(islice(read_inputs([path]), 2))
    for entry in found:
        if isinstance(entry, Rejected):
            raise InputError(f"{entry.place}: {entry.reason}")
    if len(found) != 1 or isinstance(found[0], Rejected):
        raise InputError(f"{path}: there are several entries in it; name one")
    return found[0]
