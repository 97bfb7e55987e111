"""What a machine would be after steps: installed, uninstalled, deleted, set; a new environment."""

from pathlib import Path

import msgspec
import pytest

from tfdoctor.diagnose import diagnose
from tfdoctor.facts import (
    ABSENT,
    NOT_OBSERVED,
    Absent,
    Distribution,
    Installation,
    Interpreter,
    Libraries,
    LoadAttempt,
    Module,
    Overlap,
    Snapshot,
    System,
    TensorFlow,
    Unknown,
    Variable,
    decode,
    known,
)
from tfdoctor.matrix import Matrix
from tfdoctor.plan.mending.simulate import simulate, unsure
from tfdoctor.plan.mending.site import Site
from tfdoctor.plan.model import Step

MACHINES = Path(__file__).parents[2] / "machines"
SITE = "/env/lib/python3.11/site-packages"


def machine(name: str) -> Snapshot:
    return decode((MACHINES / name / "snapshot.json").read_bytes())


def imagined(*items: Distribution, **installation: object) -> Snapshot:
    return Snapshot(
        system=System(os="linux", arch="x86_64"),
        interpreter=Interpreter(version="3.11.7", machine="x86_64", prefix="/env", path=("/proj", SITE)),
        installation=Installation(distributions=items, **installation),  # type: ignore[arg-type]
        tensorflow=TensorFlow(version="2.15.1", distribution="tensorflow", path=f"{SITE}/tensorflow"),
        environ=(),
    )


def one(name: str, version: str, **facts: object) -> Distribution:
    return Distribution(name=name, version=version, location=SITE, missing_count=0, altered_count=0, **facts)  # type: ignore[arg-type]


def install(*pins: str, reinstall: bool = False) -> Step:
    return Step(kind="install", text="", requirements=pins, reinstall=reinstall)


def uninstall(*names: str) -> Step:
    return Step(kind="uninstall", text="", distributions=names)


def there(snapshot: Snapshot, name: str) -> Distribution | None:
    rows = known(snapshot.installation.distributions) or ()
    return next((item for item in rows if item.name == name and not item.shadowed), None)


def module(snapshot: Snapshot, name: str) -> object:
    return next(item.path for item in known(snapshot.installation.modules) or () if item.name == name)


def test_a_cure_in_imagination(matrix: Matrix) -> None:
    broken = machine("debian12-cpu-tf2.6.4-protobuf6")
    after = simulate(broken, [install("protobuf==3.19.6", "setuptools==69.5.1")], matrix)
    assert {finding.severity for finding in diagnose(after, matrix).findings} <= {"note"}
    assert module(after, "pkg_resources")
    assert after.tensorflow == broken.tensorflow


def test_what_was_tried_before_is_dropped(matrix: Matrix) -> None:
    before = msgspec.structs.replace(imagined(one("six", "1.16.0")), load=LoadAttempt(), log="ImportError")
    after = simulate(before, [], matrix)
    assert after.load == ABSENT
    assert after.log == NOT_OBSERVED


def test_an_installed_release_brings_its_metadata(matrix: Matrix) -> None:
    after = simulate(imagined(), [install("keras==2.15.0", "tensorboard==2.15.2", "mine==1.0")], matrix)
    board = there(after, "tensorboard")
    assert board is not None
    assert "numpy>=1.12.0" in (known(board.requires) or ())
    assert board.location == SITE
    mine = there(after, "mine")
    assert mine is not None
    assert isinstance(mine.requires, Absent)


def test_another_version_takes_the_place_of_the_first(matrix: Matrix) -> None:
    after = simulate(imagined(one("numpy", "2.0.0")), [install("numpy==1.26.4")], matrix)
    assert [item.version for item in known(after.installation.distributions) or ()] == ["1.26.4"]


def test_the_same_version_is_put_in_again_only_where_that_is_asked(matrix: Matrix) -> None:
    broken = msgspec.structs.replace(one("numpy", "1.26.4"), missing_count=7)
    before = imagined(broken)
    kept = there(simulate(before, [install("numpy==1.26.4")], matrix), "numpy")
    healed = there(simulate(before, [install("numpy==1.26.4", reinstall=True)], matrix), "numpy")
    assert (kept and kept.missing_count, healed and healed.missing_count) == (7, 0)


def test_uninstalling_takes_shared_files_along(matrix: Matrix) -> None:
    overlap = Overlap(distributions=("tensorflow", "tensorflow-cpu"), files=900, modules=("tensorflow",))
    before = imagined(one("tensorflow", "2.15.1"), one("tensorflow-cpu", "2.14.1"), overlaps=(overlap,))
    after = simulate(before, [uninstall("tensorflow-cpu")], matrix)
    left = there(after, "tensorflow")
    assert left is not None
    assert left.missing_count == 900
    assert after.installation.overlaps == ()
    both = simulate(before, [uninstall("tensorflow", "tensorflow-cpu"), install("tensorflow==2.15.1")], matrix)
    whole = there(both, "tensorflow")
    assert whole is not None
    assert whole.missing_count == 0


def test_of_three_over_each_other_two_remain(matrix: Matrix) -> None:
    overlap = Overlap(distributions=("a", "b", "c"), files=5)
    before = imagined(one("a", "1"), one("b", "1"), one("c", "1"), overlaps=(overlap,))
    after = simulate(before, [uninstall("a", "nobody")], matrix)
    assert [item.distributions for item in known(after.installation.overlaps) or ()] == [("b", "c")]


def test_what_was_hidden_is_seen_when_the_first_is_gone(matrix: Matrix) -> None:
    hidden = msgspec.structs.replace(one("numpy", "1.24.4"), location="/user/site-packages", shadowed=True)
    after = simulate(imagined(one("numpy", "2.0.0"), hidden), [uninstall("numpy")], matrix)
    seen = there(after, "numpy")
    assert seen is not None
    assert (seen.version, seen.location) == ("1.24.4", "/user/site-packages")


def test_a_second_tensorflow_lies_over_the_first(matrix: Matrix) -> None:
    after = simulate(imagined(one("tensorflow", "2.15.1")), [install("tensorflow-cpu==2.14.1")], matrix)
    assert "two-tensorflow-distributions" not in {finding.name for finding in diagnose(imagined(), matrix).findings}
    assert "two-tensorflow-distributions" in {finding.name for finding in diagnose(after, matrix).findings}


def test_the_facts_of_a_new_tensorflow_are_those_of_its_wheel(matrix: Matrix) -> None:
    after = simulate(imagined(one("tensorflow", "2.15.1")), [install("tensorflow==2.10.1")], matrix).tensorflow
    assert (after.version, after.distribution, after.cuda) == ("2.10.1", "tensorflow", "11.2")
    assert "sm_80" in (known(after.compute_capabilities) or ()) or "compute_80" in (
        known(after.compute_capabilities) or ()
    )
    assert isinstance(after.runpath, Unknown)
    assert after.path == f"{SITE}/tensorflow"


def test_a_tensorflow_that_the_matrix_does_not_know(matrix: Matrix) -> None:
    after = simulate(imagined(), [install("tf-nightly==2.22.0.dev20260101")], matrix).tensorflow
    assert (after.version, after.distribution) == ("2.22.0.dev20260101", "tf-nightly")
    assert after.cuda_build == NOT_OBSERVED


def test_without_tensorflow(matrix: Matrix) -> None:
    after = simulate(imagined(one("tensorflow", "2.15.1")), [uninstall("tensorflow")], matrix)
    assert after.tensorflow == TensorFlow(version=ABSENT, distribution=ABSENT, path=ABSENT)


def test_a_shell_is_not_what_is_imported(matrix: Matrix) -> None:
    windows = msgspec.structs.replace(imagined(), system=System(os="windows", arch="x86_64"))
    after = simulate(windows, [install("tensorflow==2.15.1", "tensorflow-intel==2.15.1")], matrix)
    assert after.tensorflow.distribution == "tensorflow-intel"


def test_deleted_paths_are_gone(matrix: Matrix) -> None:
    before = imagined(
        leftovers=(f"{SITE}/~ensorflow", f"{SITE}/~eras"),
        orphans=(f"{SITE}/tensorflow",),
        unowned_files=(f"{SITE}/keras/old.py", f"{SITE}/tensorflow/x.so"),
    )
    one_gone = simulate(before, [Step(kind="delete", text="", paths=(f"{SITE}/~ensorflow/",))], matrix).installation
    assert one_gone.leftovers == (f"{SITE}/~eras",)
    folders = Step(kind="delete", text="", paths=("site-packages/~*", "site-packages/tensorflow"))
    gone = simulate(before, [folders], matrix).installation
    assert (gone.leftovers, gone.orphans, gone.unowned_files) == ((), (), (f"{SITE}/keras/old.py",))


@pytest.mark.parametrize(
    ("python", "setuptools", "has"),
    [("3.11.7", "69.5.1", True), ("3.11.7", "82.0.0", False), ("3.13.0", "69.5.1", True)],
)
def test_setuptools_brings_pkg_resources_until_82(matrix: Matrix, python: str, setuptools: str, *, has: bool) -> None:
    before = imagined(modules=(Module(name="pkg_resources", path=ABSENT), Module(name="distutils", path=ABSENT)))
    before = msgspec.structs.replace(before, interpreter=Interpreter(version=python, path=(SITE,)))
    after = simulate(before, [install(f"setuptools=={setuptools}")], matrix)
    assert (module(after, "pkg_resources") != ABSENT) is has
    assert (module(after, "distutils") != ABSENT) is (python >= "3.12")


def test_a_module_goes_with_its_distribution(matrix: Matrix) -> None:
    own = Module(name="keras", path="/proj/keras")
    before = imagined(
        one("tensorboard", "2.15.2"), modules=(Module(name="tensorboard", path=f"{SITE}/tensorboard"), own)
    )
    after = simulate(before, [uninstall("tensorboard")], matrix)
    assert module(after, "tensorboard") == ABSENT
    assert module(after, "keras") == "/proj/keras"


def test_variables_are_set_put_in_front_and_unset(matrix: Matrix) -> None:
    step = Step(kind="set-variable", text="", variable="LD_LIBRARY_PATH", value="{site}/nvidia:{prefix}/lib")
    before = msgspec.structs.replace(imagined(one("six", "1")), environ=(Variable(name="LD_LIBRARY_PATH", value="/x"),))
    plain = simulate(before, [step], matrix)
    assert plain.environ == (Variable(name="LD_LIBRARY_PATH", value=f"{SITE}/nvidia:/env/lib"),)
    front = simulate(before, [msgspec.structs.replace(step, prepend=True)], matrix)
    assert front.environ == (Variable(name="LD_LIBRARY_PATH", value=f"{SITE}/nvidia:/env/lib:/x"),)
    gone = simulate(plain, [Step(kind="unset-variable", text="", variable="LD_LIBRARY_PATH")], matrix)
    assert gone.environ == ()
    unknown = msgspec.structs.replace(before, environ=NOT_OBSERVED)
    assert simulate(unknown, [Step(kind="unset-variable", text="", variable="A")], matrix).environ == NOT_OBSERVED


def test_a_new_environment_diagnoses_clean(matrix: Matrix) -> None:
    broken = machine("debian12-cpu-tf2.10.1-numpy2")
    pins = list(known(machine("debian12-cpu-tf2.21.0").installation.distributions) or ())
    steps = [
        Step(kind="create-environment", text="", python="3.13"),
        install(*(f"{item.name}=={known(item.version)}" for item in pins)),
        Step(kind="manual", text="Drink tea."),
    ]
    after = simulate(broken, steps, matrix)
    assert after.interpreter.version == "3.13"
    assert after.tensorflow.version == "2.21.0"
    assert not [finding for finding in diagnose(after, matrix).findings if finding.severity != "note"]


def test_what_is_not_simulated_is_told() -> None:
    steps = [
        Step(kind="manual", text="Update the driver."),
        Step(kind="install", text="", requirements=("nvidia-cudnn-cu12==9.3.0.75", "numpy<2", "keras==2.15.*")),
        Step(kind="install", text="", requirements=("x==1",), dependencies=True),
        Step(kind="install", text="", conda=("cudnn=8.1",)),
    ]
    said = unsure(steps)
    assert len(said) == 4
    assert "numpy<2, keras==2.15.*" in " ".join(said)
    assert unsure([install("six==1.16.0")]) == ()


def test_loose_requirements_change_nothing(matrix: Matrix) -> None:
    before = imagined(one("numpy", "2.0.0"))
    after = simulate(before, [Step(kind="install", text="", requirements=("numpy<2", "numpy==1.*", "???"))], matrix)
    assert there(after, "numpy") == there(before, "numpy")


def test_where_distributions_are_installed() -> None:
    assert Site.location_of(imagined()) == SITE
    assert Site.location_of(Snapshot()) == ""
    only = Snapshot(installation=Installation(distributions=(one("six", "1"),)))
    assert Site.location_of(only) == SITE


def test_an_environment_that_nobody_listed_stays_unknown(matrix: Matrix) -> None:
    after = simulate(Snapshot(), [install("six==1.16.0")], matrix)
    assert after.installation.modules == NOT_OBSERVED
    assert after.installation.overlaps == NOT_OBSERVED
    assert [item.name for item in known(after.installation.distributions) or ()] == ["six"]


def test_gpu_libraries_that_come_make_what_the_loader_opens_unknown(matrix: Matrix) -> None:
    before = msgspec.structs.replace(imagined(one("six", "1.16.0")), libraries=Libraries(copies=(), toolkits=()))
    after = simulate(before, [install("nvidia-cudnn-cu11==8.6.0.163")], matrix)
    assert isinstance(after.libraries.copies, Unknown)
    assert isinstance(after.libraries.toolkits, Unknown)
    assert simulate(before, [install("six==1.17.0")], matrix).libraries == before.libraries
