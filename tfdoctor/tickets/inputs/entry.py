"""What reading yields: entries and rejected entries; and a piece, an entry that is not read yet."""

from dataclasses import dataclass
from typing import Literal

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts import Snapshot

Kind = Literal["json", "text", "dump"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One machine that somebody described.

    `place` says where it stood ("tickets.jsonl: line 3"), `id` is its own or made of the place. `understood` is what
    was taken out of free text: the key of the ticket's form, the value, and the line where it stood.
    """

    place: str
    id: str
    snapshot: Snapshot
    understood: tuple[Evidence, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """One entry that could not be read, and why; `id` is made of its place."""

    place: str
    reason: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """One entry that is not read yet, in a file of its own or as bytes: cheap to hand to another process."""

    place: str
    id: str
    kind: Kind
    data: bytes | None = None
    path: str = ""
    remarks: tuple[str, ...] = ()
