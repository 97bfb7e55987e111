"""What an upgrade brings, the likeliest first: the kind of trouble, what title and code name, and facts decide."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from tfdoctor.diagnosis import Confidence
from tfdoctor.facts import Gpu, known
from tfdoctor.logs.complaint import Complaint, read, stalled
from tfdoctor.matrix.api import Change
from tfdoctor.rules._gpus import nvidia
from tfdoctor.rules.drift._calls import Use
from tfdoctor.rules.drift._cause import Cause
from tfdoctor.rules.drift._running import Running, after
from tfdoctor.versions import Dotted, dotted

# Messages that are printed whatever happens: a log of these tells no cause.
NOTICES: Final = frozenset({
    "answer", "cpu-feature-notice", "cpu-flags", "cpu-model", "cudnn-loaded", "frame", "gpu-found",
    "gpu-works", "import-statement", "installed-version", "library-opened", "no-gpu-notice", "numa-node",
    "optional-library-missing", "plugin-loading", "plugin-registered-twice", "running-on", "site-path",
    "keras2-speaking", "keras3-speaking", "metrics-listed", "nvidia-smi", "system",
})  # fmt: skip
# Names that code calls or gives as strings, wherever they come from: Adam(1e-4), optimizer="adadelta".
_MENTIONED: Final = re.compile(r"(?:(?<=['\"])|\b)([A-Za-z_]\w{1,60})(?:(?=['\"])|\s?\()")
_LONGEST: Final = 50_000  # characters of code
_ORDINARY: Final = frozenset({"accuracy", "model", "input", "fit", "compile", "dense"})  # words, not names, in titles
# What programs use without naming it: a part of one that does not is no sign against a change.
_EVERYWHERE: Final = ("tf.keras.Model", "tf.keras.initializers.")
_SURE: Final = 4  # points from which a cause is likely: it is named, and the kind of trouble fits
_NAMED: Final = 3


@dataclass(frozen=True)
class Told:
    """What a case tells beside its versions: the complaint, and the names that its code uses."""

    complaint: Complaint
    names: frozenset[str]  # last names of what the code uses, in lower case
    arguments: frozenset[str]


def told(view: Running, used: tuple[Use, ...]) -> Told:
    """Return what title, versions in words, log and code tell."""
    facts = view.case.snapshot
    upgrade = known(facts.upgrade)
    words = [known(upgrade.before), known(upgrade.after)] if upgrade is not None else []
    complaint = read(known(facts.title) or "", *(word or "" for word in words))
    if stalled(known(facts.log) or ""):
        complaint = Complaint(complaint.kinds | {"results"}, complaint.signs | {"stalls"}, complaint.text)
    names = {part.lower() for use in used for part in (use.name, *use.keywords)}
    names |= {match[1].lower() for match in _MENTIONED.finditer((known(facts.code) or "")[:_LONGEST])}
    return Told(complaint, frozenset(names), frozenset(name for use in used for name in use.keywords))


def upgraded(view: Running, used: tuple[Use, ...]) -> Iterator[Cause]:
    """Yield what an upgrade is known to change, the likeliest first, where the ticket shows no message of it.

    Without a stated upgrade a change of the running release is yielded where the title names it and its kind.
    """
    facts = view.case.snapshot
    said = told(view, used)
    quiet = NOTICES | {"onednn-notice"} if said.complaint.kinds else NOTICES
    loud = any(event.kind not in quiet for event in view.case.events)
    if loud or known(facts.transfer) is not None or known(facts.load) is not None:
        return
    stated = view.before is not None or view.keras_before is not None or view.standalone
    scored: dict[str, tuple[int, Cause]] = {}
    for row in view.case.matrix.api.changes:
        points, reasons, named = weigh(row, said)
        left = stated and named and _left(view, row)
        plain = left or (stated and _crossed(view, row) and (named or not (row.named or row.given)))
        if not _fits(view, row, said) or not (plain or (not stated and _runs(view, row) and points >= _SURE)):
            continue
        sure = points >= _SURE
        confidence: Confidence = "likely" if sure else "possible"
        path = after(row.until) if left and row.until else row.since
        cause = Cause(name=row.finding, path=path, row=row, confidence=confidence, told=reasons)
        best = scored.get(row.finding)
        if best is None or points > best[0]:
            scored[row.finding] = (points, cause)
    yield from _ranked(list(scored.values()))


def _ranked(scored: list[tuple[int, Cause]]) -> Iterator[Cause]:
    def place(item: tuple[int, Cause]) -> tuple[int, int]:
        row = item[1].row
        return -item[0], -row.threads if isinstance(row, Change) else 0

    for rank, (_, cause) in enumerate(sorted(scored, key=place)):
        yield replace(cause, rank=rank)


def weigh(row: Change, said: Told) -> tuple[int, tuple[str, ...], bool]:
    """Return the points of a change, what they are given for, and whether title or code names it.

    The kind of trouble counts 2 for or against; a name in the title 3, in code 2 (and code without one -2); the look of
    the results 1; a change that says so itself in a log loses 1 where it does not.
    """
    points, reasons = 0, []
    if said.complaint.kinds:
        fits = row.effect in said.complaint.kinds
        points += 2 if fits else -2
        reasons += [_KINDS[row.effect]] if fits else []
    titled = [name for name in _names(row) if said.complaint.names(name)]
    if titled:
        points += _NAMED + (len(titled) > 1)
        reasons.append(f"the title names {titled[0].rstrip('*')}")
    coded = _in_code(row, said)
    if coded:
        points += 2
        reasons.append(f"the code uses {coded}")
    elif said.names and row.subjects and not row.subjects[0].startswith(_EVERYWHERE):
        points -= 2
    if row.signs and said.complaint.kinds:
        points += 1 if said.complaint.signs.intersection(row.signs) else -1
    if "stalls" in row.signs and "stalls" in said.complaint.signs:
        points += 1
        reasons.append("training hardly moves")
    return points - row.warned, tuple(reasons), bool(titled or coded)


_KINDS: Final = {
    "results": "the complaint is of results", "speed": "the complaint is of speed",
    "memory": "the complaint is of memory", "raises": "the complaint is of a failure",
    "warns": "the complaint is of a warning",
}  # fmt: skip


def _in_code(row: Change, said: Told) -> str:
    """The first name of a change that the code uses, "" for none."""
    if row.given and not said.arguments.intersection(row.arguments):
        return ""
    mine = {name.rpartition(".")[2].lower() for name in row.subjects} | {word for word in row.words if " " not in word}
    return min(mine & said.names, default="")


def _names(row: Change) -> tuple[str, ...]:
    """How a change is named: the last parts of its subjects, its arguments, and the words for it."""
    own = () if row.given else (name.rpartition(".")[2] for name in row.subjects)
    plain = (name for name in own if name.lower() not in _ORDINARY)
    return tuple(dict.fromkeys((*plain, *row.arguments, *row.words)))


def _crossed(view: Running, row: Change) -> bool:
    """Whether the upgrade passes a change, and does not end behind its last release."""
    if row.until is not None and view.since(after(row.until)):
        return False
    if view.standalone:
        return bool(row.standalone) and (view.since(row.since) or view.tensorflow is None)
    return row.standalone != "only" and view.crossed(row.since) and not _later(view, row)


def _left(view: Running, row: Change) -> bool:
    """Whether the upgrade leaves a change of results behind: what it did is done no more."""
    if row.until is None or row.effect != "results" or row.standalone == "only" or view.before is None:
        return False
    return view.before.since(row.since) and view.before.before(after(row.until)) and view.crossed(after(row.until))


def _later(view: Running, row: Change) -> bool:
    """Whether the trouble was there before the change: "to 2.10 - 2.12" was seen with 2.10 already."""
    return view.after is not None and len(view.after.low) > 1 and not view.after.since(row.since)


def _runs(view: Running, row: Change) -> bool:
    """Whether the running release is known to have a change."""
    ended = row.until is not None and view.since(after(row.until))
    return row.standalone != "only" and view.since(row.since) and not ended


def _fits(view: Running, row: Change, said: Told) -> bool:
    """Whether the machine can show a change: its architecture, its GPU."""
    if row.machine:
        return view.case.arch in {row.machine, "arm64"} and view.case.os in {"linux", None}
    if row.gpu:
        return any(_capable(view, gpu) for gpu in nvidia(view.case)) or said.complaint.names("tf32")
    return True


def _capable(view: Running, gpu: Gpu) -> bool:
    stated = known(gpu.compute_capability) or view.case.matrix.gpus.compute_capability(known(gpu.name) or "")
    found = dotted(stated)
    return found is not None and found >= Dotted("8.0")


# What code alone lets expect, and no change of the table tells the kind of.
_OTHER: Final = {"rnn-cudnn-not-usable": "speed"}


def beside(
    view: Running, used: tuple[Use, ...], shown: tuple[Cause, ...], brought: tuple[Cause, ...]
) -> Iterator[Cause]:
    """Yield what log and code show; where the complaint is of another kind, after what the upgrade brings.

    Without anything shown it is what the upgrade brings.
    """
    kinds = told(view, used).complaint.kinds
    effects = {row.finding: row.effect for row in view.case.matrix.api.changes}
    off = [cause for cause in shown if (effects.get(cause.name) or _OTHER.get(cause.name, "raises")) not in kinds]
    if not shown:
        yield from brought
    elif not kinds or any(cause.events for cause in shown) or len(off) < len(shown) or not _sure(brought):
        yield from shown
    else:
        names = {cause.name for cause in brought}
        yield from brought
        for number, cause in enumerate(one for one in shown if one.name not in names):
            yield replace(cause, confidence="possible", rank=len(brought) + number)


def _sure(causes: tuple[Cause, ...]) -> bool:
    return any(cause.confidence != "possible" for cause in causes)
