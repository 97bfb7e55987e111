"""What all harvested tables share: a head, a format, and one way to read them."""

from typing import ClassVar, Generic, TypeVar

import msgspec

from tfdoctor.errors import MatrixError


class Head(msgspec.Struct, frozen=True):
    """What each table begins with.

    Attributes:
        format: the number of its format.
        source: what it was made of.
        checked: ISO date of the harvest.
    """

    format: int
    source: str
    checked: str


Table = TypeVar("Table", bound=Head)


class Harvested(Generic[Table]):
    """A table of the compatibility matrix that a script made, by what it answers.

    Each such class names its structure, its file and the format that this tfdoctor reads:
    `class Uses(Harvested[_File], kind=_File, file="uses.json", format=1)`.

    Attributes:
        source: what the table was made of.
        checked: ISO date of the harvest.
    """

    _kind: ClassVar[type[Head]]
    _name: ClassVar[str]
    _format: ClassVar[int]

    def __init_subclass__(cls, *, kind: type[Table], file: str, format: int) -> None:  # noqa: A002  the table's word
        """Note what the table is."""
        super().__init_subclass__()
        cls._kind, cls._name, cls._format = kind, file, format

    def __init__(self, data: bytes) -> None:
        """Read the table.

        Args:
            data: the bytes of its file.

        Raises:
            MatrixError: it is none, or of a format that this tfdoctor does not read.
        """
        try:
            found = msgspec.json.decode(data, type=self._kind)
        except msgspec.DecodeError as error:
            raise MatrixError(f"{self._name} of the compatibility matrix: {error}") from None
        if found.format != self._format:
            raise MatrixError(f"{self._name}: format {found.format}, this tfdoctor reads {self._format}")
        self._file: Table = found  # type: ignore[assignment]  # of the kind that the class names
        self.source, self.checked = found.source, found.checked
