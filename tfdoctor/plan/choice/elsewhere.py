"""What a machine could become without another machine: Linux inside Windows, a container with glibc, 64 bits."""

from collections.abc import Iterator

import msgspec

from tfdoctor.facts import ABSENT, NOT_OBSERVED, Snapshot
from tfdoctor.plan.machine import Machine

_WIDE = {"armv7l": "aarch64", "armv6l": "aarch64", "i686": "x86_64"}
_HAVING = {"x86_64", "aarch64", "arm64"}  # architectures with wheels
_GLIBC = "2.35"  # of Ubuntu 22.04, which both WSL and container images offer


def others(machine: Machine) -> Iterator[tuple[Machine, str, str]]:
    """Return hypothetical machines, each with what speaks against the real one and what to do to have it."""
    if machine.os == "windows" and machine.arch in _HAVING:
        inside = _linux(machine.snapshot, wsl="2")
        text = "Windows itself has no such build: its wheels have no CUDA since 2.11"
        if machine.arch != "x86_64":
            text = f"no TensorFlow has a wheel for {machine.os_text} on {machine.arch}"
        yield Machine(inside, machine.matrix), text, "use WSL2 (Ubuntu 22.04 inside Windows)"
    if machine.musl:
        inside = _linux(machine.snapshot, wsl=None)
        text = f"all wheels need glibc, and the C library of {machine.system_text} is musl"
        yield Machine(inside, machine.matrix), text, "use an image or system with glibc (python:3.12-slim for -alpine)"
    if machine.arch not in _HAVING and machine.arch not in _WIDE:
        system = msgspec.structs.replace(machine.snapshot.system, arch="x86_64")
        inside = msgspec.structs.replace(machine.snapshot, system=system)
        text = f"no TensorFlow has a wheel for {machine.os_text} {machine.arch}"
        yield Machine(inside, machine.matrix), text, "use a machine with an x86_64 or aarch64 processor"
    if machine.arch in _WIDE:
        wide = _WIDE[machine.arch]
        system = msgspec.structs.replace(machine.snapshot.system, arch=wide)
        inside = msgspec.structs.replace(machine.snapshot, system=system)
        text = f"no TensorFlow has a wheel for {machine.arch}"
        yield Machine(inside, machine.matrix), text, f"use a 64-bit system ({wide}), where the processor can"


def _linux(snapshot: Snapshot, wsl: str | None) -> Snapshot:
    system = msgspec.structs.replace(
        snapshot.system,
        os="linux",
        os_version=NOT_OBSERVED,
        distribution="ubuntu",
        distribution_version="22.04",
        libc="glibc",
        libc_version=_GLIBC,
        wsl=wsl or snapshot.system.wsl,
    )
    interpreter = msgspec.structs.replace(
        snapshot.interpreter, executable=ABSENT, version=NOT_OBSERVED, machine=NOT_OBSERVED
    )
    return msgspec.structs.replace(snapshot, system=system, interpreter=interpreter)
