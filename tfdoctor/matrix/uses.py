"""How many of TensorFlow's own guides and tutorials use a public name, from `compat_matrix/uses.json`."""

from typing import Final

from tfdoctor.matrix.harvested import Harvested, Head

FORMAT: Final = 1
_COMPAT: Final = "tf.compat.v1."


class _File(Head, frozen=True, forbid_unknown_fields=True):
    files: int
    uses: dict[str, int]


class Uses(Harvested[_File], kind=_File, file="uses.json", format=FORMAT):
    """Which names many programs use; only the order of what is told rests on it."""

    def __init__(self, data: bytes) -> None:
        """Read the table; see `Harvested`."""
        super().__init__(data)
        self.files = self._file.files

    def of(self, name: str) -> int:
        """Return the number of guides and tutorials that use a name, those of TensorFlow 1 by their old names."""
        return self._file.uses.get(f"tf.{name.removeprefix(_COMPAT)}" if name.startswith(_COMPAT) else name, 0)
