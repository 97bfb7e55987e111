"""The answer in one sentence: why does it work there and not here?"""

from typing import Final

from tfdoctor.tickets.compare.model import Comparison, Difference, Experiments, Only, Origin, Uncompared
from tfdoctor.tickets.compare.roots import rests

_MANY = 3
_NAMES = {
    "tensorflow.version": "TensorFlow", "tensorflow.distribution": "TensorFlow's distribution",
    "tensorflow.cuda_build": "TensorFlow with CUDA", "interpreter.version": "Python",
    "interpreter.bits": "bits of Python", "accelerators.gpus": "GPU",
    "accelerators.gpus.compute_capability": "compute capability", "accelerators.driver.version": "driver",
    "libraries.libcudnn": "cuDNN", "libraries.cudnn": "cuDNN", "libraries.toolkits": "CUDA toolkit",
    "keras_config.backend": "backend in keras.json", "cpu.features": "CPU features", "system.os": "system",
    "system.arch": "architecture", "system.memory": "memory", "cpu.count": "CPUs",
}  # fmt: skip


def headline(comparison: Comparison) -> str:
    """Return the answer; `comparison` has everything but it."""
    found = measured(comparison.experiments) if comparison.experiments else ""
    return f"{_facts(comparison)} {found}".strip()


def measured(found: Experiments) -> str:
    """Return what experiments say in one sentence; "" where none ran on both sides."""
    total = len(found.same) + len(found.near) + len(found.differences)
    if not total:
        return ""
    if not found.differences:
        return f"{total} experiments give the same numbers." if total > 1 else "One experiment gives the same numbers."
    parts = []
    known = len(found.of("releases"))
    if known:
        which = "all" if known == len(found.differences) else str(known)
        parts.append(f"{which} as TensorFlow {found.a.reference} and {found.b.reference} do elsewhere")
    for origin, said in _ORIGINS.items():
        rows = found.of(origin)
        if rows:
            more = ", ..." if len(rows) > _MANY else ""
            parts.append(f"{len(rows)} {said} ({', '.join(row.experiment for row in rows[:_MANY])}{more})")
    count = "one gives" if len(found.differences) == 1 else f"{len(found.differences)} give"
    return f"Of {total} experiments {count} other numbers: {'; '.join(parts)}."


_ORIGINS: Final[dict[Origin, str]] = {
    "a": "A's own", "b": "B's own", "both": "of their own on both sides", "unknown": "that are not known elsewhere",
}  # fmt: skip


def _facts(comparison: Comparison) -> str:
    """The answer of what is known without experiments."""
    blamed = [row for row in comparison.only if row.finding.severity != "note"]
    if blamed:
        return _found(blamed, comparison.differences, comparison.uncompared)
    certain, suspects, harmless = (comparison.of(name) for name in ("certain", "suspicious", "harmless"))
    known = "" if not comparison.common else f"; both have {', '.join(comparison.common[:_MANY])}"
    if certain:
        return f"{against(certain[0])}. {certain[0].grounds[0].text}{known}."
    if suspects:
        more = f" and {len(suspects) - _MANY} more" if len(suspects) > _MANY else ""
        said = "; ".join(map(against, suspects[:_MANY]))
        return f"No finding tells A and B apart{known}. What may: {said}{more}."
    if harmless:
        number = len(harmless)
        return f"Only harmless things differ ({number}){known}."
    if not comparison.same and comparison.experiments is None:
        return "Nothing is known of both: there is nothing to compare."
    if not comparison.same:
        return ""
    facts = "one fact that is" if comparison.same == 1 else f"{comparison.same} facts that are"
    return f"A and B do not differ in the {facts} known of both{known}."


def against(difference: Difference) -> str:
    """Return a difference as "numpy 1.26.4 in A, 2.1.0 in B"."""
    return f"{name(difference.fact)}: {_value(difference.a)} in A, {_value(difference.b)} in B"


def name(fact: str) -> str:
    """Return a fact in short: the name of a distribution or a variable stands for itself."""
    head, _, rest = fact.partition(".")
    return rest if head in {"distributions", "environ"} and rest else _NAMES.get(fact, fact)


def _value(text: str | None) -> str:
    return "none" if text is None else text if len(text) <= 60 else f"{text[:57]}..."


def _instead(fact: str, here: str | None, there: str | None, other: str) -> str:
    """Return what one side has instead of the other's."""
    own = f"no {fact}" if here is None else f"{fact} {_value(here)}"
    return f"{own} where {other} has {_value(there)}"


def _found(blamed: list[Only], differences: tuple[Difference, ...], unknown: tuple[Uncompared, ...]) -> str:
    first = blamed[0]
    here, there = first.side.upper(), "B" if first.side == "a" else "A"
    state = "is broken" if first.finding.verdict == "broken" else "is not as it should be"
    state = "cannot import TensorFlow" if first.stops else state
    by_fact = {row.fact: row for row in differences}
    roots = [by_fact[fact] for fact in first.facts if fact in by_fact]
    text = f"{here} {state} ({first.finding.name})"
    if roots:
        causes = "; ".join(
            _instead(name(row.fact), *((row.a, row.b) if first.side == "a" else (row.b, row.a)), there)
            for row in roots[:_MANY]
        )
        text += f": {causes}"
    else:
        silent = (fact for row in unknown if row.unknown != first.side for fact in row.facts)
        missing = [name(fact) for fact in silent if rests(first.finding, fact)]
        text += f": of {there} it is not known: {', '.join(missing[:_MANY])}" if missing else ""
    if first.undecided:
        text += f" ({there} could not be judged in this)"
    others = [row for row in blamed if row.side != first.side and row.finding.severity == "error"]
    if others:
        text += f". {there} has its own error: {others[0].finding.name}"
    return f"{text}."
