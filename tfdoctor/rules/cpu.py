"""The processor: instructions that a build needs and the CPU, or what emulates it, does not have."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tfdoctor.diagnosis import Confidence, Evidence, Remedy
from tfdoctor.facts import known
from tfdoctor.logs import Event
from tfdoctor.rules import _wheels as wheels
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._rule import PLATFORM, Conclusion, rule

_APPLE = re.compile(r"\bapple\b|\bm[1-9](?: (?:pro|max|ultra))?\b|virtualapple", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """What is known of the CPU: its flags, or the instruction sets that its model lacks."""

    flags: frozenset[str] | None
    lacks: tuple[str, ...]
    evidence: tuple[Evidence, ...]

    def without(self, needed: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of the needed instruction sets that this CPU does not have."""
        if self.flags is not None:
            return tuple(name for name in needed if name not in self.flags)
        return tuple(name for name in needed if name in self.lacks)


def processor(case: Case) -> Processor:
    """Gather what the facts and the log say of the CPU."""
    evidence: list[Evidence] = []
    flags = known(case.snapshot.cpu.flags)
    line = case.events.first("cpu-flags")
    if flags is None and line is not None and "sse" in line["flags"]:
        flags = tuple(line["flags"].split())
        evidence += logged((line,))
    named = case.events.first("cpu-model")
    model = known(case.snapshot.cpu.model) or (named["model"] if named else "")
    if model:
        evidence.append(Evidence(fact="cpu.model", value=model))
    if flags is not None and not evidence:
        evidence.append(Evidence(fact="cpu.flags", value=" ".join(sorted(flags))[-300:]))
    return Processor(
        flags=frozenset(flags) if flags is not None else None,
        lacks=case.matrix.cpus.lacks(model),
        evidence=tuple(evidence),
    )


def needed(case: Case) -> tuple[str, ...]:
    """The instruction sets that the installed build uses; where its version is not known, what they all use."""
    version = case.tensorflow or case.wanted
    row = case.matrix.cpus.needs(version) if version is not None else None
    return ("avx",) if row is None else row.flags


def _x86(case: Case) -> bool:
    return case.arch in {None, "x86_64"}


def _crash(case: Case) -> tuple[Evidence, ...]:
    """Evidence that a program died of an instruction that the CPU does not know."""
    found = case.events.of("illegal-instruction", "instructions-missing")
    signal = known(case.load.signal) if case.load is not None else None
    seen = (Evidence(fact="load.signal", value=signal, source="the load attempt"),) if signal == "SIGILL" else ()
    return (*seen, *logged(found[:2]))


def _runs_here(case: Case) -> bool:
    """Whether there is a TensorFlow (or a failing program of unknown contents) to speak of."""
    return case.tensorflow is not None or bool(_crash(case))


def _other(event: Event) -> bool:
    """Whether a library of macOS is for another architecture; older systems do not say for which."""
    return bool(event["have"]) or ("mach-o" in event.text and "tensorflow" in event.text)


@rule("TFD120", PLATFORM)
def apple_silicon_x86_build(case: Case) -> Iterator[Conclusion]:
    """A TensorFlow for x86_64 runs on Apple silicon through Rosetta or qemu, which lack AVX.

    ## What it checks
    Whether the CPU is emulated for the process (Rosetta, qemu), whether an x86_64 interpreter or image runs on an
    Apple or ARM machine, and the emulator's messages in the log.

    ## Why it matters
    TensorFlow for x86_64 needs AVX since 1.6; qemu and older Rosetta do not emulate it: the import aborts.

    ## How to fix it
    Use an ARM build: an arm64 Python with TensorFlow 2.13 or later, or an arm64 image.

    ## Sources
    https://developer.apple.com/documentation/apple-silicon/about-the-rosetta-translation-environment ;
    https://www.tensorflow.org/install/pip
    """
    translated = known(case.snapshot.system.translated)
    model = known(case.snapshot.cpu.model) or ""
    image = case.events.first("image-platform", image="amd64")
    messages = (*case.events.of("emulated"), *((image,) if image and "arm" in image["host"] else ()))
    apple_x86 = _APPLE.search(model) is not None and (
        case.arch == "x86_64" or (case.arch is None and bool(_crash(case)))
    )
    # A ticket states the machine's architecture; a program for it would not die of an instruction.
    stated_arm = case.os == "macos" and case.arch in {"arm64", "aarch64"} and case.snapshot.origin == "ticket"
    apple_x86 = apple_x86 or (stated_arm and bool(_crash(case)))
    wrong = next(
        (event for event in case.events.of("wrong-architecture") if case.os == "macos" and _other(event)), None
    )
    if wheels.before_apple_silicon(case):
        wrong = None
    if not (translated or messages or apple_x86 or wrong) or case.imported is True:
        return
    if translated and "avx" in (known(case.snapshot.cpu.flags) or ()):
        return  # newer Rosetta translates AVX too
    if not (_crash(case) or messages or wrong) and (case.tensorflow is None or case.arch not in {None, "x86_64"}):
        return
    yield Conclusion(
        message="A TensorFlow for x86_64 runs on an ARM machine through an emulation without AVX.",
        evidence=(
            *((Evidence(fact="system.translated", value=translated),) if translated else ()),
            *((Evidence(fact="cpu.model", value=model),) if model else ()),
            *logged((*messages[:2], *((wrong,) if wrong else ()))),
            *_crash(case)[:1],
        ),
        remedies=(
            Remedy(
                kind="create-environment",
                text="Use an arm64 Python (or an arm64 image) and a TensorFlow for it.",
                requirements=("tensorflow>=2.13",),
            ),
        ),
        symptom=bool(_crash(case) or messages or wrong),
    )


@rule("TFD121", PLATFORM)
def cpu_lacks_instructions(case: Case) -> Iterator[Conclusion]:
    """The CPU, or the virtual CPU, lacks instructions that this TensorFlow build uses.

    ## What it checks
    The CPU's flags (or its model) against what the build needs; "Illegal instruction" and "compiled to use AVX
    instructions" in the log or of the load attempt.

    ## Why it matters
    Official wheels for x86_64 need AVX since 1.6; 2.4.0 by mistake also AVX2 and FMA. The process is killed at import,
    without any message from Python.

    ## How to fix it
    On a virtual machine let the host's CPU through (QEMU: `-cpu host`). On a CPU without AVX: TensorFlow 1.5, a build
    made for older CPUs, or another machine. In place of 2.4.0 take 2.4.1 or later.

    ## Sources
    https://github.com/tensorflow/tensorflow/releases/tag/v1.6.0 ; https://github.com/tensorflow/tensorflow/releases/tag/v2.4.1
    """
    if known(case.snapshot.system.translated) or not _x86(case) or not _runs_here(case) or case.imported is True:
        return
    if case.events.of("emulated") or _APPLE.search(known(case.snapshot.cpu.model) or ""):
        return  # the rule above speaks of emulation
    crash = _crash(case)
    stated = case.events.first("instructions-missing")
    cpu = processor(case)
    missing = cpu.without(needed(case))
    if missing:  # on Windows the loader reports the crash of a library's start
        crash += logged(event for event in case.events.of("dll-load-failed") if "initialization" in event["reason"])
    confidence: Confidence = "certain" if cpu.flags is not None or stated else "likely"
    if not missing and stated:
        missing = tuple(re.split(r"[ ,]+", stated["names"].lower().strip()))
    if not missing and crash:
        missing = cpu.without(("avx", "avx2", "fma"))[:1] or (() if cpu.flags is not None else ("avx",))
        confidence = "likely" if cpu.flags is not None else "possible"
    if not missing:
        return
    virtual = re.search(
        r"qemu|kvm|virtual",
        known(case.snapshot.cpu.model) or known(case.snapshot.system.virtualisation) or "",
        re.IGNORECASE,
    )
    yield Conclusion(
        message=f"The {'virtual ' if virtual else ''}CPU does not offer {', '.join(missing).upper()}, which "
        f"this TensorFlow uses.",
        evidence=(*case.tensorflow_evidence(), *cpu.evidence, *crash),
        remedies=_cures(case, missing, virtual=bool(virtual)),
        confidence=confidence,
        symptom=bool(crash),
    )


def _cures(case: Case, missing: tuple[str, ...], *, virtual: bool) -> tuple[Remedy, ...]:
    if virtual:
        return (
            Remedy(kind="manual", text="Let the virtual machine see the host's CPU (QEMU and libvirt: CPU model "
                                       "'host'); in Hyper-V "
                   "switch off processor compatibility mode."),
        )  # fmt: skip
    if "avx" not in missing and case.tensorflow is not None:
        return (
            Remedy(kind="install", text="Take a release that needs AVX only.", requirements=("tensorflow==2.4.4",)),
        )
    return (
        Remedy(
            kind="manual", text="Use a machine whose CPU has AVX, a build of TensorFlow without AVX, or TensorFlow 1.5."
        ),
    )
