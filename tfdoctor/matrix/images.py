"""Images for containers, from `compat_matrix/images.toml`."""

import msgspec

from tfdoctor.matrix.tables import Sourced


class PythonImage(Sourced, frozen=True, kw_only=True):
    """An image with a CPython and pip; `glibc` is its C library's version."""

    python: str
    image: str
    glibc: str
    arches: tuple[str, ...]


class CondaImage(Sourced, frozen=True, kw_only=True):
    """An image with micromamba, which makes the environment in /opt/conda."""

    image: str
    glibc: str
    arches: tuple[str, ...]


class ImageFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """images.toml."""

    python: tuple[PythonImage, ...]
    conda: tuple[CondaImage, ...]


class Images:
    """Which image has what."""

    def __init__(self, file: ImageFile) -> None:
        """Use the rows of images.toml."""
        self.rows = file

    def python(self, minor: str, arch: str) -> PythonImage | None:
        """Return the image of a Python ("3.9") for an architecture ("x86_64"); None where no row has it."""
        return next((row for row in self.rows.python if row.python == minor and arch in row.arches), None)

    def conda(self, arch: str) -> CondaImage | None:
        """Return the image for conda environments of an architecture; None where no row has it."""
        return next((row for row in self.rows.conda if arch in row.arches), None)
