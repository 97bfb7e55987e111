from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis
from tfdoctor.errors import UsageError
from tfdoctor.facts import (
    ABSENT,
    Accelerators,
    Cpu,
    Distribution,
    Driver,
    Gpu,
    Installation,
    Interpreter,
    Libraries,
    Snapshot,
    System,
    TensorFlow,
    Unknown,
    known,
)
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.locks import Lock
from tfdoctor.plan.mending.gpu import WithGpu
from tfdoctor.plan.mending.gpu import with_gpu as bring
from tfdoctor.plan.mending.mend import mend
from tfdoctor.plan.mending.repair import repair
from tfdoctor.plan.mending.simulate import simulate
from tfdoctor.plan.model import NoPlan, Plan, Situation, Target

REPAIR = Target(repair=True)


def situation(installed: dict[str, str], python: str = "3.9.18", **more: object) -> Situation:
    rows = tuple(Distribution(name=name, version=version, requires=()) for name, version in installed.items())
    version = installed.get("tensorflow")
    facts = {
        "system": System(os="linux", arch="x86_64", libc="glibc", libc_version="2.35"),
        "cpu": Cpu(flags=("avx", "avx2", "fma")),
        "interpreter": Interpreter(version=python, executable="/env/bin/python", environment="venv", machine="x86_64"),
        "installation": Installation(distributions=rows, overlaps=(), leftovers=(), shadows=()),
        "tensorflow": TensorFlow(version=version or ABSENT, distribution="tensorflow" if version else ABSENT),
    } | more
    return Situation(snapshot=Snapshot(**facts))  # type: ignore[arg-type]  # names of fields


def lock(matrix: Matrix, version: str, python: str) -> dict[str, str]:
    found = matrix.locks.get("tensorflow", version, python, "linux-x86_64")
    assert isinstance(found, Lock)
    return {pin.name: pin.version for pin in found.pins}


def test_the_versions_of_a_lock_have_its_basis(matrix: Matrix) -> None:
    pins = lock(matrix, "2.6.5", "3.9")
    healthy = mend(REPAIR, situation(pins), matrix)
    assert isinstance(healthy, Plan)
    assert (healthy.steps, healthy.changes, healthy.basis) == ((), (), "trained")
    broken = mend(REPAIR, situation(pins | {"protobuf": "4.25.8"}), matrix)
    assert isinstance(broken, Plan)
    assert [(row.distribution, row.becomes) for row in broken.changes] == [("protobuf", pins["protobuf"])]
    assert broken.basis == "trained"
    assert {step.interpreter for step in broken.steps} == {"/env/bin/python"}
    assert "TFD440" in broken.steps[0].resolves
    assert f"protobuf=={pins['protobuf']}" in broken.requirements


def test_a_gpu_that_is_used_is_said(matrix: Matrix) -> None:
    gpus = Accelerators(gpus=(Gpu(name="NVIDIA A100", compute_capability="8.0"),))
    plan = mend(REPAIR, situation(lock(matrix, "2.6.5", "3.9"), accelerators=gpus), matrix)
    assert isinstance(plan, Plan)
    assert plan.chosen.gpu == "NVIDIA A100"


def test_what_no_change_of_distributions_cures_is_no_plan(matrix: Matrix) -> None:
    pins = lock(matrix, "2.6.5", "3.9")
    answer = mend(REPAIR, situation(pins, cpu=Cpu(flags=("sse4_2",), model="Intel(R) Celeron(R) N4000")), matrix)
    assert isinstance(answer, NoPlan)
    assert "AVX" in answer.reason.upper()
    assert answer.relax[0].text == "make a new environment and take TensorFlow 1.5.1"
    assert {plan.chosen.version for plan in answer.alternatives} >= {"1.5.1"}
    assert not any(plan.target.repair for plan in answer.alternatives)


@pytest.mark.parametrize("target", [Target(repair=True, extras=("x",)), Target(repair=True, as_of="2021-06")])
def test_a_repair_takes_no_other_wishes(matrix: Matrix, target: Target) -> None:
    with pytest.raises(UsageError, match="--repair"):
        mend(target, situation({}), matrix)


# --- what nobody knows, what cannot be had ------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"installation": Installation(distributions=Unknown(reason="it took too long"))}, "installed: it took too"),
        ({"installation": Installation()}, "does not say what is installed"),
        ({"interpreter": Interpreter()}, "does not say which Python it is about"),
        ({"interpreter": Interpreter(version="banana")}, "'banana' is no version of Python"),
    ],
)
def test_what_nobody_knows_is_no_clean_bill(matrix: Matrix, more: dict[str, Any], reason: str) -> None:
    answer = mend(REPAIR, situation(lock(matrix, "2.6.5", "3.9"), **more), matrix)
    assert isinstance(answer, NoPlan)
    assert reason in answer.reason
    assert answer.alternatives


@pytest.mark.parametrize(
    ("installed", "python", "target", "reason"),
    [
        ({"tensorflow": "2.10.1"}, "3.10.4", "1.15", "TensorFlow 1.15 has no wheel for CPython 3.10 on linux-x86_64"),
        ({"six": "1.17.0"}, "3.14.0", "", "no TensorFlow has a wheel for CPython 3.14"),
        ({"tensorflow": "2.10.1"}, "3.10.4", "2.99", "no release of TensorFlow answers to '2.99'"),
    ],
)
def test_without_a_wheel_a_new_environment_is_offered(
    matrix: Matrix, installed: dict[str, str], python: str, target: str, reason: str
) -> None:
    answer = mend(Target(repair=True, tensorflow=target), situation(installed, python), matrix)
    assert isinstance(answer, NoPlan)
    assert reason in answer.reason
    assert all(plan.chosen.python != "3.14" for plan in answer.alternatives)
    assert answer.alternatives
    assert all(way.text.startswith("make a new environment") for way in answer.relax)


def test_what_is_left_is_not_called_clean(matrix: Matrix) -> None:
    pins = lock(matrix, "2.6.5", "3.9")
    left = mend(REPAIR, situation(pins | {"tf-keras": "2.16.0"}), matrix)
    assert isinstance(left, Plan)
    assert (left.steps, [row.name for row in left.unresolved]) == ((), ["tf-keras-tf-mismatch"])
    assert not any("diagnoses clean" in row.text for row in left.evidence)
    both = mend(REPAIR, situation(pins | {"tf-keras": "2.16.0", "protobuf": "4.25.8", "numpy": "1.19.2"}), matrix)
    assert isinstance(both, Plan)
    assert "clean but for tf-keras-tf-mismatch" in both.evidence[0].text


# --- whose it is --------------------------------------------------------------------------------------


def test_no_installer_is_let_at_the_python_of_the_system(matrix: Matrix) -> None:
    pins = lock(matrix, "2.6.5", "3.9")
    own = Interpreter(version="3.9.2", executable="/usr/bin/python3", environment="system", externally_managed=True)
    answer = mend(REPAIR, situation(pins | {"protobuf": "4.25.8"}, interpreter=own), matrix)
    assert isinstance(answer, NoPlan)
    assert "/usr/bin/python3 is managed by its system" in answer.reason
    assert "no installer is to change protobuf there" in answer.reason
    assert answer.alternatives[0].chosen.version == "2.6.5"
    healthy = mend(REPAIR, situation(pins, interpreter=own), matrix)
    assert isinstance(healthy, Plan)
    assert healthy.steps == ()


def altered(base: Situation, name: str, **facts: object) -> Situation:
    rows = known(base.snapshot.installation.distributions) or ()
    changed = tuple(msgspec.structs.replace(item, **facts) if item.name == name else item for item in rows)
    installation = msgspec.structs.replace(base.snapshot.installation, distributions=changed)
    return Situation(snapshot=msgspec.structs.replace(base.snapshot, installation=installation))


def test_owners_of_what_changes_are_named(matrix: Matrix) -> None:
    pins = lock(matrix, "2.6.5", "3.9") | {"protobuf": "4.25.8", "numpy": "2.0.2"}
    base = altered(altered(situation(pins), "protobuf", installer="conda"), "six", installer="conda")
    plan = mend(REPAIR, altered(base, "numpy", editable=True, location="/src/numpy"), matrix)
    assert isinstance(plan, Plan)
    text = " ".join(plan.notes)
    assert "protobuf was installed by conda" in text
    assert "numpy is an editable installation of /src/numpy" in text
    both = altered(altered(situation(pins), "protobuf", installer="conda"), "numpy", installer="conda", editable=True)
    plan = mend(REPAIR, both, matrix)
    assert isinstance(plan, Plan)
    text = " ".join(plan.notes)
    assert "numpy and protobuf were installed by conda" in text
    assert "numpy is an editable installation:" in text


# --- the GPU ------------------------------------------------------------------------------------------


def with_gpu(
    matrix: Matrix, version: str = "2.10.1", python: str = "3.10", *more: tuple[str, str], driver: str = "535.104.05"
) -> Situation:
    pins = lock(matrix, version, python) | dict(more)
    gpu = Gpu(name="NVIDIA GeForce RTX 3090", compute_capability="8.6")
    facts = TensorFlow(version=version, distribution="tensorflow", path="/env/site/tensorflow", cuda_build=True)
    return situation(
        pins,
        f"{python}.4",
        accelerators=Accelerators(gpus=(gpu,), driver=Driver(version=driver)),
        libraries=Libraries(copies=(), toolkits=(), cudnn=(), search=(), tools=()),
        tensorflow=facts,
        environ=(),
    )


def test_gpu_libraries_that_are_missing_are_brought(matrix: Matrix) -> None:
    before = with_gpu(matrix)
    assert "cuda-libs-missing" in {one.name for one in diagnose(before.snapshot, matrix).findings}
    plan = mend(REPAIR, before, matrix)
    assert isinstance(plan, Plan)
    assert (plan.chosen.accelerator, plan.chosen.version, plan.chosen.cuda_source) == ("gpu", "2.10.1", "nvidia-wheels")
    assert {step.kind for step in plan.steps} == {"install", "link", "set-variable"}
    assert "TFD301" in plan.steps[0].resolves
    assert all(line.startswith("nvidia-") for line in plan.steps[0].requirements)
    assert set(plan.steps[0].requirements) <= set(plan.requirements)
    assert {row.about for row in plan.evidence} == {"closure", "gpu libraries", "gpu code"}
    assert plan.unresolved == ()
    assert "loader then opens is not simulated" in " ".join(plan.notes)
    again = mend(REPAIR, Situation(snapshot=simulate(before.snapshot, plan.steps, matrix)), matrix)
    assert isinstance(again, Plan)
    assert again.steps == ()


def test_the_gpu_is_left_out_where_the_user_says_so(matrix: Matrix) -> None:
    plan = mend(Target(repair=True, accelerator="cpu"), with_gpu(matrix), matrix)
    assert isinstance(plan, Plan)
    assert (plan.steps, plan.unresolved, plan.chosen.accelerator) == ((), (), "cpu")
    assert "The GPU is left out, as you ask." in plan.notes


def test_a_driver_that_is_too_old_is_no_plan_and_nothing_is_said_twice(matrix: Matrix) -> None:
    answer = mend(REPAIR, with_gpu(matrix, driver="390.48"), matrix)
    assert isinstance(answer, NoPlan)
    sentences = [part for part in answer.reason.split("(") if part]
    assert len(sentences) == len(set(sentences))
    insisted = mend(Target(repair=True, accelerator="gpu"), with_gpu(matrix, driver="390.48"), matrix)
    assert isinstance(insisted, NoPlan)
    assert "driver" in insisted.reason


def test_libraries_of_another_program_are_not_taken_from_it(matrix: Matrix) -> None:
    before = with_gpu(matrix, "2.10.1", "3.10", ("torch", "1.13.1"), ("nvidia-cudnn-cu11", "8.5.0.96"))
    before = altered(before, "torch", requires=("nvidia-cudnn-cu11==8.5.0.96",))
    answer = mend(REPAIR, before, matrix)
    assert isinstance(answer, NoPlan)
    assert "torch 1.13.1 requires nvidia-cudnn-cu11==8.5.0.96" in answer.reason


def cpu_only(base: Situation) -> Situation:
    rows = known(base.snapshot.installation.distributions) or ()
    renamed = tuple(
        msgspec.structs.replace(item, name="tensorflow-cpu") if item.name == "tensorflow" else item for item in rows
    )
    installation = msgspec.structs.replace(base.snapshot.installation, distributions=renamed)
    facts = msgspec.structs.replace(base.snapshot.tensorflow, distribution="tensorflow-cpu", cuda_build=False)
    return Situation(snapshot=msgspec.structs.replace(base.snapshot, installation=installation, tensorflow=facts))


def no_gpu(base: Situation) -> Situation:
    return Situation(snapshot=msgspec.structs.replace(base.snapshot, accelerators=Accelerators(gpus=())))


def of_conda(base: Situation) -> Situation:
    return altered(base, "tensorflow", installer="conda")


@pytest.mark.parametrize(
    ("change", "reason"),
    [(cpu_only, "has no code for a GPU"), (no_gpu, "no NVIDIA GPU"), (of_conda, "its GPU libraries come from conda")],
)
def test_a_gpu_that_cannot_be_had_is_no_plan_where_the_user_insists(
    matrix: Matrix, change: Callable[[Situation], Situation], reason: str
) -> None:
    answer = mend(Target(repair=True, accelerator="gpu"), change(with_gpu(matrix)), matrix)
    assert isinstance(answer, NoPlan)
    assert reason in answer.reason


def test_libraries_are_brought_to_a_machine_of_which_nothing_is_known_where_the_user_insists(matrix: Matrix) -> None:
    unseen = msgspec.structs.replace(with_gpu(matrix).snapshot, libraries=Libraries(), accelerators=Accelerators())
    plan = mend(Target(repair=True, accelerator="gpu"), Situation(snapshot=unseen), matrix)
    assert isinstance(plan, Plan)
    assert plan.steps[0].kind == "install"
    assert plan.chosen.cuda == "11.8"


def test_nothing_is_said_of_a_gpu_that_nobody_misses(matrix: Matrix) -> None:
    plan = mend(Target(repair=True, accelerator="cpu"), situation(lock(matrix, "2.6.5", "3.9")), matrix)
    assert isinstance(plan, Plan)
    assert not any("GPU" in note for note in plan.notes)


def test_libraries_that_are_there_are_not_brought_again(matrix: Matrix) -> None:
    before = with_gpu(matrix)
    found = repair(before.snapshot, matrix)
    well = replace(found, after=Diagnosis(findings=(), skipped=()))
    assert bring(well, before, matrix, insist=True) == WithGpu(well)


def test_libraries_that_only_conda_has_are_no_repair(matrix: Matrix) -> None:
    t4 = Accelerators(gpus=(Gpu(name="Tesla T4", compute_capability="7.5"),), driver=Driver(version="535.104.05"))
    before = msgspec.structs.replace(with_gpu(matrix, "2.3.4", "3.8").snapshot, accelerators=t4)
    answer = mend(REPAIR, Situation(snapshot=before), matrix)
    assert isinstance(answer, NoPlan)
    assert "the GPU libraries of TensorFlow 2.3.4 on Python 3.8 cannot be had with pip" in answer.reason
    assert answer.alternatives[0].chosen.cuda_source == "conda"
