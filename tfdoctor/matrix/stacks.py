"""Where a TensorFlow release gets its CUDA and cuDNN from, from `compat_matrix/stacks.toml`."""

from typing import Literal

import msgspec
from packaging.version import Version

from tfdoctor.matrix.tables import Sourced
from tfdoctor.versions import Dotted, within

Kind = Literal["extra", "nvidia-wheels", "conda", "system"]

_PATHS = {"linux": ("LD_LIBRARY_PATH", "PATH"), "windows": ("PATH", "PATH")}


class Variable(msgspec.Struct, frozen=True):
    """An environment variable to set; `before` means that an older value stays, behind this one."""

    name: str
    value: str
    before: bool


class Stack(Sourced, frozen=True, kw_only=True):
    """One source of CUDA and cuDNN for a range of releases on one system.

    Attributes:
        name: stable key of the row.
        tensorflow: specifier of the releases.
        kind: "extra" (what tensorflow[and-cuda] asks for, here with exact pins), "nvidia-wheels" (pip, by hand),
            "conda" or "system" (NVIDIA's installers).
        cuda: release of the toolkit that the files belong to.
        cudnn: release of cuDNN.
        python: specifier of the interpreters; empty where every one that TensorFlow has a wheel for will do.
        requirements: exact pins for pip.
        conda: specifications for conda, from `channels`.
        search: folders (of site-packages; of the environment's prefix for conda) without which no GPU is used.
        also: further folders, for what is opened later: the profiler's CUPTI, NCCL for several GPUs, cuDNN's NVRTC.
        programs: folders with ptxas.
        links: (path in site-packages, target as the link has it): files that a library asks for by another name than
            the one under which the wheel has them.
        variables: other variables; "{site}" is site-packages, "{prefix}" the environment.
        capabilities: least and greatest compute capability for which every library has binary code, as measured.
        glibc: what the platform tags of the wheels ask for.
        megabytes: size of the installed files.
        wsl: folders to search on WSL 2 besides.
        proven: the releases whose own loader opened every file from where this row says.
    """

    name: str
    tensorflow: str
    kind: Kind
    cuda: str
    cudnn: str
    os: Literal["linux", "windows"] = "linux"
    arch: str = "x86_64"
    python: str = ""
    requirements: tuple[str, ...] = ()
    conda: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    variables: dict[str, str] = msgspec.field(default_factory=dict)
    capabilities: tuple[str, str] | None = None
    glibc: str | None = None
    megabytes: int | None = None
    wsl: tuple[str, ...] = ()
    proven: tuple[str, ...] = ()
    note: str = ""

    @property
    def with_pip(self) -> bool:
        """Whether pip alone makes it, without root."""
        return self.kind in {"extra", "nvidia-wheels"}

    def serves(self, capability: str) -> bool | None:
        """Whether the libraries have binary code for a compute capability's family; None where not measured."""
        if self.capabilities is None:
            return None
        least, most = self.capabilities
        wanted = Dotted(capability)
        return Dotted(least) <= wanted and wanted.major <= Dotted(most).major

    def environment(
        self, site: str, prefix: str, *, wsl: bool = False, everything: bool = True
    ) -> tuple[Variable, ...]:
        """Return the variables to set.

        Args:
            site: the folder site-packages.
            prefix: the environment's folder.
            wsl: whether the machine is WSL 2.
            everything: also what is opened only later.
        """
        base = prefix if self.kind == "conda" else site
        libraries, programs = _PATHS[self.os]
        folders = self.search + (self.also if everything else ())
        paths = tuple(f"{base}/{folder}" for folder in folders) + (self.wsl if wsl else ())
        found = []
        if paths:
            found.append(Variable(libraries, (";" if self.os == "windows" else ":").join(paths), before=True))
        if self.programs and everything:
            found.append(Variable(programs, ":".join(f"{base}/{folder}" for folder in self.programs), before=True))
        found += [
            Variable(name, text.replace("{site}", site).replace("{prefix}", prefix), before=False)
            for name, text in self.variables.items()
        ]
        return tuple(found)

    def evidence(self, tensorflow: Version) -> str:
        """Say in one sentence how sure this row is for a release."""
        if str(tensorflow) in self.proven:
            return f"opened by the loader of TensorFlow {tensorflow} itself on {self.checked}, without a GPU"
        if self.proven:
            return f"not run with {tensorflow}; opened by the loader of TensorFlow {self.proven[-1]} on {self.checked}"
        return {"declared": "documented, not run", "resolved": "resolved, not run"}.get(self.basis, self.basis)


class Without(Sourced, frozen=True, kw_only=True):
    """Releases that have no stack on a system: why, and what to do instead."""

    tensorflow: str
    os: str
    arch: str = ""
    why: str
    instead: str


class Report(Sourced, frozen=True, kw_only=True):
    """What others saw on GPUs that no run of ours can show.

    Attributes:
        tensorflow: specifier of the releases.
        cudnn: specifier of the cuDNN releases; empty for all.
        capability: least compute capability; empty for all.
        message: one sentence.
    """

    tensorflow: str
    cudnn: str = ""
    capability: str = ""
    message: str


class StackFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """stacks.toml."""

    stack: tuple[Stack, ...]
    without: tuple[Without, ...] = ()
    report: tuple[Report, ...] = ()


_RANK = {"extra": 0, "nvidia-wheels": 0, "conda": 1, "system": 2}


class Stacks:
    """Which CUDA and cuDNN serve a release, and where they come from."""

    def __init__(self, file: StackFile) -> None:
        """Use the rows of stacks.toml."""
        self.rows = file.stack
        self._without = file.without
        self.known = file.report

    def for_tensorflow(
        self, version: Version, python: str | None = None, os: str = "linux", arch: str = "x86_64"
    ) -> tuple[Stack, ...]:
        """Return the stacks of a release, best first: pip, conda, system; within pip the one it was built with first.

        Args:
            version: the release; a pre-release counts as its final release.
            python: "3.9"; None for any.
            os: "linux" (WSL 2 too) or "windows".
            arch: "x86_64" or "aarch64".
        """
        final = version if version.is_postrelease else Version(version.base_version)
        rows = [
            row
            for row in self.rows
            if row.os == os
            and row.arch == arch
            and within(final, row.tensorflow)
            and (python is None or not row.python or within(Version(python), row.python))
        ]
        return tuple(sorted(rows, key=lambda row: _RANK[row.kind]))

    def without(self, version: Version, os: str = "linux", arch: str = "x86_64") -> Without | None:
        """Return why a release has no stack on a system; None where nothing is known."""
        final = Version(version.base_version)
        return next(
            (row for row in self._without if row.os == os and row.arch in {"", arch} and within(final, row.tensorflow)),
            None,
        )

    def reports(self, version: Version, stack: Stack, capability: str | None = None) -> tuple[Report, ...]:
        """Return what others saw with a release and a stack on a GPU; without a capability only what holds for all."""
        final = Version(version.base_version)
        return tuple(
            row
            for row in self.known
            if within(final, row.tensorflow)
            and (not row.cudnn or within(Version(stack.cudnn), row.cudnn))
            and (not row.capability or (capability is not None and Dotted(row.capability) <= Dotted(capability)))
        )

    def get(self, name: str) -> Stack | None:
        """Return the row of a name."""
        return next((row for row in self.rows if row.name == name), None)
