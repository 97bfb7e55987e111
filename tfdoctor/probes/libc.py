"""The C and C++ libraries that the patient's loader would open."""

import re
from typing import Final

from tfdoctor.facts import ABSENT, Fact, LibStdCxx, Unknown
from tfdoctor.probes.elf import ElfError, newest, read_dynamic
from tfdoctor.probes.machine import Machine
from tfdoctor.probes.search import Loader

_BANNER: Final = re.compile(rb"GNU C Library [^\0]{0,120}?version (\d+\.\d+)")
_WHOLE_LIBC: Final = 8 << 20


def parse_banner(data: bytes) -> str | None:
    """Return the version in the banner that glibc carries in its file, or None."""
    found = _BANNER.search(data)
    return found.group(1).decode("ascii") if found else None


def parse_musl(text: str) -> str | None:
    """Return the version that musl's loader prints without arguments, or None."""
    found = re.search(r"musl libc.*?Version (\d+(?:\.\d+)+)", text, re.DOTALL)
    return found.group(1) if found else None


def find_libc(machine: Machine, loader: Loader, interpreter_path: str | None) -> tuple[Fact[str], Fact[str]]:
    """Return the kind of C library ("glibc", "musl") and its version."""
    musl = _musl_loader(machine, interpreter_path)
    if musl:
        return "musl", _musl_version(machine, musl)
    found = loader.opened("libc.so.6")
    if found is None:
        reason = Unknown(reason="no libc.so.6 is found in the loader's folders")
        return reason, reason
    try:
        version = parse_banner(machine.read(found.path, _WHOLE_LIBC))
        version = version or newest(read_dynamic(found.path).version_definitions, "GLIBC")
    except (OSError, ElfError) as error:
        return "glibc", Unknown(reason=f"{found.path} cannot be read: {error}")
    return "glibc", version or Unknown(reason=f"{found.path} does not tell its version")


def _musl_loader(machine: Machine, interpreter_path: str | None) -> str | None:
    if interpreter_path:
        try:
            asked = read_dynamic(interpreter_path).interpreter
        except (OSError, ElfError):
            asked = ""
        if asked:
            return asked if "musl" in asked else None
    installed = machine.glob("/lib/ld-musl-*.so.1")
    # A glibc system may have musl beside it; a musl system has no glibc loader.
    return installed[0] if installed and not machine.glob("/lib*/ld-linux*.so.*") else None


def _musl_version(machine: Machine, path: str) -> Fact[str]:
    try:
        done = machine.run([path], timeout=5)
    except OSError as error:
        return Unknown(reason=f"{path} cannot be started: {error.strerror or error}")
    return parse_musl(done.stderr.decode("utf-8", "replace")) or Unknown(reason=f"{path} prints no version")


def find_libstdcxx(loader: Loader) -> Fact[LibStdCxx]:
    """Return the libstdc++ that the loader would open, with the newest symbol versions that it offers."""
    found = loader.opened("libstdc++.so.6")
    if found is None:
        return ABSENT
    try:
        offered = read_dynamic(found.path).version_definitions
    except (OSError, ElfError) as error:
        reason = Unknown(reason=f"{found.path} cannot be read: {error}")
        return LibStdCxx(path=found.path, glibcxx=reason, cxxabi=reason)
    return LibStdCxx(
        path=found.path,
        glibcxx=newest(offered, "GLIBCXX") or ABSENT,
        cxxabi=newest(offered, "CXXABI") or ABSENT,
    )
