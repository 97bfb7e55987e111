"""The stack from the GPU to the system as data: what is there, what the build needs, and what holds between them."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from tfdoctor.facts import Absent, Fact, Gpu, Snapshot, known
from tfdoctor.matrix import Matrix
from tfdoctor.render.html.joints import ORDER, Pair, Part, joint
from tfdoctor.render.view import DiagnosisView, FindingView
from tfdoctor.rules import Case
from tfdoctor.rules._cuda import Cuda, cuda
from tfdoctor.versions import cuda_minor

Presence = Literal["there", "absent", "unknown"]
State = Literal["error", "warning", "note", "ok", "unknown", "idle"]

TITLES: Final[dict[Part, str]] = {
    "gpu": "GPU", "driver": "Driver", "cuda": "CUDA", "cudnn": "cuDNN", "tensorflow": "TensorFlow",
    "distributions": "Distributions", "python": "Python", "system": "System",
}  # fmt: skip
GPU_SIDE: Final[frozenset[Part]] = frozenset({"gpu", "driver", "cuda", "cudnn"})
_NAMED: Final = ("protobuf", "numpy", "keras", "tf-keras")
_SEVERITIES: Final = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Box:
    """One part: what is there in short lines, and what this TensorFlow needs of it ("" where nothing is known)."""

    part: Part
    presence: Presence
    found: tuple[str, ...]
    needed: str = ""

    @property
    def title(self) -> str:
        """The name of the part."""
        return TITLES[self.part]

    @property
    def said(self) -> str:
        """What is there, in words."""
        return ", ".join(self.found) or ("none" if self.presence == "absent" else "not known")


@dataclass(frozen=True, slots=True)
class Joint:
    """What holds between two parts, and the findings that say otherwise."""

    between: Pair
    state: State
    findings: tuple[FindingView, ...] = ()


@dataclass(frozen=True, slots=True)
class Stack:
    """Boxes in order, the joints of neighbours, and those of parts further apart (or of a part with itself)."""

    boxes: tuple[Box, ...]
    neighbours: tuple[Joint, ...]
    others: tuple[Joint, ...]


def stack(view: DiagnosisView, snapshot: Snapshot, matrix: Matrix) -> Stack:
    """Return the stack of a machine; a build without CUDA has no GPU side unless a finding is about it."""
    case = Case(snapshot, matrix)
    side = cuda(case)
    broken: dict[Pair, list[FindingView]] = {}
    for finding in view.findings:
        pair = joint(finding.name, finding.family)
        if pair is not None:
            broken.setdefault(pair, []).append(finding)
    undecided = {pair for row in view.skipped if (pair := joint(row.name, _family(row.name))) is not None}
    touched = {part for pair in broken for part in pair}
    short = _is_cuda(side) is False and not touched & GPU_SIDE
    boxes = {box.part: box for box in _boxes(case, side) if not (short and box.part in GPU_SIDE)}
    near: list[Pair] = list(pairwise(part for part in ORDER if part in boxes))
    return Stack(
        boxes=tuple(boxes.values()),
        neighbours=tuple(
            Joint(pair, _state(boxes[pair[0]], boxes[pair[1]], broken.get(pair, ()), open_=pair in undecided),
                  tuple(broken.get(pair, ())))
            for pair in near
        ),
        others=tuple(
            Joint(pair, _worst(found), tuple(found)) for pair, found in broken.items() if pair not in near
        ),
    )  # fmt: skip


def _is_cuda(side: Cuda) -> bool | None:
    try:
        return side.is_cuda
    except Exception:  # noqa: BLE001  as in _made
        return None


def _family(name: str) -> str:
    from tfdoctor.rules import RULES

    return next((rule.family.name for rule in RULES if rule.name == name), "")


def _worst(findings: list[FindingView] | tuple[FindingView, ...]) -> State:
    found = {finding.severity for finding in findings}
    return next((level for level in _SEVERITIES if level in found), "ok")


def _state(one: Box, other: Box, findings: list[FindingView] | tuple[FindingView, ...], *, open_: bool) -> State:
    """Nothing is called fine that was not seen: a joint holds where both sides are known and every rule decided."""
    if findings:
        return _worst(findings)
    if "unknown" in {one.presence, other.presence}:
        return "unknown"
    if "absent" in {one.presence, other.presence}:
        return "idle"
    return "unknown" if open_ else "ok"


# --- the boxes ----------------------------------------------------------------------------------------


def _boxes(case: Case, side: Cuda) -> tuple[Box, ...]:
    made = {
        "gpu": _gpu, "driver": _driver, "cuda": _cuda, "cudnn": _cudnn, "tensorflow": _tensorflow,
        "distributions": _distributions, "python": _python, "system": _system,
    }  # fmt: skip
    return tuple(_made(part, made[part], case, side) for part in ORDER)


def _made(part: Part, make: Callable[[Case, Cuda], Box], case: Case, side: Cuda) -> Box:
    """A box; what a stranger's facts do to it costs the box its text, never the report."""
    try:
        return make(case, side)
    except Exception:  # noqa: BLE001  the rules meet the same facts: their crash is a finding of its own
        return Box(part, "unknown", ())


def _presence(found: tuple[str, ...], *facts: Fact[object]) -> Presence:
    """Whether something is there; it is absent only where somebody looked."""
    if found:
        return "there"
    looked = any(isinstance(fact, Absent) or known(fact) == () for fact in facts)
    return "absent" if looked else "unknown"


def _gpu(case: Case, side: Cuda) -> Box:
    listed: tuple[Gpu, ...] = known(case.snapshot.accelerators.gpus) or side.gpus
    capability = {gpu: side.capability(gpu) if gpu.vendor == "nvidia" else None for gpu in listed}
    named = Counter(
        f"{known(gpu.name) or 'a GPU'}{f' ({capability[gpu]})' if capability.get(gpu) else ''}" for gpu in listed
    )
    found = tuple(f"{number} x {name}" if number > 1 else name for name, number in named.items())
    stated = known(case.snapshot.tensorflow.compute_capabilities)
    if stated is None and side.build is not None and side.build.sass:
        stated = (*side.build.sass, *(f"PTX {item}" for item in side.build.ptx or ()))
    needed = f"one of {', '.join(map(_capability, stated))}" if stated and side.is_cuda else ""
    return Box("gpu", _presence(found, case.snapshot.accelerators.gpus), found, needed)


def _capability(text: str) -> str:
    """The capability in a compiler's word for it: "7.5" of "sm_75", "PTX 8.0" of "compute_80"."""
    found = re.fullmatch(r"(sm|compute)_(\d+)(\d)[a-z]?", text)
    return text if found is None else f"{'PTX ' if found[1] == 'compute' else ''}{found[2]}.{found[3]}"


def _driver(case: Case, side: Cuda) -> Box:
    found = (side.driver_version.text,) if side.driver_version else ()
    if side.driver_cuda:
        found = (*found, f"serves CUDA {side.driver_cuda.text}")
    least = case.matrix.drivers.least(side.wanted.text, side.os) if side.wanted and side.is_cuda else None
    return Box(
        "driver", _presence(found, case.snapshot.accelerators.driver), found, f"{least} or newer" if least else ""
    )


def _cuda(case: Case, side: Cuda) -> Box:
    found = tuple(version.text for version in side.toolkit_versions)
    needed = cuda_minor(side.wanted) if side.wanted and side.is_cuda else ""
    return Box("cuda", _presence(found, case.snapshot.libraries.toolkits), found, needed)


def _cudnn(case: Case, side: Cuda) -> Box:
    found = tuple(item.version for item in side.cudnn)
    needed = side.wanted_cudnn.text if side.wanted_cudnn and side.is_cuda else ""
    facts = (case.snapshot.libraries.cudnn, case.snapshot.libraries.copies)
    return Box("cudnn", _presence(found, *facts), found, needed)


def _tensorflow(case: Case, side: Cuda) -> Box:
    if case.tensorflow is None:
        return Box("tensorflow", _presence((), case.snapshot.tensorflow.version), ())
    build = {True: "CUDA build", False: "CPU build", None: ""}[side.is_cuda]
    parts = (str(case.tensorflow), case.distribution if case.distribution != "tensorflow" else "", build)
    return Box("tensorflow", "there", tuple(part for part in parts if part))


def _distributions(case: Case, _: Cuda) -> Box:
    found = tuple(f"{name} {case.versions[name]}" for name in _NAMED if name in case.versions)
    return Box("distributions", _presence(found, case.snapshot.installation.distributions), found)


def _python(case: Case, _: Cuda) -> Box:
    facts = case.snapshot.interpreter
    parts = (
        known(facts.version),
        known(facts.environment),
        f"{known(facts.bits)} bit" if known(facts.bits) == 32 else "",
    )
    found = tuple(part for part in parts if part)
    pythons = case.release.pythons(case.os or "linux", case.arch or "x86_64") if case.release else ()
    needed = f"{pythons[0]} to {pythons[-1]}" if len(pythons) > 1 else "".join(pythons)
    return Box("python", _presence(found, facts.version), found, needed)


def _system(case: Case, _: Cuda) -> Box:
    facts = case.snapshot.system
    name = " ".join(part for part in (known(facts.distribution), known(facts.distribution_version)) if part)
    libc = " ".join(part for part in (known(facts.libc), known(facts.libc_version)) if part)
    parts = (name or known(facts.os), case.arch, libc if libc != "none" else "", known(facts.container))
    found = tuple(part for part in parts if part)
    least = known(case.snapshot.tensorflow.glibc) or (case.build.glibc if case.build else None)
    needed = f"glibc {least} or newer" if least and known(facts.os) in {"linux", None} else ""
    return Box("system", _presence(found, facts.os), found, needed)
