"""The answer in one sentence, as people ask for it: does it load there?"""

from typing import Final

from tfdoctor.model.findings import NAMES
from tfdoctor.model.judge.verdict import Outcome
from tfdoctor.render.model.facts import FORMATS
from tfdoctor.render.model.view import JudgedView, ModelView, TargetView, WayView

_LOADS: Final[frozenset[Outcome]] = frozenset({"loads", "differs"})


def target_name(row: TargetView) -> str:
    """Return what a target is, in one line."""
    keras = "tf-keras with TF_USE_LEGACY_KERAS=1" if row.legacy else f"Keras {row.keras}"
    python = f", Python {row.python}" if row.python else ""
    where = f", {row.executable}" if row.executable else ""
    return f"TensorFlow {row.tensorflow}, {keras}{python}{where}"


def headline(answer: ModelView) -> str:
    """Return the answer in one sentence."""
    kind = FORMATS[answer.subject.format]
    if not answer.targets:
        return f"A {kind}"
    if len(answer.targets) == 1:
        return sentence(answer.targets[0])
    way = next((cell.way for row in answer.targets for cell in row.ways), None)
    if way is None:
        return "Nothing is known of loading this format there"
    loading = [row for row in answer.targets if any(c.way == way and c.outcome in _LOADS for c in row.ways)]
    return f"{NAMES[way]} loads it in {len(loading)} of {len(answer.targets)} places"


def sentence(row: JudgedView) -> str:
    """Return what is said of one target: which ways load the model."""
    where = f"TensorFlow {row.target.tensorflow}" + (" with tf-keras" if row.target.legacy else "")
    if not row.ways:
        return f"Nothing is known of loading this format in {where}"
    loading = [NAMES[way.way] for way in row.ways if way.outcome in _LOADS]
    unknown = [NAMES[way.way] for way in row.ways if way.outcome == "undecided"]
    differs = any(way.outcome == "differs" for way in row.ways)
    if len(loading) == len(row.ways):
        return f"It loads in {where}" + (", but not by every way as it was saved" if differs else "")
    if loading:
        return f"In {where} it loads with {_listed(loading)} only"
    if unknown:
        return f"Whether it loads in {where}, the files do not tell"
    return f"It does not load in {where}"


def raised(row: WayView) -> str:
    """Return what the loader says, as far as it is predicted: a message that goes on shows it."""
    said = ": ".join(part for part in (row.error, row.message) if part)
    return f"{said.rstrip()} ..." if said.rstrip().endswith(("=", ":", "(", "<", ",")) else said


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
