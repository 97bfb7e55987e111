import pytest

from tfdoctor.errors import UsageError
from tfdoctor.facts import (
    ABSENT,
    Accelerators,
    Cpu,
    Distribution,
    Gpu,
    Installation,
    Interpreter,
    Snapshot,
    System,
    TensorFlow,
)
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.locks import Lock
from tfdoctor.plan.mend import mend
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
    assert answer.relax[0].text == "make a new environment"
    assert {plan.chosen.version for plan in answer.alternatives} >= {"1.5.1"}
    assert not any(plan.target.repair for plan in answer.alternatives)


@pytest.mark.parametrize("target", [Target(repair=True, extras=("x",)), Target(repair=True, as_of="2021-06")])
def test_a_repair_takes_no_other_wishes(matrix: Matrix, target: Target) -> None:
    with pytest.raises(UsageError, match="--repair"):
        mend(target, situation({}), matrix)
