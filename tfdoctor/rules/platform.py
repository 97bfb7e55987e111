"""Operating system, C library and wheels: what the platform must be for a wheel to be installed and loaded."""

import re
from collections.abc import Iterator

from tfdoctor.diagnosis import Confidence, Evidence, Remedy
from tfdoctor.facts import known
from tfdoctor.logs import Event
from tfdoctor.matrix.releases import Release, Wheel, platform_of
from tfdoctor.rules import _wheels as wheels
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._rule import PLATFORM, Conclusion, rule
from tfdoctor.versions import Dotted, dotted

_MUSL = "musl"


@rule("TFD123", PLATFORM)
def no_wheel_for_platform(case: Case) -> Iterator[Conclusion]:
    """The wanted TensorFlow has no wheel for this operating system, architecture or C library.

    ## What it checks
    The platform tags of all wheels of the wanted release against the system, the architecture and the C library.

    ## Why it matters
    There are no wheels for musl (Alpine), for 32-bit ARM and for Windows on ARM; for Linux on ARM they begin with
    2.10, for Apple silicon with 2.13, for macOS on Intel they end with 2.16.2. pip says "no matching distribution".

    ## How to fix it
    Take a release that has a wheel for this platform, an image with glibc (python:3.12-slim instead of -alpine), or
    another machine.

    ## Sources
    The file names of all wheels of all releases; https://www.tensorflow.org/install/pip
    """
    asked = wheels.failure(case)
    if asked is None or (wheels.bits(case) == 32 and case.arch not in {"armv7l", "armv6l"}):
        return
    libc = known(case.snapshot.system.libc)
    if libc == _MUSL:
        yield _no_platform(
            asked,
            "this system's C library is musl, and all Linux wheels need glibc",
            Evidence(fact="system.libc", value=_MUSL),
            "Use an image or system with glibc (Debian, Ubuntu, Fedora, …).",
        )
        return
    arch = architecture(case)
    rows = wheels.candidates(case, asked)
    if case.os is None or arch is None or not rows:
        return
    here = wheels.wheels(rows, None, case.os, arch)
    stated = Evidence(fact="system.arch", value=f"{case.os} {arch}")
    if not here:
        ends = _span(case, asked.distribution, arch)
        yield _no_platform(asked, f"no wheel is for {case.os} on {arch}{ends}", stated, _advice(case, arch))
    elif _refused_platform(case, arch):
        why = f"the wheel is for another platform ({_refused_platform(case, arch)})"
        yield _no_platform(asked, why, stated, _advice(case, arch))
    elif asked.open and arch != "x86_64" and not _python_came_later(case, rows, here, arch):
        first = wheels.first(rows, here)
        yield _no_platform(
            asked,
            f"wheels for {case.os} on {arch} begin with {first}; before that there was none",
            stated,
            _advice(case, arch),
            confidence="likely",
        )


def _refused_platform(case: Case, arch: str) -> str:
    """The platform of a wheel that was refused here, where it is not this one."""
    refused = {event.line for event in case.events.of("wheel-refused")}
    for event in case.events.of("wheel-named"):
        if event.line in refused and platform_of(event["platform"]) not in {(case.os, arch), ("any", "any")}:
            return event["platform"]
    return ""


def _python_came_later(case: Case, rows: tuple[Release, ...], here: tuple[Wheel, ...], arch: str) -> bool:
    """Whether wheels for this Python came later than those for the platform: then it is the Python that lacks them."""
    own = wheels.wheels(rows, wheels.python_text(case), case.os, arch)
    return not own or wheels.first(rows, own) > wheels.first(rows, here)


def architecture(case: Case) -> str | None:
    """The architecture that a wheel must be for, by the log or the facts."""
    for event in case.events.of("running-on"):
        for name in ("aarch64", "x86_64", "arm64", "armv7l", "i686", "ppc64le", "s390x"):
            if event["tag"].endswith(name):
                return name
    return case.arch


def _span(case: Case, distribution: str, arch: str) -> str:
    releases = case.matrix.releases
    rows = [row for version in releases.versions(distribution) if (row := releases.get(distribution, version))]
    having = [row.version for row in rows if wheels.wheels((row,), None, case.os, arch)]
    return f" (releases with one: {having[0]} to {having[-1]})" if having else " (no release has one)"


def _advice(case: Case, arch: str) -> str:
    if case.os == "macos" and arch == "arm64":
        return "Install TensorFlow 2.13 or later, or tensorflow-macos of the wanted version."
    if case.os == "macos":
        return "Install tensorflow 2.16.2, the last release with wheels for macOS on Intel."
    return "Install a release that has a wheel for this platform, or build TensorFlow from source."


def _no_platform(
    asked: wheels.Failure, why: str, stated: Evidence, advice: str, confidence: Confidence = "certain"
) -> Conclusion:
    return Conclusion(
        message=f"There is no wheel of {asked.text} for this platform: {why}.",
        evidence=(stated, *asked.evidence),
        remedies=(Remedy(kind="manual", text=advice),),
        confidence=confidence,
        symptom=asked.logged,
    )


@rule("TFD125", PLATFORM)
def macos_python_reports_10_16(case: Case) -> Iterator[Conclusion]:
    """Python reports macOS 10.16 instead of 11 or later, so no wheel tag matches.

    ## What it checks
    The platform tag of the interpreter ("macosx-10.16-…") and the system version that it sees, where TensorFlow is not
    installed or could not be installed.

    ## Why it matters
    An interpreter built for an older macOS is told "10.16" by macOS 11 and later for compatibility. pip then takes no
    wheel whose tag says 11 or later.

    ## How to fix it
    Use a Python built for macOS 11 or later (a new conda or python.org one), or set SYSTEM_VERSION_COMPAT=0 for pip.

    ## Sources
    https://github.com/pypa/packaging/pull/319 ; https://eclecticlight.co/2020/08/13/macos-version-numbering-isnt-so-simple/
    """
    asked = wheels.failure(case)
    tag = known(case.snapshot.interpreter.platform_tag) or ""
    version = known(case.snapshot.system.os_version) or ""
    newer = _made_for_macos_11(case)
    event = case.events.first("macos-10-16") or newer
    seen = "10.16" in tag or version.startswith("10.16") or event is not None
    if not seen or case.os not in {"macos", None} or (asked is None and case.tensorflow is not None):
        return
    rows = wheels.candidates(case, asked) if asked else ()
    here = wheels.wheels(rows, wheels.python_text(case), "macos", architecture(case))
    if (
        asked
        and rows
        and not newer
        and any(platform.startswith("macosx_10") for wheel in here for platform in wheel.platforms)
    ):
        return  # a wheel with an older tag would do: it is something else
    yield Conclusion(
        message="This Python reports macOS 10.16, so pip takes no wheel made for macOS 11 or later.",
        evidence=(
            Evidence(fact="interpreter.platform_tag", value=tag or version or "10.16"),
            *(logged((event,)) if event else ()),
            *(asked.evidence if asked else ()),
        ),
        remedies=(
            Remedy(
                kind="set-variable",
                text="Let macOS tell pip its real version.",
                variable="SYSTEM_VERSION_COMPAT",
                value="0",
            ),
            Remedy(kind="create-environment", text="Make the environment with a Python built for macOS 11 or later."),
        ),
        severity=None if asked else "warning",
        confidence="likely",
        symptom=asked is not None and asked.logged,
    )


def _made_for_macos_11(case: Case) -> Event | None:
    """A refused wheel that fits this Python and the Mac as it is, and not the Mac as an old Python sees it."""
    system, python = dotted(known(case.snapshot.system.os_version)), wheels.python_text(case)
    for event in case.events.of("wheel-refused") if case.arch != "arm64" else ():
        tag = re.search(r"-cp(\d+)-\w+-macosx_(1[1-9])_\d+_x86_64\.whl", event["wheel"])
        if tag and python and tag[1] == python.replace(".", "") and system and system.numbers[0] >= int(tag[2]):
            return event
    return None


def _names(event: Event, system: str) -> bool:
    return system == "GLIBC" if event["set"] == "GLIBC" else system == "GLIBCXX"


@rule("TFD126", PLATFORM)
def os_too_old(case: Case) -> Iterator[Conclusion]:
    """The operating system is older than the TensorFlow binary needs.

    ## What it checks
    The version of glibc (Linux) or macOS against what the libraries of the installed or wanted release need;
    "version `GLIBC_…' not found" in the log.

    ## Why it matters
    A binary built on a newer system names functions that the old C library does not have, and cannot be loaded. pip
    refuses such a wheel where its tag says so; a wheel of another builder may be installed and then fail.

    ## How to fix it
    Use a newer system or a container of one, or the newest release that runs on this one. glibc cannot be replaced
    alone.

    ## Sources
    ELF version records of the wheels' libraries.
    """
    event = next((event for event in case.events.of("symbol-version-missing") if _names(event, "GLIBC")), None)
    mac = next((event for event in case.events.of("macos-too-old") if "metal_plugin" not in event.text), None)
    reason = _floor(case)
    if event is None and mac is None and reason is None:
        return
    need = (
        f"glibc {event['version']}"
        if event
        else reason[0]
        if reason
        else f"macOS {(mac['built'] or mac['needed'] if mac else '') or 'of a later version'}"
    )
    yield Conclusion(
        message=f"This system is too old for this TensorFlow binary, which needs {need}.",
        evidence=(*logged(found for found in (event, mac) if found), *(reason[1] if reason else ()), *_libc(case)),
        remedies=(
            Remedy(
                kind="manual", text="Use a newer system (or a container of one), or a release built for older systems."
            ),
        ),
        symptom=event is not None or mac is not None,
    )


def _libc(case: Case) -> tuple[Evidence, ...]:
    version = known(case.snapshot.system.libc_version)
    return (Evidence(fact="system.libc_version", value=version),) if version else ()


def _floor(case: Case) -> tuple[str, tuple[Evidence, ...]] | None:
    """What the libraries need and this system is below of."""
    have = dotted(known(case.snapshot.system.libc_version)) or _glibc_of_system(case)
    need = dotted(known(case.snapshot.tensorflow.glibc) or (case.build.glibc if case.build else None))
    asked = wheels.failure(case)
    if case.os == "linux" and have is not None and case.imported is not True:
        if need is None and asked is not None:
            found = wheels.wheels(
                wheels.candidates(case, asked), wheels.python_text(case), "linux", architecture(case) or "x86_64"
            )
            need = min((floor for wheel in found if (floor := _glibc_of(wheel))), default=None)
        if need is not None and have < need:
            return f"glibc {need}", (
                Evidence(fact="tensorflow.glibc", value=str(need), source="ELF version records"),
                Evidence(fact="system.glibc", value=str(have)),
            )
    if case.os == "macos" and case.build is not None and case.build.macos and case.imported is not True:
        system = dotted(known(case.snapshot.system.os_version))
        if (
            system is not None
            and system.numbers != (10, 16)
            and system < Dotted(case.build.macos)
            and len(system.numbers) > 1
        ):
            return f"macOS {case.build.macos}", (
                Evidence(fact="system.os_version", value=str(system)),
                Evidence(fact="matrix.build.macos", value=case.build.macos, source="the wheel's libraries"),
            )
    return None


def _glibc_of_system(case: Case) -> Dotted | None:
    """The glibc that a named release of a Linux distribution comes with."""
    system = case.snapshot.system
    name, version = known(system.distribution), known(system.distribution_version)
    return dotted(case.matrix.platforms.glibc(name, version)) if name and version else None


def _glibc_of(wheel: Wheel) -> Dotted | None:
    return Dotted(wheel.build.glibc) if wheel.build and wheel.build.glibc else None


@rule("TFD127", PLATFORM)
def libstdcxx_too_old(case: Case) -> Iterator[Conclusion]:
    """The C++ library that is loaded is older than TensorFlow or one of its dependencies needs.

    ## What it checks
    "version `GLIBCXX_…' (or `CXXABI_…') not found" in the log; the newest symbol version of the libstdc++ that the
    loader opens against what TensorFlow's libraries need.

    ## Why it matters
    The first libstdc++ that a process loads serves all its libraries. In a conda environment or through
    LD_LIBRARY_PATH an old one may be found before the system's.

    ## How to fix it
    In conda: `conda install -c conda-forge libstdcxx-ng`. Else take the folder of the old copy out of
    LD_LIBRARY_PATH, or update the compiler's run-time library.

    ## Sources
    https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html ; ELF version records of the wheels' libraries.
    """
    event = next((event for event in case.events.of("symbol-version-missing") if _names(event, "GLIBCXX")), None)
    library = known(case.snapshot.system.libstdcxx)
    have = dotted(known(library.glibcxx)) if library else None
    need = dotted(known(case.snapshot.tensorflow.glibcxx) or (case.build.glibcxx if case.build else None))
    short = have is not None and need is not None and have < need and case.imported is not True
    if event is None and not short:
        return
    path = event["library"] if event else library.path if library else ""
    name = f"{event['set']}_{event['version']}" if event else f"GLIBCXX_{need}"
    conda = known(case.snapshot.interpreter.environment) == "conda" or "conda" in path
    yield Conclusion(
        message=f"The libstdc++ that is loaded ({path or 'of this system'}) does not have {name}.",
        evidence=(
            *(logged((event,)) if event else ()),
            *((Evidence(fact="system.libstdcxx.glibcxx", value=str(have), source=path),) if have else ()),
        ),
        remedies=(
            Remedy(
                kind="manual",
                text="Update the environment's C++ library: conda install -c conda-forge libstdcxx-ng."
                if conda
                else "Update libstdc++ (the run-time library of GCC), or let a newer copy be found first.",
            ),
        ),
        symptom=event is not None,
    )
