"""Described machines with the right choice or the right reason, as written by hand in machines.toml."""

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from tfdoctor.diagnose import diagnose
from tfdoctor.facts import known
from tfdoctor.matrix import Matrix
from tfdoctor.plan.choice.choose import plan
from tfdoctor.plan.mending.simulate import simulate
from tfdoctor.plan.model import Accelerator, Answer, NoPlan, Plan, Python, Situation, Target
from tfdoctor.tickets.machine import described, read_machine
from tfdoctor.versions import Dotted, dotted

MATRIX = Matrix.locate()


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One machine of machines.toml; what is empty is not settled."""

    name: str
    machine: str
    outcome: Literal["plan", "none"]
    why: str
    target: str = ""
    python_wish: str = ""
    accelerator_wish: Accelerator | None = None
    as_of: str = ""
    version: str = ""
    distribution: str = ""
    python: str = ""
    accelerator: str = ""
    gpu: str = ""
    cuda: str = ""
    source: str = ""
    constraint: str = ""
    nearest: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    machine: tuple[Case, ...]


CASES = msgspec.toml.decode(Path(__file__).with_name("machines.toml").read_bytes(), type=File).machine
_PIP = {"extra": "pip", "nvidia-wheels": "pip"}


@cache
def answer(case: Case) -> Answer:
    machine = read_machine(case.machine, MATRIX)
    pythons = tuple(Python(version=version, path="", origin="described") for version in machine.pythons)
    target = Target(
        tensorflow=case.target, python=case.python_wish, accelerator=case.accelerator_wish, as_of=case.as_of
    )
    return plan(target, Situation(snapshot=machine.snapshot, pythons=pythons or None), MATRIX)


def said(found: Answer) -> str:
    """Everything that the answer says, as one text."""
    return msgspec.json.encode(found).decode()


def choice(found: Answer, like: Case) -> dict[str, str]:
    """Of a choice, what the case settles."""
    if isinstance(found, NoPlan):
        return {"outcome": "none", "reason": found.reason}
    chosen = found.chosen
    source = chosen.cuda_source or ""
    mine = {
        "version": chosen.version,
        "distribution": chosen.distribution,
        "python": chosen.python,
        "accelerator": chosen.accelerator,
        "gpu": chosen.gpu_code or "",
        "cuda": chosen.cuda or "",
        "source": _PIP.get(source, source) if like.source == "pip" else source,
    }
    return {"outcome": "plan"} | {key: value for key, value in mine.items() if getattr(like, key)}


def settled(case: Case) -> dict[str, str]:
    keys = ("version", "distribution", "python", "accelerator", "gpu", "cuda", "source")
    return {"outcome": "plan"} | {key: getattr(case, key) for key in keys if getattr(case, key)}


def waits_for_locks(found: Answer) -> bool:
    """Whether a better answer was rejected only because its closure is not yet in the table of locks."""
    return "no set of pins is known" in said(found)


@pytest.mark.parametrize("case", [case for case in CASES if case.outcome == "plan"], ids=lambda case: case.name)
def test_the_right_choice(case: Case) -> None:
    found = answer(case)
    if choice(found, case) != settled(case) and waits_for_locks(found):
        pytest.xfail("waits for locks")
    assert choice(found, case) == settled(case), case.why
    assert isinstance(found, Plan)
    assert found.requirements
    assert found.steps
    for word in case.words:
        assert word.lower() in said(found).lower(), f"{word!r} is not said; {case.why}"


@pytest.mark.parametrize("case", [case for case in CASES if case.outcome == "none"], ids=lambda case: case.name)
def test_the_right_reason(case: Case) -> None:
    found = answer(case)
    assert isinstance(found, NoPlan), case.why
    reasons = " ".join([found.reason, *(relaxation.text for relaxation in found.relax)])
    for word in case.words:
        assert word.lower() in reasons.lower(), f"{word!r} is not a reason, but {reasons!r}; {case.why}"
    if case.constraint:
        assert any(case.constraint in relaxation.constraints for relaxation in found.relax), case.why
    nearest = {alternative.chosen.version for alternative in found.alternatives}
    assert set(case.nearest) <= nearest, case.why
    assert found.relax or found.alternatives or case.accelerator_wish, case.why


# What the rules say of a GPU that a plan does not use, and why it does not.
UNUSED = {"driver-too-old", "gpu-cc-too-old", "gpu-cc-too-new", "cpu-only-package-installed"}


@pytest.mark.parametrize("case", [case for case in CASES if case.outcome == "plan"], ids=lambda case: case.name)
def test_the_rules_find_no_error_in_what_is_planned(case: Case) -> None:
    found = answer(case)
    assert isinstance(found, Plan)
    after = simulate(described(case.machine, MATRIX), found.steps, MATRIX)
    findings = diagnose(after, MATRIX).findings
    errors = {item.name for item in findings if item.severity == "error"}
    assert errors <= (UNUSED if found.chosen.accelerator == "cpu" else set())
    if found.chosen.accelerator == "gpu":
        warned = {item.name for item in findings if item.severity == "warning"}
        assert ("gpu-cc-too-new" in warned) == (found.chosen.gpu_code == "ptx")


WISHES = [
    Target(tensorflow=tensorflow, accelerator=accelerator)
    for accelerator in (None, "gpu", "cpu")
    for tensorflow in ("2.13", ">=2.10,<2.13", "2.0", "1.15", "3.0")
]


@pytest.mark.parametrize(
    ("case", "wish"),
    list(zip(CASES[::5], WISHES, strict=False)),
    ids=lambda item: item.name if isinstance(item, Case) else item.tensorflow,
)
def test_whatever_is_asked_the_choice_fits_or_there_is_a_way_out(case: Case, wish: Target) -> None:
    read = read_machine(case.machine, MATRIX)
    system, gpus = read.snapshot.system, known(read.snapshot.accelerators.gpus) or ()
    found = plan(wish, Situation(snapshot=read.snapshot), MATRIX)
    if isinstance(found, NoPlan):
        assert found.reason.rstrip() == found.reason != ""
        assert found.relax or found.alternatives
        return
    chosen = found.chosen
    release = MATRIX.releases.get(chosen.distribution, chosen.version)
    assert release is not None
    build = release.build(chosen.os, chosen.arch)
    assert chosen.os == (known(system.os) or "linux")
    assert release.wheel(chosen.python, chosen.os, chosen.arch)
    assert wish.accelerator in {None, chosen.accelerator}
    glibc, floor = dotted(known(system.libc_version)), dotted(build.glibc if build else None)
    assert glibc is None or floor is None or floor <= glibc
    if chosen.accelerator == "gpu":
        least = min(Dotted(text) for text in (build.sass or () if build else ()))
        assert any(least <= Dotted(known(gpu.compute_capability) or "0") for gpu in gpus)
    names = [row.partition("==")[0] for row in found.requirements]
    assert len(names) == len(set(names))


def test_the_machines_are_many_and_each_is_another() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
    assert len(
        {(case.machine, case.target, case.accelerator_wish, case.python_wish, case.as_of) for case in CASES}
    ) == len(CASES)
