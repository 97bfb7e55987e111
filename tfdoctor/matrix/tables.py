"""The tables written by hand: typed rows and the questions that they answer."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Literal

import msgspec
from packaging.version import InvalidVersion, Version

from tfdoctor.versions import Dotted, minor, within


class Sourced(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every row says of itself: where it is from, when that was looked at, and how sure it is."""

    source: str
    checked: str
    basis: Literal["declared", "resolved", "installed", "trained"]


class ToolkitDriver(Sourced, frozen=True, kw_only=True):
    """The least driver of the first release of a toolkit; Windows is None where NVIDIA bundles none."""

    cuda: str
    linux: str
    windows: str | None = None


class DriverFamily(Sourced, frozen=True, kw_only=True):
    """The least driver on which every minor of a CUDA major runs."""

    cuda: str
    linux: str
    windows: str | None = None
    note: str = ""


class LastDriver(Sourced, frozen=True, kw_only=True):
    """The last driver branch that serves GPUs of these compute capabilities."""

    least: str
    most: str
    branch: str
    note: str = ""


class DriverFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """drivers.toml."""

    toolkit: tuple[ToolkitDriver, ...]
    family: tuple[DriverFamily, ...]
    last: tuple[LastDriver, ...] = ()


class Drivers:
    """Which driver serves which CUDA."""

    def __init__(self, file: DriverFile) -> None:
        """Use the rows of drivers.toml."""
        self.toolkits = tuple(sorted(file.toolkit, key=lambda row: Dotted(row.cuda)))
        self.families = {row.cuda: row for row in file.family}
        self._last = file.last

    def least(self, cuda: str, os: str = "linux") -> str | None:
        """Return the least driver that serves a CUDA version ("12.2", "11"), minor versions being compatible.

        That is the family's least; the first toolkits of a family came with an older one, which serves them too.
        """
        wanted = Dotted(cuda)
        family = self.families.get(str(wanted.major))
        exact = next((row for row in self.toolkits if Dotted(row.cuda).covers(wanted)), None)
        if family is None and exact is None:
            exact = next((row for row in self.toolkits if Dotted(row.cuda) >= wanted), None)
        rows = [row for row in (family, exact) if row is not None]
        found = [text for row in rows if (text := row.windows if os == "windows" else row.linux) is not None]
        return min(found, key=Dotted, default=None)

    def last(self, capability: str) -> str | None:
        """Return the last driver branch ("470") that serves a compute capability; None where no last one is known."""
        wanted = Dotted(capability)
        rows = (row for row in self._last if Dotted(row.least) <= wanted <= Dotted(row.most))
        return next((row.branch for row in rows), None)

    def made_for(self, cuda: str, os: str = "linux") -> str | None:
        """Return the least driver that knows a toolkit itself ("12.5"), as compiling its PTX asks for."""
        wanted = Dotted(cuda)
        row = next(
            (row for row in self.toolkits if wanted <= Dotted(row.cuda) or Dotted(row.cuda).covers(wanted)), None
        )
        if row is None:
            return None
        return row.windows if os == "windows" else row.linux

    def serves(self, driver: str, os: str = "linux") -> str | None:
        """Return the newest CUDA that a driver was made for ("12.2" of 535.54.03): what nvidia-smi prints."""
        have = Dotted(driver)
        best = None
        for row in self.toolkits:
            least = row.windows if os == "windows" else row.linux
            if least is not None and Dotted(least) <= have:
                best = row.cuda
        return best


class ToolkitCompute(Sourced, frozen=True, kw_only=True):
    """The compute capabilities that nvcc and ptxas of a toolkit know; `added` are those that no older toolkit does."""

    cuda: str
    least: str
    most: str
    added: tuple[str, ...] = ()
    note: str = ""


class ComputeFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """compute.toml."""

    toolkit: tuple[ToolkitCompute, ...]


class Compute:
    """Which toolkit knows which compute capability."""

    def __init__(self, file: ComputeFile) -> None:
        """Use the rows of compute.toml."""
        self.toolkits = tuple(sorted(file.toolkit, key=lambda row: Dotted(row.cuda)))

    def of(self, cuda: str) -> ToolkitCompute | None:
        """Return the row of a toolkit ("11.2" or "11.2.152")."""
        wanted = Dotted(cuda)
        return next((row for row in reversed(self.toolkits) if Dotted(row.cuda).covers(wanted)), None)

    def first(self, capability: str) -> str | None:
        """Return the first toolkit that knows a compute capability."""
        return next((row.cuda for row in self.toolkits if capability in row.added), None)

    def knows(self, cuda: str, capability: str) -> bool | None:
        """Say whether ptxas and nvcc of a toolkit can compile for a capability; None for a toolkit without a row."""
        row, first = self.of(cuda), self.first(capability)
        if row is None:
            return None
        return first is not None and Dotted(first) <= Dotted(row.cuda) and Dotted(row.least) <= Dotted(capability)


class GpuNames(Sourced, frozen=True, kw_only=True):
    """GPUs of one compute capability."""

    compute_capability: str
    names: tuple[str, ...]


class GpuFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """gpus.toml."""

    gpus: tuple[GpuNames, ...]


_NOISE = re.compile(
    r"\((?:r|tm|c)\)|[®™]|\b(?:nvidia|geforce|tesla|quadro|laptop|gpu|mobile|notebook|graphics|card|with|design"
    r"|generation|developer|kit|max[ -]?q|pcie|sxm\d?|dgxs|hbm\d?e?|nvl|mig\b.*|\d+\s?[gm]i?b)\b",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(gtx|rtx|gt|mx|titan)(?=\d)|(?<=\d)(?=ti\b|super\b)", re.IGNORECASE)


class Gpus:
    """GPU names, however they are written."""

    def __init__(self, file: GpuFile) -> None:
        """Use the rows of gpus.toml."""
        self.rows = file.gpus

    @cached_property
    def _index(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for row in self.rows:
            for name in row.names:
                for part in name.split("/"):
                    found.setdefault(_plain(part), row.compute_capability)
        return found

    def compute_capability(self, name: str) -> str | None:
        """Return the compute capability of a GPU by its name; None where the name is not known."""
        plain = _plain(name)
        forms = [plain, _plain(plain.removesuffix("m"))]  # "GTX 1060M" is a laptop's GTX 1060
        if plain[:1].isdigit() and "quadro" not in name.lower():  # a Quadro 4000 is no Quadro RTX 4000
            forms += [f"rtx {plain}", f"gtx {plain}"]  # "3090"
        return next((self._index[form] for form in forms if form in self._index), None)


def _plain(name: str) -> str:
    spaced = _GLUED.sub(lambda found: f"{found.group(1) or ''} ", _NOISE.sub(" ", re.sub(r"[-_]", " ", name)))
    return " ".join(_NOISE.sub(" ", spaced).lower().split())


class CudnnSupport(Sourced, frozen=True, kw_only=True):
    """For a range of cuDNN versions: the CUDA versions it is built for and the least compute capability."""

    versions: str
    cuda: str
    least_capability: str

    @property
    def span(self) -> tuple[Dotted, Dotted]:
        """The first and the last version."""
        first, _, last = self.versions.partition(" - ")
        return Dotted(first), Dotted(last or first)


class CudnnFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """cudnn.toml."""

    cudnn: tuple[CudnnSupport, ...]


class Cudnns:
    """What each cuDNN serves."""

    def __init__(self, file: CudnnFile) -> None:
        """Use the rows of cudnn.toml."""
        self.rows = file.cudnn

    def least_capability(self, cudnn: str, cuda: str) -> str | None:
        """Return the least compute capability that a cuDNN for a CUDA major ("9.17.0", "12") serves.

        Between two rows the answer is that of both, or None where they differ; after the last row it is the last's.
        """
        wanted, major = Dotted(cudnn), Dotted(cuda).major
        rows = [row for row in self.rows if any(Dotted(item).major == major for item in re.split("[,-]", row.cuda))]
        before = max((row for row in rows if row.span[0] <= wanted), key=lambda row: row.span, default=None)
        after = min((row for row in rows if row.span[0] > wanted), key=lambda row: row.span, default=None)
        if before is None:
            return None
        inside = wanted <= before.span[1] or before.span[1].covers(wanted)  # 9.10.2.21 is a 9.10.2
        same = after is None or after.least_capability == before.least_capability
        return before.least_capability if inside or same else None


NO_TENSORFLOW = "<0"  # the TensorFlow of a release that has nothing for any


class CompanionRelease(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One release of a companion, or a range of them (">=4.40,<5").

    Attributes:
        tensorflow: specifier of the TensorFlow that it needs; "" where nothing is known.
        requires: what it needs besides and its metadata does not say.
    """

    version: str
    tensorflow: str = ""
    requires: tuple[str, ...] = ()

    @property
    def is_range(self) -> bool:
        """Whether it speaks of several releases."""
        return not self.version[:1].isdigit()

    def means(self, version: Version) -> bool:
        """Whether it speaks of a release."""
        return within(version, self.version) if self.is_range else Version(self.version) == version


class Companion(Sourced, frozen=True, kw_only=True):
    """A distribution that goes with TensorFlow; `link` says what breaks where the versions do not fit.

    With "optional" nothing does: the rest of the distribution works, what it has for TensorFlow does not.
    """

    distribution: str
    link: Literal["abi", "import-check", "import", "optional"]
    releases: tuple[CompanionRelease, ...]
    otherwise: Literal["", "same-minor"] = ""

    def needs(self, version: Version) -> str | None:
        """Return the specifier of the TensorFlow that a release needs; None where nothing is known."""
        for row in self.releases:
            if row.tensorflow and row.means(version):
                return row.tensorflow
        if self.otherwise == "same-minor":
            major, small = minor(version)
            return f"<{major}.{small + 1},>={major}.{small}.0.dev0"
        return None

    def requires(self, version: Version) -> tuple[str, ...]:
        """Return the requirements of a release that its metadata does not state."""
        return tuple(text for row in self.releases if row.requires and row.means(version) for text in row.requires)

    def fitting(self, tensorflow: Version) -> str | None:
        """Return the newest known release that fits a TensorFlow version."""
        fits = [
            Version(row.version) for row in self.releases if not row.is_range and within(tensorflow, row.tensorflow)
        ]
        return str(max(fits)) if fits else None


class CompanionFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """companions.toml."""

    companion: tuple[Companion, ...]


class Companions:
    """The companions by canonical name."""

    def __init__(self, rows: Iterable[Companion]) -> None:
        """Use the rows of companions.toml."""
        self._rows = {row.distribution: row for row in rows}

    def __iter__(self) -> Iterator[Companion]:
        """Iterate over the rows."""
        return iter(self._rows.values())

    def get(self, distribution: str) -> Companion | None:
        """Return the row of a distribution."""
        return self._rows.get(distribution)

    def needs(self, distribution: str, version: str) -> str | None:
        """Return the specifier of the TensorFlow that a release of a companion needs; None where not known."""
        row = self._rows.get(distribution)
        try:
            return row.needs(Version(version)) if row else None
        except InvalidVersion:
            return None
