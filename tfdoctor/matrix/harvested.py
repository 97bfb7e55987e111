"""What all harvested tables share: a format, and one way to read them."""

from typing import Protocol, TypeVar

import msgspec

from tfdoctor.errors import MatrixError


class Formatted(Protocol):
    """A table that says its format."""

    @property
    def format(self) -> int:
        """The number of its format."""


Table = TypeVar("Table", bound=Formatted)


def decode(data: bytes, kind: type[Table], name: str, expected: int) -> Table:
    """Decode a table of the compatibility matrix.

    Args:
        data: its bytes.
        kind: its structure.
        name: of its file, for the message.
        expected: the format that this tfdoctor reads.

    Raises:
        MatrixError: it is none, or of another format.
    """
    try:
        found = msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise MatrixError(f"{name} of the compatibility matrix: {error}") from None
    if found.format != expected:
        raise MatrixError(f"{name}: format {found.format}, this tfdoctor reads {expected}")
    return found
