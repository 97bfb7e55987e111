"""Apple's plug-in tensorflow-metal, where results differ from those of the CPU."""

import re
from collections.abc import Iterator

from tfdoctor.facts import known
from tfdoctor.logs.complaint import read
from tfdoctor.rules.drift._cause import Cause
from tfdoctor.rules.drift._running import Running

_PLUGIN = re.compile(r"(?i)\bmetal\b|tensorflow-metal")
_APPLE = re.compile(r"(?i)apple silicon|\bm[1-9](?: (?:pro|max|ultra))?\b|\bmetal\b|\bmac(?:s|os|book)?\b|\bgpu\b")


def metal(view: Running) -> Iterator[Cause]:
    """Yield the cause where the plug-in is there and the complaint is of results.

    It is there where it is installed or named, or may be on a Mac: where the title speaks of a GPU or of Apple's
    chips, or an Apple chip is stated and no upgrade.
    """
    case = view.case
    if case.os not in {"macos", None} or case.arch == "x86_64":
        return
    upgrade = known(case.snapshot.upgrade)
    sides = [known(upgrade.before) or "", known(upgrade.after) or ""] if upgrade is not None else []
    title = known(case.snapshot.title) or ""
    complaint = read(title)
    installed = case.has("tensorflow-metal") is True
    named = any(_PLUGIN.search(text) for text in (title, *sides))
    alone = case.arch in {"arm64", "aarch64"} and upgrade is None
    on_mac = case.os == "macos" and (alone or any(_APPLE.search(text) for text in (title, *sides)))
    against_cpu = any(re.search(r"(?i)\bcpu\b", text) for text in (title, *sides))
    if not (installed or named or on_mac):
        return
    if "results" in complaint.kinds or (against_cpu and complaint.kinds <= {"results"} and (installed or named)):
        sure = installed or named
        yield Cause(
            name="metal-numerics", path="", confidence="likely" if sure else "possible", told=("the GPU of a Mac",)
        )
