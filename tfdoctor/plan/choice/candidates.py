"""Every way in which some TensorFlow could be installed on a machine, each with what speaks against it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, TypeAlias

import msgspec
from packaging.markers import Marker
from packaging.version import Version

from tfdoctor.matrix import Matrix
from tfdoctor.matrix.gpucode import code_for
from tfdoctor.matrix.locks import LockRow
from tfdoctor.matrix.releases import Build, Release, Wheel
from tfdoctor.matrix.stacks import Stack
from tfdoctor.plan.choice.elsewhere import others
from tfdoctor.plan.machine import Machine
from tfdoctor.plan.model import Accelerator, GpuCode, Target
from tfdoctor.plan.target import DISTRIBUTIONS, Wanted, admitted, published, understand
from tfdoctor.versions import Dotted, dotted, within

Constraint = Literal[
    "target", "as-of", "python", "accelerator", "requirements", "driver", "system", "glibc", "macos", "cpu", "gpu",
    "lock",
]  # fmt: skip

_TOO_OLD = ("2.7", "3.3", "3.4", "3.5")  # interpreters for which there are wheels and no locks

# What it costs a user to give a constraint up: a wish, a piece of software, another machine.
COST: dict[Constraint, int] = {
    "as-of": 1, "python": 1, "accelerator": 2, "target": 2, "requirements": 2, "driver": 3,
    "system": 4, "glibc": 5, "macos": 6, "cpu": 9, "gpu": 9, "lock": 20,
}  # fmt: skip


@dataclass(frozen=True)
class Objection:
    """What speaks against a candidate; `cure` says what would have to be different, as an imperative."""

    constraint: Constraint
    text: str
    cure: str
    least: Dotted | None = None  # the version that would do


@dataclass(frozen=True)
class Candidate:
    """One way: a release's wheel for one Python, on the CPU or with one source of GPU libraries."""

    machine: Machine
    release: Release
    wheel: Wheel
    python: str
    accelerator: Accelerator
    lock: LockRow | None
    objections: tuple[Objection, ...]
    stack: Stack | None = None
    order: int = 0  # of the stack among those of the release, the best being 0
    code: GpuCode | None = None
    gpu: str = ""

    @property
    def version(self) -> Version:
        """The release's version."""
        return self.release.version

    @property
    def failing(self) -> frozenset[Constraint]:
        """The constraints that are not kept."""
        return frozenset(item.constraint for item in self.objections)

    @property
    def cost(self) -> int:
        """What giving them up costs."""
        return sum(COST[name] for name in self.failing)


Judged: TypeAlias = tuple[Stack, GpuCode | None, str, tuple[Objection, ...]]


class Field:
    """All candidates of one machine and target.

    Attributes:
        machine: the machine that the plan is for.
        wanted: the target.
        matrix: what is known of releases.
    """

    def __init__(
        self, machine: Machine, wanted: Wanted, matrix: Matrix, holds: Callable[[Marker], bool] = lambda _: True
    ) -> None:
        """Look at nothing yet; `holds` says whether a requirement's marker holds on the machine."""
        self.machine, self.wanted, self.matrix, self.holds = machine, wanted, matrix, holds

    @cached_property
    def all(self) -> tuple[Candidate, ...]:
        """Every candidate, on the machine itself and on what it could become."""
        here = list(Side(self.machine, self.wanted, self.matrix).candidates(()))
        for machine, text, cure in others(self.machine):
            here += Side(machine, self.wanted, self.matrix).candidates((Objection("system", text, cure),))
        return tuple(here)

    def without(self, line: str) -> "Field":
        """Return the same field without one of the user's requirements."""
        asked = self.wanted.asked
        return self._asking(
            msgspec.structs.replace(
                asked,
                extras=tuple(row for row in asked.extras if row != line),
                requirements=tuple(row for row in asked.requirements if row != line),
            )
        )

    def without_target(self) -> "Field | None":
        """Return the same field without the release that is asked for apart from requirements; None without one."""
        asked = self.wanted.asked
        return self._asking(msgspec.structs.replace(asked, tensorflow="")) if asked.tensorflow else None

    def _asking(self, target: Target) -> "Field":
        return Field(self.machine, understand(target, self.holds), self.matrix, self.holds)


class Side:
    """The candidates of one real or hypothetical machine."""

    def __init__(self, machine: Machine, wanted: Wanted, matrix: Matrix) -> None:
        """Look at nothing yet."""
        self.machine, self.wanted, self.matrix = machine, wanted, matrix

    def candidates(self, about: tuple[Objection, ...]) -> Iterator[Candidate]:
        """Return the candidates; `about` speaks against all of them."""
        for version in published(self.matrix.releases):
            common = (*about, *self._about_release(version))
            for accelerator in self.accelerators:
                carrier = self.carrier(version, accelerator)
                if carrier is not None:
                    yield from self._of_carrier(carrier, accelerator, (*common, *self._wishes(carrier, accelerator)))

    @cached_property
    def accelerators(self) -> tuple[Accelerator, ...]:
        """What is worth trying: the GPU where there is one, or where the user asks for it."""
        wish = self.wanted.asked.accelerator
        return ("gpu", "cpu") if wish == "gpu" or self.machine.gpus else ("cpu",)

    def _of_carrier(
        self, release: Release, accelerator: Accelerator, about: tuple[Objection, ...]
    ) -> Iterator[Candidate]:
        machine, rows = self.machine, self._lock_rows(release)
        build = release.build(machine.os, machine.arch)
        stacks = self._stacks(release, build) if accelerator == "gpu" else ()
        for python in release.pythons(machine.os, machine.arch):
            wheel, row = release.wheel(python, machine.os, machine.arch), rows.get(python)
            if wheel is None or python in _TOO_OLD:
                continue
            here = (*about, *self._about_python(release, python, row), *self._about_system(release, wheel, row))
            plain = Candidate(machine, release, wheel, python, accelerator, row, here)
            if accelerator == "cpu":
                yield plain
            for order, (stack, code, gpu, objections) in enumerate(stacks):
                if not stack.python or within(Version(python), stack.python):
                    against = (*here, *objections)
                    yield replace(plain, objections=against, stack=stack, order=order, code=code, gpu=gpu)

    def _stacks(self, release: Release, build: Build | None) -> tuple[Judged, ...]:
        """The sources of GPU libraries of a release, the best first, each judged with the GPU and the driver."""
        machine = self.machine
        stacks = self.matrix.stacks.for_tensorflow(release.version, None, machine.os, machine.arch)
        judged = [(stack, *self._about_gpu(release, build, stack)) for stack in stacks]
        return tuple(sorted(judged, key=self._rank))

    def _rank(self, judged: Judged) -> tuple[bool, bool]:
        """What is installed already comes before conda, and after what pip brings into the environment itself.

        Of both, first what has binary code for the GPU.
        """
        stack, _, gpu, _ = judged
        there = stack.kind == "system" and self.machine.has_cuda(stack.cuda, stack.cudnn)
        return not (stack.with_pip or there), stack.serves(self.machine.capability(gpu) or "0") is False

    def carrier(self, version: Version, accelerator: Accelerator) -> Release | None:
        """The distribution that brings a release to this platform, with CUDA where the GPU is to be used."""
        machine = self.machine
        names = (*self.wanted.distributions, *(name for name in DISTRIBUTIONS if name not in self.wanted.distributions))
        for name in () if machine.musl else names:
            release = self.matrix.releases.get(name, version)
            if release is None or not release.pythons(machine.os, machine.arch):
                continue
            build = release.build(machine.os, machine.arch)
            if accelerator == "cpu" or machine.os == "macos" or (build is not None and build.is_cuda):
                return release
        return None

    def _lock_rows(self, release: Release) -> dict[str, LockRow]:
        """The locks of a release on this platform by Python."""
        rows = self.matrix.locks.rows(release.distribution, release.version)
        return {row.python: row for row in rows if row.platform == self.machine.platform and not row.extra}

    # --- objections -----------------------------------------------------------------------------------

    def _about_release(self, version: Version) -> Iterator[Objection]:
        if not self.wanted.means(version):
            asked = self.wanted.asked.tensorflow or str(self.wanted.specifier)
            yield Objection("target", f"TensorFlow {version} is not {asked}", f"take TensorFlow {version}")
        needs = self.matrix.cpus.needs(version)
        missing = self.machine.lacks(needs.flags) if needs else ()
        if missing:
            flags = ", ".join(flag.upper() for flag in missing)
            text = f"{self.machine.cpu_text} lacks {flags}, which TensorFlow {version} uses without asking"
            yield Objection("cpu", text, f"use a processor with {flags}, or build TensorFlow from source")

    def _wishes(self, release: Release, accelerator: Accelerator) -> Iterator[Objection]:
        wanted, version = self.wanted, release.version
        if not admitted(release, wanted):
            text = f"TensorFlow {version} was built on {release.built}, after {wanted.latest_day}"
            yield Objection("as-of", text, f"drop --as-of {wanted.asked.as_of}")
        if wanted.asked.accelerator not in {None, accelerator}:
            if accelerator == "cpu":
                yield self._without_gpu(version)
            else:
                yield Objection("accelerator", f"TensorFlow {version} would run on the GPU", "use the GPU")

    def _without_gpu(self, version: Version) -> Objection:
        row = self.matrix.stacks.without(version, self.machine.os, self.machine.arch)
        text = row.why if row is not None else f"TensorFlow {version} would run on the CPU"
        cure = f"run it on the CPU (for a GPU: {row.instead})" if row is not None else "run it on the CPU"
        return Objection("accelerator", text, cure)

    def _about_python(self, release: Release, python: str, row: LockRow | None) -> Iterator[Objection]:
        wish = self.wanted.python
        if wish and python != wish:
            has = _span(release.pythons(self.machine.os, self.machine.arch))
            text = f"TensorFlow {release.version} has wheels for CPython {has} here, none for {wish}"
            yield Objection("python", text, f"use Python {python}")
        if row is None:
            text = f"no set of pins is known for {release.distribution} {release.version} on CPython {python}"
            yield Objection("lock", text, "resolve it yourself")
        elif row.pins < 0:
            why = _first_clause(self.matrix.locks.reason(row))
            text = (
                f"what {release.distribution} {release.version} asks for cannot be had on CPython {python} here: {why}"
            )
            yield Objection("lock", text, "resolve it yourself")

    def _about_system(self, release: Release, wheel: Wheel, row: LockRow | None) -> Iterator[Objection]:
        machine = self.machine
        build = wheel.build
        if machine.os == "linux" and machine.glibc is not None:
            floors = [dotted(text) for text in ((row.glibc if row else None), (build.glibc if build else None))]
            least = max((floor for floor in floors if floor is not None), default=None)
            if least is not None and machine.glibc < least:
                text = f"the wheels of TensorFlow {release.version} need glibc {least}; {machine.system_text} is older"
                yield Objection("glibc", text, f"use a system or container with glibc {least} or newer", least)
        if machine.os == "macos" and machine.macos is not None:
            floors = [dotted(row.macos if row else None), _macos_floor(wheel)]
            least = max((floor for floor in floors if floor is not None), default=None)
            if least is not None and machine.macos < least:
                text = f"the wheels of TensorFlow {release.version} need macOS {least}; this is {machine.macos}"
                yield Objection("macos", text, f"update to macOS {least} or newer", least)

    def _about_gpu(
        self, release: Release, build: Build | None, stack: Stack
    ) -> tuple[GpuCode | None, str, tuple[Objection, ...]]:
        """What a release's code, its CUDA and the driver say to the GPU; the best of several GPUs counts."""
        found = [self._one_gpu(release, build, stack, *gpu) for gpu in self.machine.capabilities]
        if self.machine.without_nvidia is not None:
            return None, "", (Objection("gpu", self.machine.without_nvidia, "use a machine with an NVIDIA GPU"),)
        if not found:
            return None, self.machine.gpu_text, tuple(self._about_driver(release, stack))
        code, name, objections = min(found, key=lambda item: (len(item[2]), item[0] != "native"))
        compiled = build.cuda if build and code == "ptx" else None
        more = (*self._about_glibc(stack), *self._about_driver(release, stack, name, compiled))
        return code, name, (*objections, *more)

    def _about_glibc(self, stack: Stack) -> Iterator[Objection]:
        least, have = dotted(stack.glibc), self.machine.glibc
        if least is not None and have is not None and have < least:
            text = f"the GPU libraries need glibc {least}; {self.machine.system_text} is older"
            yield Objection("glibc", text, f"use a system or container with glibc {least} or newer", least)

    def _one_gpu(
        self, release: Release, build: Build | None, stack: Stack, name: str, capability: str
    ) -> tuple[GpuCode | None, str, tuple[Objection, ...]]:
        cuda = dotted(build.cuda) if build else None
        code = code_for(build, capability, cuda, self.matrix.compute) if build else None
        if code in {"old", "gap", "new"}:
            has = ", ".join([*(build.sass or ()), *(f"PTX {text}" for text in build.ptx or ())]) if build else ""
            text = f"TensorFlow {release.version} has no code for {name} (compute capability {capability}): {has}"
            if code == "new":
                text = f"the CUDA {cuda} of TensorFlow {release.version} does not know {name} ({capability})"
            return None, name, (Objection("gpu", text, f"use another GPU than {name}"),)
        least = self.matrix.cudnn.least_capability(stack.cudnn, stack.cuda) if stack.cudnn else None
        if least is not None and Dotted(capability) < Dotted(least):
            text = f"cuDNN {stack.cudnn}, which TensorFlow {release.version} needs, serves no {name} ({capability})"
            return None, name, (Objection("gpu", text, f"use another GPU than {name}"),)
        return ("native" if code == "native" else "ptx" if code else None), name, ()

    def _about_driver(
        self, release: Release, stack: Stack, gpu: str = "", compiled: str | None = None
    ) -> Iterator[Objection]:
        """The driver against the CUDA that is brought, and against the GPU.

        `compiled` is the CUDA of PTX that has to be compiled for the GPU: only a driver that knows it can.
        """
        machine, drivers, os = self.machine, self.matrix.drivers, self.machine.driver_os
        least, cuda = drivers.least(stack.cuda, os), stack.cuda
        if compiled is not None and (machine.driver_cuda is None or machine.driver_cuda < Dotted(compiled)):
            least, cuda = drivers.made_for(compiled, os) or least, compiled
        if least is not None and machine.driver_refuses(least, cuda):
            text = f"CUDA {cuda}, which TensorFlow {release.version} uses, needs driver {least}; "
            text += f"this is {machine.driver_text}"
            yield Objection("driver", text, f"update the NVIDIA driver to {least} or newer", Dotted(least))
        capability = machine.capability(gpu)
        if capability is not None and machine.snapshot.origin == "ticket":  # on a real machine the driver shows the GPU
            yield from self._driver_and_gpu(gpu, capability)

    def _driver_and_gpu(self, gpu: str, capability: str) -> Iterator[Objection]:
        machine, drivers = self.machine, self.matrix.drivers
        first, last = self.matrix.compute.first(capability), drivers.last(capability)
        least = drivers.made_for(first, machine.driver_os) if first else None
        if least is not None and machine.driver is not None and machine.driver_refuses(least, first or ""):
            text = f"{gpu} came after driver {machine.driver}: the first that knows it is {least}"
            yield Objection("driver", text, f"update the NVIDIA driver to {least} or newer", Dotted(least))
        if last is not None and machine.driver is not None and machine.driver.major > int(last):
            text = f"driver {machine.driver} no longer serves {gpu}: the last branch that does is {last}"
            yield Objection("driver", text, f"install the NVIDIA driver {last}", Dotted(last))


def _first_clause(reason: str) -> str:
    """The fact in a resolver's chain of conclusions: "numpy<1.20 has no usable wheels"."""
    plain = re.sub(r"\{[^}]*\}", "", reason.removeprefix("Because "))
    return re.split(r",? and |,? we can conclude", plain)[0].rstrip(".")


def _macos_floor(wheel: Wheel) -> Dotted | None:
    """The oldest macOS that a wheel's tags admit."""
    versions = [tag.split("_")[1:3] for tag in wheel.platforms if tag.startswith("macosx_")]
    return min((Dotted(".".join(numbers)) for numbers in versions), default=None)


def _span(pythons: tuple[str, ...]) -> str:
    mine = [python for python in pythons if python not in _TOO_OLD]
    return f"{mine[0]} to {mine[-1]}" if len(mine) > 1 else "".join(mine)
