"""Which library files a TensorFlow build opens, who has them and where it looks, from `compat_matrix/sonames.toml`."""

from functools import cached_property

import msgspec
from packaging.version import Version

from tfdoctor.matrix.tables import Sourced
from tfdoctor.versions import Dotted, within


class BuildLibraries(Sourced, frozen=True, kw_only=True):
    """The files that the CUDA builds of a range of releases open on one system.

    Attributes:
        tensorflow: specifier of the releases.
        linked: `import tensorflow` fails without them.
        opened: opened when GPUs are registered; without one of them no GPU is.
        lazy: opened when something asks for them; GPUs work without.
    """

    tensorflow: str
    os: str
    cuda: str
    cudnn: str
    linked: tuple[str, ...]
    opened: tuple[str, ...]
    lazy: tuple[str, ...] = ()
    note: str = ""

    @property
    def required(self) -> tuple[str, ...]:
        """The files without which no GPU is used."""
        return self.linked + self.opened


class ToolkitLibraries(Sourced, frozen=True, kw_only=True):
    """The file names of a CUDA toolkit and of its followers until the next row."""

    cuda: str
    linux: tuple[str, ...]
    windows: tuple[str, ...]
    note: str = ""


class CudnnLibraries(Sourced, frozen=True, kw_only=True):
    """The file names of a cuDNN major: first the one that TensorFlow asks for, then those that it opens itself."""

    major: int
    linux: tuple[str, ...]
    windows: tuple[str, ...]
    also: tuple[str, ...] = ()
    note: str = ""


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A distribution that brings library files: `folder` in site-packages, the files in its "lib"."""

    name: str
    folder: str
    files: tuple[str, ...]


class Providers(Sourced, frozen=True, kw_only=True):
    """The distributions of one CUDA major."""

    cuda: str
    distributions: tuple[Provider, ...]


class Search(Sourced, frozen=True, kw_only=True):
    """The folders of site-packages that the libraries of a range of releases search themselves."""

    tensorflow: str
    folders: tuple[str, ...]
    note: str = ""


class SonameFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """sonames.toml."""

    build: tuple[BuildLibraries, ...]
    toolkit: tuple[ToolkitLibraries, ...]
    cudnn: tuple[CudnnLibraries, ...]
    provider: tuple[Providers, ...]
    search: tuple[Search, ...]


class Sonames:
    """Library files of CUDA and cuDNN: who asks for them, who has them, where they are found."""

    def __init__(self, file: SonameFile) -> None:
        """Use the rows of sonames.toml."""
        self.builds = file.build
        self.toolkits = tuple(sorted(file.toolkit, key=lambda row: Dotted(row.cuda)))
        self.cudnns = {row.major: row for row in file.cudnn}
        self.providers = {row.cuda: row.distributions for row in file.provider}
        self.searches = file.search

    def build(self, tensorflow: Version, os: str = "linux") -> BuildLibraries | None:
        """Return what the CUDA build of a release opens; a pre-release as its final release."""
        final = Version(tensorflow.base_version)
        return next((row for row in self.builds if row.os == os and within(final, row.tensorflow)), None)

    def toolkit(self, cuda: str, os: str = "linux") -> tuple[str, ...]:
        """Return the files of a toolkit ("11.2", "11.2.152"); of a bare major ("11") those of its newest row."""
        wanted = Dotted(cuda)
        rows = [row for row in self.toolkits if Dotted(row.cuda).major == wanted.major]
        if wanted.minor is not None:
            rows = [row for row in rows if Dotted(row.cuda) <= wanted]
        if not rows:
            return ()
        return rows[-1].windows if os == "windows" else rows[-1].linux

    def toolkits_with(self, name: str) -> tuple[str, ...]:
        """Return the toolkits (by the first of their row) that have a file, oldest first."""
        return self._owners.get(name.lower(), ())

    def providers_of(self, name: str) -> tuple[Provider, ...]:
        """Return the distributions that bring a Linux file."""
        return tuple(item for row in self.providers.values() for item in row if name in item.files)

    def search(self, tensorflow: Version) -> Search | None:
        """Return the folders that the libraries of a release search on Linux; None for a release not looked at."""
        final = Version(tensorflow.base_version)
        return next((row for row in self.searches if within(final, row.tensorflow)), None)

    def unreached(self, tensorflow: Version) -> tuple[Provider, ...]:
        """Return the distributions whose files this release needs and does not find where pip puts them."""
        build, search = self.build(tensorflow), self.search(tensorflow)
        if build is None or search is None:
            return ()
        return tuple(
            item
            for item in self.providers.get(build.cuda.partition(".")[0], ())
            if item.folder not in search.folders and not set(item.files).isdisjoint(build.required)
        )

    @cached_property
    def _owners(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for row in self.toolkits:
            for name in {*row.linux, *row.windows}:
                found[name.lower()] = (*found.get(name.lower(), ()), row.cuda)
        return found
