"""Which instructions TensorFlow uses and which processors lack them, from `compat_matrix/cpu.toml`."""

import re

import msgspec
from packaging.version import Version

from tfdoctor.errors import MatrixError
from tfdoctor.matrix.tables import Sourced
from tfdoctor.versions import within

_MARKS = re.compile(r"\((?:r|tm)\)|[®™]", re.IGNORECASE)


class Needs(Sourced, frozen=True, kw_only=True):
    """The x86 instruction sets that the wheels of a range of releases use without asking."""

    tensorflow: str
    flags: tuple[str, ...]
    note: str = ""


class Processor(Sourced, frozen=True, kw_only=True):
    """Processors by name, and the flags (in the kernel's spelling) that they lack."""

    family: str
    names: tuple[str, ...]
    lacks: tuple[str, ...]
    note: str = ""


class CpuFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """cpu.toml."""

    needs: tuple[Needs, ...]
    processor: tuple[Processor, ...]


class Cpus:
    """Instruction sets, by release and by processor."""

    def __init__(self, file: CpuFile) -> None:
        """Use the rows of cpu.toml.

        Raises:
            MatrixError: a name is no regular expression.
        """
        self._needs = file.needs
        self.processors = file.processor
        try:
            self._names = [(re.compile("|".join(row.names), re.IGNORECASE), row) for row in file.processor]
        except re.error as error:
            raise MatrixError(f"cpu.toml of the compatibility matrix: processor names: {error}") from None

    def needs(self, tensorflow: Version) -> Needs | None:
        """Return what the x86 wheels of a release need; a pre-release needs what its final release does."""
        final = Version(tensorflow.base_version)
        return next(
            (row for row in self._needs if within(tensorflow if ".dev" in row.tensorflow else final, row.tensorflow)),
            None,
        )

    def processor(self, name: str) -> Processor | None:
        """Return the row of a processor by the name that it reports; None for a name that no row has."""
        plain = " ".join(_MARKS.sub("", name).split())
        return next((row for pattern, row in self._names if pattern.search(plain)), None)

    def lacks(self, name: str) -> tuple[str, ...]:
        """Return the flags that a processor is known to lack; empty where none is known."""
        row = self.processor(name)
        return row.lacks if row else ()
