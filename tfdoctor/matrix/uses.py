"""How many of TensorFlow's own guides and tutorials use a public name, from `compat_matrix/uses.json`."""

from typing import Final

import msgspec

from tfdoctor.matrix.harvested import decode

FORMAT: Final = 1
_COMPAT: Final = "tf.compat.v1."


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    source: str
    checked: str
    files: int
    uses: dict[str, int]


class Uses:
    """Which names many programs use; only the order of what is told rests on it."""

    def __init__(self, data: bytes) -> None:
        """Read the table.

        Raises:
            MatrixError: it is none, or of a format that this tfdoctor does not read.
        """
        self._file = decode(data, _File, "uses.json", FORMAT)
        self.source, self.checked, self.files = self._file.source, self._file.checked, self._file.files

    def of(self, name: str) -> int:
        """Return the number of guides and tutorials that use a name, those of TensorFlow 1 by their old names."""
        return self._file.uses.get(f"tf.{name.removeprefix(_COMPAT)}" if name.startswith(_COMPAT) else name, 0)
