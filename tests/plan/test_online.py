from packaging.requirements import Requirement
from packaging.version import Version

from tfdoctor.facts import Distribution, Installation, Interpreter, Snapshot, System
from tfdoctor.matrix import Matrix
from tfdoctor.plan.machine import Machine
from tfdoctor.plan.mending.mend import mend
from tfdoctor.plan.model import Plan, Situation, Target
from tfdoctor.plan.online import answered
from tfdoctor.plan.online import ask as question

from .conftest import Asker


def test_what_is_asked_keeps_tensorflow_the_user_and_every_measured_bound(ask: Asker, matrix: Matrix) -> None:
    plan = ask(
        "ubuntu 22.04, python 3.9", tensorflow="2.6", extras=("keras-tuner",), requirements=("tensorflow<3", "pandas")
    )
    assert isinstance(plan, Plan)
    wanted = question(plan, Machine(Snapshot(system=System(libc="glibc", libc_version="2.35")), matrix), matrix)
    assert wanted.requirements == ("tensorflow==2.6.5", "keras-tuner", "pandas")
    assert wanted.preferred == plan.requirements
    assert (wanted.python, wanted.platform, wanted.system) == ("3.9", "linux-x86_64", "2.35")
    protobuf = [Requirement(line).specifier for line in wanted.constraints if line.startswith("protobuf")]
    assert not all(specifier.contains(Version("99.0")) for specifier in protobuf)  # nor what is to come
    assert not all(specifier.contains(Version("4.25.8")) for specifier in protobuf)
    assert all(specifier.contains(Version("3.19.6")) for specifier in protobuf)


def test_the_answer_becomes_the_plan(ask: Asker) -> None:
    plan = ask("ubuntu 22.04, python 3.9", tensorflow="2.6", extras=("no-such-thing",))
    assert isinstance(plan, Plan)
    assert [row.name for row in plan.unresolved] == ["no-such-thing"]
    known = answered(plan, (*plan.requirements, "no-such-thing==1.0", "its-own==2.0"), {})
    assert {"no-such-thing==1.0", "its-own==2.0", "tensorflow==2.6.5"} <= set(known.requirements)
    assert known.steps[-1].requirements == known.requirements
    assert known.unresolved == ()
    assert known.basis == "resolved"
    assert "no-such-thing==1.0" in known.evidence[-1].text
    same = answered(plan, plan.requirements, {})
    assert (same.basis, same.requirements) == (plan.basis, plan.requirements)


def test_a_repair_installs_what_differs_from_what_is_there(matrix: Matrix) -> None:
    installed = {"tensorflow": "2.6.5", "protobuf": "4.25.8", "numpy": "1.19.5", "own": "1.0"}
    rows = tuple(Distribution(name=name, version=version, requires=()) for name, version in installed.items())
    snapshot = Snapshot(
        system=System(os="linux", arch="x86_64", libc="glibc", libc_version="2.35"),
        interpreter=Interpreter(version="3.9.18", executable="/env/bin/python", environment="venv"),
        installation=Installation(distributions=rows),
    )
    plan = mend(Target(repair=True), Situation(snapshot=snapshot), matrix)
    assert isinstance(plan, Plan)
    pins = tuple("own==2.0" if line.startswith("own==") else line for line in plan.requirements)
    known = answered(plan, pins, installed)
    install = next(step for step in known.steps if step.kind == "install")
    assert "own==2.0" in install.requirements
    assert "numpy==1.19.5" not in install.requirements
    assert {(row.distribution, row.was, row.becomes) for row in known.changes} >= {("own", "1.0", "2.0")}
