"""Companions beside TensorFlow: the release that fits, or who excludes it."""

import pytest
from packaging.version import Version

from tfdoctor.matrix import Matrix
from tfdoctor.matrix.companions import digest
from tfdoctor.plan.model import NoPlan, Plan

from .conftest import Asker

HERE = "ubuntu 22.04, x86_64"


def pins(answer: object) -> dict[str, str]:
    assert isinstance(answer, Plan), answer
    return dict(line.split("==") for line in answer.requirements)


@pytest.mark.parametrize(
    ("tensorflow", "companion", "chosen"),
    [
        ("2.6", "tensorflow-text", "2.6.0"),
        ("2.6", "tensorflow-io", "0.21.0"),
        ("2.15", "tensorflow-addons", "0.23.0"),
        ("2.12", "tensorflow-probability", "0.20.1"),
        ("2.16", "tf-keras", "2.16.0"),
        ("2.3", "tensorflow-probability", "0.11.1"),
        ("2.18", "transformers", "4.57.6"),  # 5 has nothing for TensorFlow
        ("2.4", "transformers", "4.30.2"),
    ],
)
def test_the_release_that_fits(ask: Asker, tensorflow: str, companion: str, chosen: str) -> None:
    assert pins(ask(HERE, tensorflow=tensorflow, accelerator="cpu", extras=(companion,)))[companion] == chosen


@pytest.mark.parametrize(
    ("tensorflow", "python", "companion", "said"),
    [
        ("2.18", "", "tensorflow-addons", "0.23.0 needs TensorFlow <2.16.0,>=2.13.0"),
        ("2.17", "", "tensorflow-io", "0.37.1 needs TensorFlow <2.17.0,>=2.16.0"),
        ("2.6", "", "tf-keras", "2.14.1 needs TensorFlow <2.15,>=2.14"),
        ("2.16", "3.12", "tensorflow-text", "CPython 3.12 on Linux x86_64 asks for a file that it can install"),
        ("2.16", "", "tensorflow-text==2.16.2", "it has no tensorflow-text==2.16.2"),
        ("1.15", "", "transformers", "needs TensorFlow >=2.0"),
        ("2.15", "", "tensorflow-text<0.2", "0.1.0 needs TensorFlow <1.15,>=1.14"),
    ],
)
def test_a_companion_without_a_release_is_refused_with_both_sides(
    ask: Asker, tensorflow: str, python: str, companion: str, said: str
) -> None:
    answer = ask(HERE, tensorflow=tensorflow, python=python, accelerator="cpu", extras=(companion,))
    assert isinstance(answer, NoPlan)
    assert f"you ask for {companion}" in answer.reason
    assert said in answer.reason
    assert any("requirements" in row.constraints for row in answer.relax)


def test_a_transformers_that_is_named_may_do_without_tensorflow(ask: Asker) -> None:
    found = pins(ask(HERE, tensorflow="2.15", accelerator="cpu", extras=("transformers>=5",)))
    assert Version(found["transformers"]) >= Version("5")


def test_what_metadata_does_not_say_is_kept(ask: Asker) -> None:
    found = pins(ask(HERE, tensorflow="2.15", accelerator="cpu", extras=("tensorflow-datasets",)))
    assert Version(found["protobuf"]) < Version("5")  # TensorFlow 2.15's; tensorflow-metadata 1.21 would need 6.31.1
    assert Version(found["tensorflow-metadata"]) < Version("1.21")


def test_a_first_patch_is_not_what_a_minor_version_means(ask: Asker, matrix: Matrix) -> None:
    lock = matrix.locks.get("tensorflow", Version("2.7.4"), "3.9", "linux-x86_64")
    found = pins(ask(HERE, tensorflow="2.7.4", python="3.9", accelerator="cpu", extras=("tensorflow-text",)))
    assert found["cryptography"] == next(pin.version for pin in lock.pins if pin.name == "cryptography")  # type: ignore[union-attr]  # a lock it is


def test_a_pair_that_was_used_is_said_to_be(ask: Asker) -> None:
    answer = ask(HERE, tensorflow="2.15.1", python="3.11", accelerator="cpu", extras=("tensorflow-text",))
    assert isinstance(answer, Plan)
    said = next(item for item in answer.evidence if item.about == "with tensorflow-text")
    assert said.basis == "installed"
    assert said.text.startswith("tensorflow-text 2.15.0 with TensorFlow 2.15.1: imported and used")
    assert answer.basis == "resolved"  # the pair was used, this environment was not


def test_an_environment_that_was_run_as_a_whole_is_said_to_be(ask: Asker, matrix: Matrix) -> None:
    run = next(run for run in matrix.companion_runs.runs if run.tensorflow == "2.6.5" and run.trained)
    python = run.interpreter.rpartition(".")[0]
    answer = ask(HERE, tensorflow="2.6.5", python=python, accelerator="cpu", extras=tuple(run.used))
    assert isinstance(answer, Plan)
    assert digest(answer.requirements) == run.digest
    said = {item.about: item for item in answer.evidence}
    assert said["requirements"].basis == "trained"
    assert "in just this environment" in said["with tensorflow-io"].text
    assert answer.basis == "installed"  # that is what can be said of the companions

    mac = ask("macOS 13, x86_64", tensorflow="2.6.5", python=python, extras=("tensorflow-text",))
    assert isinstance(mac, Plan)
    assert mac.basis == "resolved"
