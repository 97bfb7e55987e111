"""Pip itself: too old for the tags of the wheels."""

import re
from collections.abc import Iterator

from packaging.version import Version

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import known
from tfdoctor.rules import _wheels as wheels
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._rule import PLATFORM, Conclusion, rule
from tfdoctor.rules.platform import architecture
from tfdoctor.versions import dotted

# What a ticket says of pip where it gives no version: "pip (old)", "pip < 19".
_OLD_PIP = re.compile(
    r"\bpip3? *(?:<=?|before|older than|\(?(?:too )?old\b) *(?P<below>\d+(?:\.\d+)*)?|\bold pip\b", re.IGNORECASE
)


@rule("TFD124", PLATFORM)
def pip_too_old(case: Case) -> Iterator[Conclusion]:
    """Pip is too old to know the platform tag of the wheel.

    ## What it checks
    pip's version against the platform tags of the wanted release's wheels; versions that the index offered, where all
    of them carry older tags than the wanted one.

    ## Why it matters
    A pip that does not know a tag ignores the wheel and says "no matching distribution": manylinux2010 (TensorFlow
    1.15 and later) needs pip 19.0, manylinux2014 19.3, manylinux_2_17 without the older name 20.3, macosx_11 20.3.

    ## How to fix it
    `python -m pip install --upgrade pip`, then install again.

    ## Sources
    https://github.com/pypa/manylinux ; https://pip.pypa.io/en/stable/news/
    """
    asked = wheels.failure(case)
    if asked is None or known(case.snapshot.system.libc) == "musl":
        return
    yield from _macos_11_unknown(case)
    python = wheels.python_text(case)
    found = wheels.wheels(wheels.candidates(case, asked), python, case.os or "linux", architecture(case) or "x86_64")
    needs = [need for wheel in found if (need := wheels.pip_needed(case, wheel)) is not None]
    if len(needs) < len(found) or not needs:
        return
    least = min(needs)
    reason = _pip_evidence(case, least) or _offered_evidence(case, asked, least)
    if reason is None:
        return
    yield Conclusion(
        message=f"This pip is too old for the wheels of {asked.text}, which need pip {least} or later.",
        evidence=(
            reason,
            *asked.evidence,
            Evidence(fact="matrix.wheel.platforms", value=", ".join(found[-1].platforms)),
        ),
        remedies=(Remedy(kind="install", text="Upgrade pip, then install again.", requirements=("pip>=20.3",)),),
        confidence="certain" if reason.fact == "interpreter.pip_version" else "likely",
        symptom=asked.logged,
    )


def _macos_11_unknown(case: Case) -> Iterator[Conclusion]:
    """A wheel for macOS 10 that pip refuses on macOS 11 or later: before 20.3 it took them for different systems."""
    system, python, pip = (
        dotted(known(case.snapshot.system.os_version)),
        wheels.python_text(case),
        wheels.pip_version(case),
    )
    if case.os != "macos" or case.arch == "arm64" or system is None or system.major < 11 or not python:
        return
    if pip is not None and pip >= Version("20.3"):
        return
    for event in case.events.of("wheel-refused"):
        tag = re.search(r"-cp(\d+)-\w+-macosx_10_\d+_x86_64\.whl", event["wheel"])
        if tag and tag[1] == python.replace(".", ""):
            yield Conclusion(
                message="This pip does not know that macOS 11 and later take wheels for macOS 10; pip 20.3 does.",
                evidence=(*logged((event,)), Evidence(fact="system.os_version", value=str(system))),
                remedies=(
                    Remedy(kind="install", text="Upgrade pip, then install again.", requirements=("pip>=20.3",)),
                ),
                confidence="certain" if pip is not None else "likely",
                symptom=True,
            )
            return


def _pip_evidence(case: Case, least: Version) -> Evidence | None:
    """Evidence that pip is older than `least`: its version, or the words of a ticket."""
    method = known(case.snapshot.tensorflow.install_method) or ""
    stated = _OLD_PIP.search(method)
    if stated is not None and not (stated["below"] and Version(stated["below"]) > least):
        return Evidence(fact="tensorflow.install_method", value=method, source="ticket")
    pip = wheels.pip_version(case)
    return Evidence(fact="interpreter.pip_version", value=str(pip)) if pip is not None and pip < least else None


def _offered_evidence(case: Case, asked: wheels.Failure, least: Version) -> Evidence | None:
    """Evidence that the index offered nothing that needs so new a pip."""
    if not asked.offered:
        return None
    python = wheels.python_text(case)
    rows = [case.matrix.releases.get(asked.distribution, version) for version in asked.offered]
    tags = [wheel for row in rows if row for wheel in wheels.wheels((row,), python, case.os or "linux", "x86_64")]
    needs = [need for wheel in tags if (need := wheels.pip_needed(case, wheel)) is not None]
    if not needs or max(needs) >= least:
        return None
    return Evidence(
        fact="log", value=f"newest version offered: {max(asked.offered)}", source="the installer's list of versions"
    )
