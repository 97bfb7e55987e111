"""What the planner is asked and what it answers: Target, Plan, NoPlan and their parts, all immutable."""

from typing import Final, Literal, TypeAlias

import msgspec

from tfdoctor.facts import Snapshot

SCHEMA_VERSION: Final = 1

Basis = Literal["declared", "resolved", "installed", "trained"]
"""How sure a statement is: the metadata says so, a resolver found it, it was imported, it was trained."""

Accelerator = Literal["cpu", "gpu"]
GpuCode = Literal["native", "ptx"]
"""Binary code for the GPU is in the wheel, or PTX that the driver compiles at first use."""

CudaSource = Literal["extra", "nvidia-wheels", "conda", "system"]
"""Where the GPU libraries come from: the [and-cuda] extra, nvidia-* wheels by hand, conda, an installed toolkit."""

StepKind = Literal[
    "get-python",
    "create-environment",
    "uninstall",
    "delete",
    "install",
    "link",
    "set-variable",
    "unset-variable",
    "manual",
]


CONDA_FORGE: Final = ("conda-forge",)
"""The channels of a step that names none."""


class Python(msgspec.Struct, frozen=True, kw_only=True):
    """An interpreter that is at hand. `version` is "3.9.18"; `origin` says who brought it."""

    version: str
    path: str
    origin: Literal["patient", "path", "pyenv", "uv", "conda", "launcher", "described"] = "path"
    arch: str = ""

    @property
    def minor(self) -> str:
        """The minor version, "3.9"."""
        return ".".join(self.version.split(".")[:2])


class Target(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the user asks for.

    Attributes:
        tensorflow: "" (the newest that fits), "2.6", "2.6.0" or a PEP 440 specifier.
        python: a minor version that the user insists on.
        accelerator: what the user insists on; None leaves it to the machine.
        extras: further distributions (`--with`), PEP 508.
        requirements: the lines of the user's requirements files, PEP 508.
        unjudged: lines of these files that name a folder, a file or a URL.
        as_of: "2021-06" or "2021-06-30": no release of TensorFlow that was built later.
        repair: change the examined environment in place of making a new one.
    """

    tensorflow: str = ""
    python: str = ""
    accelerator: Accelerator | None = None
    extras: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()
    as_of: str = ""
    repair: bool = False


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """Where the plan is for: the machine's facts and the interpreters at hand.

    `pythons` is None where nobody looked (a described machine, a snapshot of another one).
    """

    snapshot: Snapshot
    pythons: tuple[Python, ...] | None = None


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan installs. `cuda` and `cudnn` are the versions that are brought, where the GPU is used."""

    distribution: str
    version: str
    python: str
    os: str
    arch: str
    accelerator: Accelerator
    extra: str = ""
    gpu: str = ""  # its name
    gpu_code: GpuCode | None = None
    cuda: str | None = None
    cudnn: str | None = None
    cuda_source: CudaSource | None = None

    @property
    def platform(self) -> str:
        """The platform as locks name it: "linux-x86_64"."""
        return f"{self.os}-{self.arch}"


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the plan claims, with its basis: "trained on CPython 3.9.18, Linux x86_64, CPU, on 2026-11-21"."""

    about: str  # "closure", "gpu", "python", "with tensorflow-text"
    text: str
    basis: Basis
    source: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to do, as data; commands are made by the renderers. Steps are carried out in their order.

    Attributes:
        kind: what to do.
        text: the same in one plain sentence.
        resolves: codes of the findings that it cures.
        python: minor version, for get-python and create-environment.
        interpreter: path of the interpreter to make the environment with; "" where one has to be got.
        requirements: exact pins or requirements, for install; installed without looking at dependencies, since the
            whole closure is in them, unless `dependencies` is set.
        dependencies: let the installer bring what the requirements ask for.
        reinstall: install even where the same version is there.
        distributions: canonical names, for uninstall.
        paths: files or folders, for delete; the one link to make, for link.
        variable: name, for set-variable and unset-variable.
        value: of the variable, or what the link points to, relative to it. In paths and values `{site}` stands for the
            environment's site-packages folder, `{prefix}` for the environment.
        prepend: an older value of the variable stays, behind this one.
        conda: specs for conda ("cudatoolkit=11.2"). On create-environment: make a conda environment of this Python with
            them; on install: install them into the conda environment.
        channels: where conda gets them, in this order; none is conda-forge.
        ensurepip: the environment has no pip: where pip does this step, Python's own ensurepip brings it first.
    """

    kind: StepKind
    text: str
    resolves: tuple[str, ...] = ()
    python: str = ""
    interpreter: str = ""
    requirements: tuple[str, ...] = ()
    dependencies: bool = False
    reinstall: bool = False
    distributions: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    variable: str = ""
    value: str = ""
    prepend: bool = False
    conda: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    ensurepip: bool = False


class Unresolved(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the plan leaves as it is: a finding that it cannot cure, a requirement that it cannot keep.

    `name` is the finding's name, or that of the distribution; `because` names both sides of a conflict.
    """

    name: str
    because: str
    code: str = ""


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate that was not taken, and why; `constraint` names what it failed ("driver", "python", …)."""

    candidate: str
    because: str
    constraint: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One distribution that a repair changes; None is "not installed"."""

    distribution: str
    was: str | None
    becomes: str | None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Exact instructions for a working environment.

    `requirements` is the whole closure as exact pins, in the order of names. `changes` is filled by a repair.
    `notes` are warnings for the reader ("every kernel is compiled from PTX at first use").
    """

    target: Target
    chosen: Chosen
    requirements: tuple[str, ...]
    basis: Basis
    evidence: tuple[Statement, ...]
    steps: tuple[Step, ...]
    unresolved: tuple[Unresolved, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


class Relaxation(msgspec.Struct, frozen=True, kw_only=True):
    """A smallest set of constraints that has to give way for a plan to exist."""

    constraints: tuple[str, ...]
    text: str


class NoPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing fits: the smallest reason, what to relax, and the nearest plans that do exist."""

    target: Target
    reason: str
    relax: tuple[Relaxation, ...]
    alternatives: tuple[Plan, ...]
    rejected: tuple[Rejected, ...] = ()


Answer: TypeAlias = Plan | NoPlan
