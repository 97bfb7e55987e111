"""Which companions were imported and used beside which TensorFlow, from `compat_matrix/companions.json`."""

import hashlib
from collections.abc import Iterable
from typing import Final

import msgspec
from packaging.version import Version

from tfdoctor.errors import MatrixError

FORMAT: Final = 1


class CompanionRun(msgspec.Struct, frozen=True, array_like=True):
    """One environment in which companions were used one by one.

    Attributes:
        tensorflow: release of TensorFlow.
        interpreter: "3.9.18".
        date: ISO date.
        digest: of all pins; see `digest`.
        trained: whether TensorFlow's own stages passed there.
        used: versions of the companions that could be imported and used, by name.
    """

    tensorflow: str
    interpreter: str
    date: str
    digest: str
    trained: bool
    used: dict[str, str]


class _File(msgspec.Struct, frozen=True):
    format: int
    runs: tuple[CompanionRun, ...]


def digest(pins: Iterable[str]) -> str:
    """Return a short name of a set of pins ("six==1.17.0"), whatever their order."""
    return hashlib.sha256("\n".join(sorted(pins)).encode()).hexdigest()[:12]


class CompanionRuns:
    """All runs, newest last."""

    def __init__(self, data: bytes) -> None:
        """Read the table.

        Raises:
            MatrixError: it is none, or of a format that this tfdoctor does not read.
        """
        try:
            self._file = msgspec.json.decode(data, type=_File)
        except msgspec.DecodeError as error:
            raise MatrixError(f"companions.json of the compatibility matrix: {error}") from None
        if self._file.format != FORMAT:
            raise MatrixError(f"companions.json: format {self._file.format}, this tfdoctor reads {FORMAT}")

    @property
    def runs(self) -> tuple[CompanionRun, ...]:
        """All of them."""
        return self._file.runs

    def of(self, tensorflow: Version, companion: str, version: str) -> CompanionRun | None:
        """Return the newest run in which a release of a companion was used beside a release of TensorFlow."""
        return next(
            (
                run
                for run in reversed(self._file.runs)
                if Version(run.tensorflow) == tensorflow and run.used.get(companion) == version
            ),
            None,
        )

    def whole(self, pins: Iterable[str]) -> CompanionRun | None:
        """Return the newest run of exactly these pins."""
        wanted = digest(pins)
        return next((run for run in reversed(self._file.runs) if run.digest == wanted), None)
