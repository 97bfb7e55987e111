from collections.abc import Callable
from typing import cast

import pytest
from packaging.version import Version

from tfdoctor.plan.model import Answer, NoPlan, Plan
from tfdoctor.versions import minor

Asker = Callable[..., Answer]


def made(answer: Answer) -> Plan:
    assert isinstance(answer, Plan), answer
    return answer


def refused(answer: Answer) -> NoPlan:
    assert isinstance(answer, NoPlan), answer
    return answer


def test_a_minor_gives_its_newest_patch_on_an_interpreter_at_hand(ask: Asker) -> None:
    plan = made(ask("ubuntu 22.04", ("3.11.4", "3.8.10", "3.9.18", "3.9.2"), tensorflow="2.6"))
    assert (plan.chosen.version, plan.chosen.python) == ("2.6.5", "3.9")
    assert "tensorflow==2.6.5" in plan.requirements
    assert all("==" in row for row in plan.requirements)
    make, install = plan.steps
    assert make.kind == "create-environment"
    assert make.interpreter == "/opt/3.9.18/bin/python"
    assert install.requirements == plan.requirements


def test_an_interpreter_that_is_not_there_has_to_be_got_first(ask: Asker) -> None:
    plan = made(ask("ubuntu 22.04", ("3.12.1",), tensorflow="2.6"))
    assert [step.kind for step in plan.steps] == ["get-python", "create-environment", "install"]
    assert plan.steps[0].python == plan.chosen.python == "3.9"


def test_python_3_14_has_no_wheel_and_still_a_plan(ask: Asker) -> None:
    plan = made(ask("ubuntu 24.04, python 3.14"))
    assert (plan.chosen.version, plan.chosen.python) == ("2.21.0", "3.13")
    assert plan.steps[0].kind == "get-python"


def test_a_newer_release_for_another_python_is_told(ask: Asker) -> None:
    plan = made(ask("ubuntu 22.04, python 3.8"))
    assert (plan.chosen.version, plan.chosen.python) == ("2.13.1", "3.8")
    assert any("2.21.0, needs Python 3.10 to 3.13" in note for note in plan.notes)


def test_the_driver_decides_the_release(ask: Asker) -> None:
    plan = made(ask("RTX 3090, driver 470.57, ubuntu 20.04, x86_64"))
    assert (plan.chosen.version, plan.chosen.accelerator, plan.chosen.gpu_code) == ("2.14.1", "gpu", "native")
    assert any("driver" in row.constraint and "525.60.13" in row.because for row in plan.rejected)


def test_gpu_libraries_by_hand_come_with_the_path_to_them(ask: Asker) -> None:
    plan = made(ask("RTX 3090, driver 470.57, ubuntu 20.04, x86_64", tensorflow="2.13"))
    assert plan.chosen.cuda_source == "nvidia-wheels"
    variable = next(step for step in plan.steps if step.variable == "LD_LIBRARY_PATH")
    assert "{site}/nvidia/cudnn/lib" in variable.value
    assert variable.prepend
    assert any(row.startswith("nvidia-cudnn-cu11==8.") for row in plan.requirements)


def test_a_driver_that_is_not_known_is_asked_for(ask: Asker) -> None:
    plan = made(ask("RTX 3090, ubuntu 22.04"))
    assert plan.chosen.accelerator == "gpu"
    assert any("525.60.13" in note for note in plan.notes)


def test_native_code_comes_before_a_newer_release_with_ptx_only(ask: Asker) -> None:
    maxwell = made(ask("GTX 980, driver 535.104.05, ubuntu 22.04"))
    assert (maxwell.chosen.version, maxwell.chosen.gpu_code) == ("2.16.2", "native")
    blackwell = made(ask("RTX 5090, driver 575.51, ubuntu 24.04"))
    assert (blackwell.chosen.version, blackwell.chosen.gpu_code) == ("2.21.0", "ptx")
    assert any("PTX" in note for note in blackwell.notes)


def test_ptx_needs_a_driver_that_knows_the_build_s_cuda(ask: Asker) -> None:
    plan = made(ask("H100, driver 525.60.13, ubuntu 22.04", tensorflow="2.15"))
    assert plan.chosen.accelerator == "cpu"
    assert any("needs driver 535" in note for note in plan.notes)


def test_a_target_that_the_gpu_cannot_run_is_planned_for_the_cpu_with_the_reason(ask: Asker) -> None:
    plan = made(ask("RTX 3090, driver 470.57, ubuntu 20.04", tensorflow="2.3"))
    assert plan.chosen.accelerator == "cpu"
    assert any("does not know RTX 3090" in note for note in plan.notes)
    assert any("newest release that uses this GPU here is 2.14.1" in note for note in plan.notes)


def test_who_insists_on_the_gpu_is_shown_what_would_have_to_give_way(ask: Asker) -> None:
    answer = refused(ask("RTX 3090, driver 470.57, ubuntu 20.04", tensorflow="2.3", accelerator="gpu"))
    assert "does not know RTX 3090" in answer.reason
    assert [row.constraints for row in answer.relax] == [("accelerator",), ("target",), ("target",), ("gpu",)]
    on_cpu, nearest, newest, other_gpu = answer.alternatives
    assert (on_cpu.chosen.version, on_cpu.target.accelerator) == ("2.3.4", "cpu")
    assert minor(Version(nearest.chosen.version)) == (2, 4)
    assert newest.chosen.version == newest.target.tensorflow == "2.14.1"
    assert other_gpu.steps[0].kind == "manual"


def test_the_user_s_requirements_move_the_fewest_pins(ask: Asker) -> None:
    plain = made(ask("ubuntu 22.04", tensorflow="2.15"))
    plan = made(
        ask("ubuntu 22.04", tensorflow="2.15", requirements=("numpy==1.24.4", "scipy<1.11"), extras=("tf-keras",))
    )
    changed = set(plan.requirements) - set(plain.requirements)
    assert {row.partition("==")[0] for row in changed} == {"numpy", "scipy", "tf-keras"}
    assert "tf-keras==2.15.1" in changed
    assert any(row.about == "requirements" and "numpy 1.24.4 (was" in row.text for row in plan.evidence)
    assert plan.basis == "resolved"


def test_a_lock_that_has_what_is_asked_for_is_taken(ask: Asker) -> None:
    plan = made(ask("ubuntu 22.04, python 3.13", tensorflow="2.21", extras=("tensorboard",)))
    assert plan.basis == "trained"
    assert any(row.startswith("tensorboard==") for row in plan.requirements)


def test_requirements_that_exclude_the_newest_release_choose_an_older_one(ask: Asker) -> None:
    plan = made(ask("ubuntu 22.04", requirements=("protobuf<4",)))
    assert plan.chosen.version == "2.19.1"
    assert any("protobuf<4" in row.because and "6.31.1" in row.because for row in plan.rejected)


def test_a_contradiction_is_named_with_both_sides_and_what_to_drop(ask: Asker) -> None:
    answer = refused(ask("ubuntu 22.04", tensorflow="2.15", requirements=("numpy==1.19.5", "numpy>=1.24")))
    assert "numpy==1.19.5" in answer.reason
    assert any(row.text == "drop or change numpy==1.19.5" for row in answer.relax)
    assert answer.alternatives[-1].target.requirements == ("numpy>=1.24",)


def test_a_distribution_that_nobody_knows_is_left_to_the_user(ask: Asker) -> None:
    plan = made(ask("ubuntu 22.04", tensorflow="2.15", extras=("no-such-thing-at-all>=4",)))
    assert [row.name for row in plan.unresolved] == ["no-such-thing-at-all>=4"]


def test_who_insists_on_the_cpu_gets_it(ask: Asker) -> None:
    plan = made(ask("RTX 3090, driver 535.104.05, ubuntu 22.04", accelerator="cpu"))
    assert (plan.chosen.version, plan.chosen.accelerator) == ("2.21.0", "cpu")
    assert not [row for row in plan.requirements if row.startswith("nvidia")]


def test_a_toolkit_that_is_there_comes_before_conda(ask: Asker) -> None:
    words = "RTX 2080 Ti, driver 450.80.02, ubuntu 18.04, python 3.8"
    assert made(ask(words, tensorflow="2.3")).chosen.cuda_source == "conda"
    plan = made(ask(f"{words}, cuda 10.1, cudnn 7.6.5", tensorflow="2.3"))
    assert plan.chosen.cuda_source == "system"
    assert any(step.kind == "manual" and "installed CUDA 10.1" in step.text for step in plan.steps)
    other = made(ask(f"{words}, cuda 10.2, cudnn 7.6.5", tensorflow="2.3"))
    assert other.chosen.cuda_source == "conda"


def test_an_old_glibc_decides_the_release(ask: Asker) -> None:
    plan = made(ask("centos 7, x86_64"))
    assert plan.chosen.version == "2.20.0"
    assert any("glibc 2.27" in row.because for row in plan.rejected)
    answer = refused(ask("centos 7, x86_64", tensorflow="2.21"))
    assert ("glibc",) in [row.constraints for row in answer.relax]


def test_musl_is_refused_with_the_way_out(ask: Asker) -> None:
    answer = refused(ask("alpine, x86_64", tensorflow="2.6"))
    assert "musl" in answer.reason
    (alternative,) = answer.alternatives
    assert alternative.chosen.version == "2.6.5"
    assert alternative.steps[0].kind == "manual"
    assert "glibc" in alternative.steps[0].text


def test_a_processor_without_avx_runs_what_was_built_before_it(ask: Asker) -> None:
    plan = made(ask("Celeron N4000, ubuntu 18.04"))
    assert plan.chosen.version == "1.5.1"
    answer = refused(ask("Celeron N4000, ubuntu 18.04", tensorflow="2.6"))
    assert "lacks AVX" in answer.reason


def test_a_release_that_never_was_leads_to_its_neighbours(ask: Asker) -> None:
    answer = refused(ask("ubuntu 22.04", tensorflow="2.6.9"))
    assert "2.6.5" in answer.reason
    assert answer.alternatives[0].chosen.version == "2.6.5"


@pytest.mark.parametrize(("python", "said"), [("2.7", "none for 2.7"), ("3.11", "none for 3.11")])
def test_a_python_without_wheels(ask: Asker, python: str, said: str) -> None:
    answer = refused(ask("ubuntu 22.04", tensorflow="2.6", python=python))
    assert said in answer.reason
    assert ("python",) in [row.constraints for row in answer.relax]


def test_a_date_excludes_what_was_built_later(ask: Asker) -> None:
    plan = made(ask("ubuntu 20.04", as_of="2021-06"))
    assert plan.chosen.version == "2.5.0"
    answer = refused(ask("ubuntu 20.04", tensorflow="2.9", as_of="2021-06"))
    assert "2021-06-30" in answer.reason


def test_windows_uses_the_gpu_natively_up_to_2_10_and_in_wsl_after(ask: Asker) -> None:
    plan = made(ask("windows 11, RTX 3060, driver 551.86, python 3.10"))
    assert (plan.chosen.os, plan.chosen.version, plan.chosen.accelerator) == ("windows", "2.10.1", "gpu")
    answer = refused(ask("windows 11, RTX 3060, driver 551.86, python 3.10", tensorflow="2.15", accelerator="gpu"))
    assert "no CUDA" in answer.reason
    assert any(plan.chosen.os == "linux" and plan.chosen.version == "2.15.1" for plan in answer.alternatives)


def test_a_jetson_is_pointed_to_nvidia_s_wheels(ask: Asker) -> None:
    answer = refused(ask("jetson orin, jetpack 5.1", accelerator="gpu"))
    assert "aarch64" in answer.reason
    assert any("NVIDIA's own wheels" in row.text for row in answer.relax)
    plan = made(ask("jetson orin, jetpack 5.1"))
    assert any("JetPack" in note for note in plan.notes)


def test_every_statement_has_its_basis(ask: Asker) -> None:
    plan = made(ask("RTX 3090, driver 535.104.05, ubuntu 22.04", tensorflow="2.13"))
    about = {row.about: row for row in plan.evidence}
    assert set(about) >= {"closure", "gpu libraries", "gpu code"}
    assert about["closure"].text.startswith(("trained on CPython", "resolved for"))
    assert cast("str", plan.basis) in {row.basis for row in plan.evidence}


def test_lines_that_nobody_can_judge_are_left_to_the_user(ask: Asker) -> None:
    plan = made(ask("ubuntu 22.04", tensorflow="2.6", unjudged=("-e .",)))
    assert [row.name for row in plan.unresolved] == ["-e ."]


@pytest.mark.parametrize(
    ("extra", "version"),
    [("keras==2.6.0", "2.6.5"), ("protobuf<3.20", "2.11.1"), ("tensorflow-text==2.9.0", "2.9.3")],
)
def test_an_old_requirement_without_a_target_leads_to_the_release_that_keeps_it(
    ask: Asker, extra: str, version: str
) -> None:
    assert made(ask("no gpu, ubuntu 22.04, python 3.9", extras=(extra,))).chosen.version == version


def test_what_is_known_to_work_against_its_metadata_is_taken_where_nothing_else_will_do(ask: Asker) -> None:
    plan = made(ask("no gpu, ubuntu 22.04, python 3.9", tensorflow="2.8", extras=("keras==2.6.0",)))
    assert (plan.chosen.version, plan.basis) == ("2.8.4", "resolved")


def test_the_cuda_that_a_driver_serves_is_enough_to_judge_it(ask: Asker) -> None:
    plan = made(ask("driver cuda 11.2, RTX 2060, ubuntu 20.04, python 3.9"))
    assert plan.chosen.version == "2.14.1"
    assert any("serves CUDA 11.2" in row.because for row in plan.rejected)


def test_the_first_driver_of_a_toolkit_serves_that_toolkit(ask: Asker) -> None:
    plan = made(ask("A100, driver 450.51.06, ubuntu 20.04, python 3.8", tensorflow="2.4"))
    assert (plan.chosen.accelerator, plan.chosen.cuda) == ("gpu", "11.0")


@pytest.mark.parametrize(
    ("machine", "said"),
    [
        ("RTX 5090, driver 550.120, ubuntu 24.04", "RTX 5090 came after driver 550.120"),
        ("Tesla K80, driver 525.147.05, ubuntu 20.04", "no longer serves Tesla K80: the last branch that does is 470"),
    ],
)
def test_a_driver_and_a_gpu_that_never_met(ask: Asker, machine: str, said: str) -> None:
    plan = made(ask(machine))
    assert plan.chosen.accelerator == "cpu"
    assert any(said in note for note in plan.notes)


def test_a_bare_branch_counts_as_a_driver_of_it(ask: Asker) -> None:
    plan = made(ask("RTX 3090, driver 525, ubuntu 22.04"))
    assert plan.chosen.version == "2.21.0"
    assert any("only the branch is known, 525" in note for note in plan.notes)


def test_what_others_saw_on_a_gpu_is_told(ask: Asker) -> None:
    plan = made(ask("RTX 5090, driver 570.86.15, ubuntu 22.04"))
    assert any(note.startswith("Others report: ") and "github.com" in note for note in plan.notes)


def test_a_gpu_beside_the_one_that_is_used_is_not_forgotten(ask: Asker) -> None:
    plan = made(ask("Tesla K80, A100, driver 470.199.02, ubuntu 22.04"))
    assert (plan.chosen.version, plan.chosen.gpu_code) == ("2.14.1", "native")
    newer = made(ask("GTX 980, A100, driver 535.54.03, ubuntu 22.04"))
    assert newer.chosen.version == "2.21.0"
    assert any("GTX 980" in note and "not used" in note for note in newer.notes)


@pytest.mark.parametrize(
    ("machine", "kind"),
    [("windows 10, 32-bit python 3.8", "64-bit"), ("apple m2, macos 13.1, rosetta, python 3.9", "arm64")],
)
def test_an_interpreter_of_another_kind_is_not_at_hand(ask: Asker, machine: str, kind: str) -> None:
    plan = made(ask(machine))
    assert plan.steps[0].kind == "get-python"
    assert kind in plan.steps[0].text


def test_wishes_on_tensorflow_that_exclude_each_other(ask: Asker) -> None:
    answer = refused(ask("no gpu, ubuntu 22.04, python 3.9", tensorflow="2.7", requirements=("tensorflow==2.6.0",)))
    assert answer.reason.endswith("--target 2.7, tensorflow==2.6.0")
    assert [row.text for row in answer.relax] == ["drop tensorflow==2.6.0", "drop --target 2.7"]
    assert [plan.chosen.version for plan in answer.alternatives] == ["2.7.4", "2.6.0"]


def test_a_gpu_library_that_the_user_pins_otherwise_is_a_conflict(ask: Asker) -> None:
    answer = refused(ask("RTX 3090, driver 535.54.03, ubuntu 22.04", extras=("nvidia-cudnn-cu12==9.1.0.70",)))
    assert "you ask for nvidia-cudnn-cu12==9.1.0.70" in answer.reason
    assert [row.constraints for row in answer.relax] == [("requirements",)]


def test_the_smallest_step_comes_first(ask: Asker) -> None:
    answer = refused(ask("apple m1, macos 11.2, python 3.8"))
    assert [row.text for row in answer.relax] == ["update to macOS 11.3 or newer", "update to macOS 12.0 or newer"]
    assert "11.3" in answer.reason


@pytest.mark.parametrize("machine", ["windows 11, arm64, no gpu, python 3.11", "ubuntu 22.04, ppc64le"])
def test_an_architecture_without_wheels_has_a_way_out(ask: Asker, machine: str) -> None:
    answer = refused(ask(machine))
    assert "no TensorFlow has a wheel for" in answer.reason
    assert answer.alternatives


def test_builds_that_are_asked_for_by_name(ask: Asker) -> None:
    assert (
        made(ask("ubuntu 22.04", tensorflow="2.12", extras=("tensorflow-cpu",))).chosen.distribution == "tensorflow-cpu"
    )
    assert [row.name for row in made(ask("ubuntu 22.04", extras=("tf-nightly",))).unresolved] == ["tf-nightly"]
