"""Repairs: the fewest changes that diagnose clean, in order; the rest is named."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.diagnosis import Evidence, Finding, Remedy
from tfdoctor.facts import (
    Distribution,
    Installation,
    Interpreter,
    Overlap,
    Snapshot,
    System,
    TensorFlow,
    decode,
    known,
)
from tfdoctor.matrix import Matrix
from tfdoctor.plan.machine import Machine
from tfdoctor.plan.mending.goal import Goal, curable, unclean
from tfdoctor.plan.mending.joint import solve
from tfdoctor.plan.mending.present import Present
from tfdoctor.plan.mending.repair import Repair, repair
from tfdoctor.plan.mending.simulate import simulate
from tfdoctor.plan.model import Target
from tfdoctor.plan.place import Place
from tfdoctor.plan.resolution.asks import Need
from tfdoctor.plan.target import understand

ROOT = Path(__file__).parents[3]
MACHINES = Path(__file__).parents[2] / "machines"
ENVIRONMENTS: dict[str, list[str]] = json.loads(
    (ROOT / "compat_matrix" / "evidence" / "environments.json").read_text(encoding="utf-8")
)
MATRIX = Matrix.locate()
SITE = "/env/lib/python3/site-packages"


def environment(key: str, *mutations: str, **facts: object) -> Snapshot:
    """A trained environment, changed: "numpy==2.0", "wrapt absent"; nothing is known of its files unless given."""
    pins = dict(line.split("==") for line in ENVIRONMENTS[key])
    for text in mutations:
        name, _, version = text.partition("==")
        if version:
            pins[name] = version
        else:
            pins.pop(name.removesuffix(" absent"))
    tag = key.rpartition("-cp")[2]
    return snapshot(f"{tag[0]}.{tag[1:]}.9", pins, **facts)


def snapshot(python: str, pins: dict[str, str], **facts: object) -> Snapshot:
    rows = tuple(Distribution(name=name, version=text, location=SITE) for name, text in sorted(pins.items()))
    return Snapshot(
        system=System(os="linux", arch="x86_64", libc="glibc", libc_version="2.36"),
        interpreter=Interpreter(version=python, machine="x86_64", implementation="cpython", bits=64),
        installation=msgspec.structs.replace(Installation(distributions=rows), **facts),
    )


def moved(found: Repair) -> dict[str, tuple[str | None, str | None]]:
    return {change.distribution: (change.was, change.becomes) for change in found.changes}


def kinds(found: Repair) -> list[str]:
    return [step.kind for step in found.steps]


def left(found: Repair) -> set[str]:
    return {finding.name for finding in found.after.findings if unclean(finding)}


# --- golden -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        ("debian12-cpu-tf2.10.1-numpy2", {"numpy", "setuptools"}),
        ("debian12-cpu-tf2.6.4-protobuf6", {"protobuf", "setuptools"}),
        ("debian12-cpu-tf2.21.0", set()),
    ],
)
def test_golden_machines_are_repaired_with_the_fewest_changes(machine: str, expected: set[str]) -> None:
    before = decode((MACHINES / machine / "snapshot.json").read_bytes())
    found = repair(before, MATRIX)
    assert set(moved(found)) == expected
    assert found.clean
    assert found.unresolved == ()
    assert bool(found.steps) == bool(expected)


def test_a_step_names_what_it_cures() -> None:
    found = repair(decode((MACHINES / "debian12-cpu-tf2.10.1-numpy2" / "snapshot.json").read_bytes()), MATRIX)
    assert [step.resolves for step in found.steps] == [("TFD450", "TFD106")]


# --- versions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "mutation"),
    [
        ("2.15.1-cp311", "numpy==2.2.6"), ("2.15.1-cp311", "keras==3.5.0"), ("2.15.1-cp311", "wrapt absent"),
        ("2.15.1-cp311", "keras absent"), ("2.15.1-cp311", "ml-dtypes==0.1.0"), ("2.16.2-cp312", "setuptools absent"),
        ("2.6.5-cp39", "protobuf==4.25.8"), ("2.6.5-cp39", "tensorboard==2.20.0"), ("2.20.0-cp313", "protobuf==4.25.8"),
        ("1.15.5-cp37", "h5py==3.8.0"), ("2.21.0-cp313", "setuptools absent"),
    ],
)  # fmt: skip
def test_one_wrong_distribution_is_one_change(key: str, mutation: str) -> None:
    found = repair(environment(key, mutation), MATRIX)
    name = mutation.removesuffix(" absent").partition("==")[0]
    assert set(moved(found)) <= {name}
    assert left(found) <= {"cpu-only-package-installed"}


def test_what_works_outside_the_declared_range_stays_where_somebody_needs_it() -> None:
    before = environment("2.15.1-cp311", "protobuf==5.29.5")  # declared <5, measured to work
    assert moved(repair(before, MATRIX))["protobuf"][0] == "5.29.5"
    needed = repair(having(before, mine("protobuf>=5")), MATRIX)
    assert moved(needed) == {}
    assert [one.name for one in needed.unresolved] == ["protobuf-outside-pin"]
    assert "my-own 1.0 asks for protobuf>=5" in needed.unresolved[0].because


def test_several_wrong_ones_are_cured_at_once() -> None:
    mutations = ("numpy==2.2.6", "keras==3.5.0", "protobuf==3.19.6", "wrapt absent")
    found = repair(environment("2.15.1-cp311", *mutations), MATRIX)
    assert set(moved(found)) == {"numpy", "keras", "protobuf", "wrapt"}
    assert kinds(found) == ["install"]
    assert found.clean


def test_the_lock_is_preferred_to_the_newest() -> None:
    lock = MATRIX.locks.get("tensorflow", "2.15.1", "3.11", "linux-x86_64")
    pinned = lock.version_of("numpy") if lock is not None and hasattr(lock, "version_of") else None
    assert pinned is not None
    assert moved(repair(environment("2.15.1-cp311", "numpy==2.2.6"), MATRIX))["numpy"][1] == pinned


def test_a_companion_moves_to_its_release() -> None:
    found = repair(environment("2.15.1-cp311", "tensorflow-text==2.16.1", "tensorflow-hub==0.15.0"), MATRIX)
    assert moved(found)["tensorflow-text"] == ("2.16.1", "2.15.0")
    assert found.clean


def test_a_companion_without_a_fitting_release_is_named() -> None:
    found = repair(environment("2.16.2-cp312", "tensorflow-addons==0.23.0"), MATRIX)
    assert left(found) == {"tfa-with-keras3"}
    assert "TFD468" in {one.code for one in found.unresolved}
    assert "tensorflow-addons" not in moved(found)  # to do without it is the user's choice


def test_a_wish_that_no_release_meets_is_named_and_nothing_is_moved_for_it() -> None:
    before = environment("2.11.1-cp310", "tensorflow-hub==0.16.1", "tf-keras==2.18.0")
    place = Place.of(Machine(before, MATRIX))
    assert place is not None
    present = Present(before, MATRIX, place)
    names = frozenset(present.distributions)
    wish = {"tf-keras==2.11.*": Need("tf-keras", SpecifierSet("==2.11.*"), "a-finding")}
    found = solve(Goal(tensorflow=("tensorflow", Version("2.11.1")), installed=names, wanted=wish), present)
    assert "a-finding asks for tf-keras==2.11.*" in found.declined["a-finding"]
    assert found.changed(present) == 0


def test_what_the_user_has_besides_is_kept() -> None:
    before = environment("2.15.1-cp311", "numpy==2.2.6", "pandas==2.2.3", "scipy==1.11.4")
    found = repair(before, MATRIX)
    assert set(moved(found)) == {"numpy"}
    assert Version(moved(found)["numpy"][1] or "0") < Version("1.28")  # scipy 1.11.4 requires <1.28


def test_a_distribution_that_stands_in_the_way_moves_too() -> None:
    before = environment("2.15.1-cp311", "numpy==2.3.4", "opencv-python==4.12.0.88")  # it requires numpy>=2
    found = repair(before, MATRIX)
    assert set(moved(found)) == {"numpy", "opencv-python"}
    assert found.unresolved == ()


def mine(line: str) -> Distribution:
    return Distribution(name="my-own", version="1.0", location=SITE, requires=(line,))


def having(before: Snapshot, item: Distribution) -> Snapshot:
    rows = known(before.installation.distributions) or ()
    return msgspec.structs.replace(
        before, installation=msgspec.structs.replace(before.installation, distributions=(*rows, item))
    )


def test_what_cannot_be_kept_is_named_with_both_sides() -> None:
    found = repair(having(environment("2.15.1-cp311", "numpy==2.2.6"), mine("numpy>=2")), MATRIX)
    assert moved(found)["numpy"][1] is not None
    assert found.clean
    assert [one.name for one in found.unresolved] == ["my-own"]
    text = found.unresolved[0].because
    assert "my-own 1.0 requires numpy>=2" in text
    assert "tensorflow 2.15.1 asks for numpy" in text


def test_a_requirement_that_is_unmet_already_is_left_alone() -> None:
    before = having(environment("2.15.1-cp311", "keras==3.5.0"), mine("six<1"))
    found = repair(before, MATRIX)
    assert set(moved(found)) == {"keras"}
    assert found.unresolved == ()


def test_what_requires_a_twin_that_goes_is_named() -> None:
    overlap = Overlap(distributions=("keras", "keras-nightly"), files=300, modules=("keras",), differing=200)
    before = environment("2.15.1-cp311", "keras-nightly==2.5.0.dev2021032900", overlaps=(overlap,))
    found = repair(having(before, mine("keras-nightly")), MATRIX)
    assert "my-own 1.0 requires keras-nightly; it goes" in found.unresolved[0].because


def test_who_requires_tensorflow_is_content_with_the_one_that_stays() -> None:
    pins = dict(line.split("==") for line in ENVIRONMENTS["2.15.1-cp311"])
    version = pins.pop("tensorflow")
    text = {"tensorflow-text": "2.15.0", "tensorflow-hub": "0.15.0", "numpy": "2.2.6"}
    before = snapshot("3.11.9", {**pins, "tensorflow-cpu": version, **text})
    found = repair(having(before, mine("tensorflow>=2.10")), MATRIX)
    assert set(moved(found)) == {"numpy"}
    assert found.unresolved == ()


def test_of_a_ticket_only_what_it_names_is_changed() -> None:
    stated = snapshot("3.11.9", {"tensorflow": "2.15.1", "numpy": "2.1.0"})
    found = repair(msgspec.structs.replace(stated, origin="ticket"), MATRIX)
    assert set(moved(found)) == {"numpy"}
    assert found.clean


def test_what_no_installer_can_replace_is_told() -> None:
    before = environment("2.15.1-cp311", "wrapt absent")
    old = Distribution(name="wrapt", version="1.10.0", location=SITE, distutils=True)
    found = repair(having(before, old), MATRIX)
    assert "wrapt" in moved(found)
    assert "wrapt was installed without a list of its files" in " ".join(found.notes)


def test_where_nothing_can_give_way_it_is_said() -> None:
    before = environment("2.15.1-cp311")
    place = Place.of(Machine(before, MATRIX))
    assert place is not None
    impossible = goal(*(item.name for item in known(before.installation.distributions) or ()))
    impossible.removed["numpy"] = "nobody wants it"
    found = solve(impossible, Present(before, MATRIX, place))
    assert found.resolution is None
    assert "no numpy: nobody wants it" in found.unresolved[-1].because
    assert found.versions["tensorflow"] == Version("2.15.1")


# --- files --------------------------------------------------------------------------------------------


def damaged(before: Snapshot, name: str) -> Snapshot:
    rows = [
        msgspec.structs.replace(item, missing_files=("tensorflow/a.py",), missing_count=1, altered_count=0)
        if item.name == name
        else item
        for item in known(before.installation.distributions) or ()
    ]
    return msgspec.structs.replace(
        before, installation=msgspec.structs.replace(before.installation, distributions=tuple(rows))
    )


@pytest.mark.parametrize("name", ["tensorflow", "h5py"])
def test_missing_files_are_put_in_again(name: str) -> None:
    found = repair(damaged(environment("2.15.1-cp311"), name), MATRIX)
    assert [step.reinstall for step in found.steps] == [True]
    assert found.renewed == (name,)
    assert moved(found) == {}
    assert found.clean


def two(first: str, second: str) -> Snapshot:
    overlap = Overlap(distributions=("tensorflow", "tensorflow-cpu"), files=9000, modules=("tensorflow",), differing=80)
    before = environment(
        "2.15.1-cp311", f"tensorflow=={first}", f"tensorflow-cpu=={second}", overlaps=(overlap,), leftovers=()
    )
    facts = TensorFlow(version=first, distribution="tensorflow", path=f"{SITE}/tensorflow")
    return msgspec.structs.replace(before, tensorflow=facts)


def test_of_two_tensorflows_one_is_put_in_again_after_both_were_taken_away() -> None:
    found = repair(two("2.15.1", "2.14.1"), MATRIX)
    assert kinds(found) == ["uninstall", "install"]
    assert found.steps[0].distributions == ("tensorflow", "tensorflow-cpu")
    assert found.steps[1].requirements == ("tensorflow==2.15.1",)
    assert moved(found) == {"tensorflow-cpu": ("2.14.1", None)}
    assert found.clean


def test_of_two_tensorflows_that_stays_with_which_the_least_has_to_change() -> None:
    found = repair(two("2.18.1", "2.15.1"), MATRIX)
    assert found.tensorflow == ("tensorflow-cpu", Version("2.15.1"))


def test_keras_and_its_nightly_twin() -> None:
    overlap = Overlap(distributions=("keras", "keras-nightly"), files=300, modules=("keras",), differing=200)
    before = environment("2.15.1-cp311", "keras-nightly==2.5.0.dev2021032900", overlaps=(overlap,))
    found = repair(before, MATRIX)
    assert found.steps[0].distributions == ("keras", "keras-nightly")
    assert found.steps[1].requirements == ("keras==2.15.0",)
    assert found.clean


def test_who_shares_files_with_what_is_changed_is_put_in_again() -> None:
    overlap = Overlap(distributions=("numpy", "numpy-helper"), files=20, modules=("numpy",), differing=0)
    namespace = Overlap(distributions=("protobuf", "google-thing"), files=1, modules=("google",), differing=0)
    before = environment("2.15.1-cp311", "numpy==2.2.6", "numpy-helper==1.0", overlaps=(overlap, namespace))
    found = repair(before, MATRIX)
    assert found.steps[0].distributions == ("numpy", "numpy-helper")
    assert "numpy-helper==1.0" in found.steps[1].requirements


def test_leftovers_are_deleted_and_what_was_there_comes_back() -> None:
    paths = (f"{SITE}/~ensorflow", f"{SITE}/~ensorflow-2.15.1.dist-info")
    found = repair(environment("2.15.1-cp311", "tensorflow absent", leftovers=paths), MATRIX)
    assert kinds(found) == ["delete", "install"]
    assert found.steps[0].paths == paths
    assert found.steps[1].requirements == ("tensorflow==2.15.1",)
    assert found.clean


def test_without_tensorflow_the_newest_comes() -> None:
    found = repair(snapshot("3.11.9", {"six": "1.17.0"}), MATRIX)
    newest = MATRIX.releases.versions("tensorflow")[-1]
    assert found.tensorflow == ("tensorflow", newest)
    assert found.clean
    assert len(found.pins) > 20


def test_what_was_released_with_tensorflow_tells_which_one_was_there() -> None:
    found = repair(environment("2.10.1-cp310", "tensorflow absent"), MATRIX)
    assert list(moved(found)) == ["tensorflow"]
    assert found.clean


def test_tensorboard_alone_does_not_keep_tensorflow_old() -> None:
    found = repair(snapshot("3.11.9", {"tensorboard": "2.13.0"}), MATRIX)
    assert found.tensorflow is not None
    assert found.clean


def test_compiled_code_for_numpy_1_keeps_it() -> None:
    found = repair(snapshot("3.9.18", {"numpy": "1.23.5", "pandas": "1.5.3", "six": "1.17.0"}), MATRIX)
    assert Version(moved(found)["numpy"][1] or "0") < Version("2")
    assert "pandas" not in moved(found)
    assert found.clean


def test_compiled_code_moves_where_numpy_2_is_asked_for() -> None:
    before = environment("2.18.1-cp312", "numpy==1.26.4", "pandas==2.1.4")
    wanted = understand(Target(requirements=("numpy>=2",), repair=True))
    found = repair(before, MATRIX, wanted)
    assert Version(moved(found)["numpy"][1] or "0") >= Version("2")
    assert Version(moved(found)["pandas"][1] or "0") >= Version("2.2.2")
    held = repair(having(before, mine("numpy>=1.20")), MATRIX, wanted)
    assert "my-own 1.0 may be built for NumPy 1, and gets numpy 2" in " ".join(row.because for row in held.unresolved)


def test_who_requires_a_tensorflow_that_goes_decides_or_is_named() -> None:
    served = repair(having(two("2.15.1", "2.14.1"), mine("tensorflow-cpu>=2.14")), MATRIX)
    assert served.unresolved == ()
    kept = repair(having(two("2.15.1", "2.14.1"), mine("tensorflow-cpu<2.15")), MATRIX)
    assert kept.tensorflow == ("tensorflow-cpu", Version("2.14.1"))
    other = msgspec.structs.replace(mine("tensorflow>=2.15"), name="another")
    neither = repair(having(having(two("2.15.1", "2.14.1"), mine("tensorflow-cpu<2.15")), other), MATRIX)
    assert neither.tensorflow == ("tensorflow", Version("2.15.1"))
    assert "my-own 1.0 requires tensorflow-cpu<2.15; it goes" in neither.unresolved[0].because


def test_nothing_is_moved_for_a_wish_that_is_given_up() -> None:
    found = repair(environment("2.11.1-cp310", "tensorflow-hub==0.16.1", "tf-keras==2.16.0"), MATRIX)
    assert moved(found) == {}
    assert [one.name for one in found.unresolved] == ["tf-keras-tf-mismatch"]


def test_another_distribution_of_tensorflow_takes_the_place_of_one_that_has_no_such_release() -> None:
    pins = dict(line.split("==") for line in ENVIRONMENTS["2.11.1-cp310"])
    pins["tensorflow-gpu"] = pins.pop("tensorflow").replace("2.11.1", "2.11.0")
    found = repair(snapshot("3.10.4", pins), MATRIX, understand(Target(tensorflow="2.15", repair=True)))
    assert found.tensorflow == ("tensorflow", Version("2.15.1"))
    assert moved(found)["tensorflow-gpu"][1] is None


def test_without_a_wheel_there_is_nothing_to_install() -> None:
    found = repair(snapshot("3.15.0", {"six": "1.17.0"}), MATRIX)
    assert found.tensorflow is None
    assert found.unresolved
    assert found.impossible == "no TensorFlow has a wheel for CPython 3.15 on linux-x86_64"


# --- what the user asks for ---------------------------------------------------------------------------


def test_another_release_is_brought_into_the_environment() -> None:
    found = repair(environment("2.15.1-cp311"), MATRIX, understand(Target(tensorflow="2.13", repair=True)))
    assert moved(found)["tensorflow"] == ("2.15.1", "2.13.1")
    assert (moved(found)["keras"][1] or "").startswith("2.13.")
    assert found.clean


def test_what_the_user_asks_for_besides_comes_or_is_refused() -> None:
    before = environment("2.15.1-cp311")
    brought = repair(before, MATRIX, understand(Target(extras=("tensorflow-text",), repair=True)))
    assert (moved(brought)["tensorflow-text"][1] or "").startswith("2.15.")
    refused = repair(before, MATRIX, understand(Target(requirements=("numpy>=2",), repair=True)))
    assert [one.name for one in refused.unresolved] == ["your requirements"]
    assert "numpy" not in moved(refused)


def test_an_unknown_interpreter() -> None:
    found = repair(Snapshot(), MATRIX)
    assert found.steps == ()
    assert "interpreter" in found.notes[0]


def test_what_is_built_from_source_is_told() -> None:
    found = repair(environment("2.6.5-cp39", "termcolor absent"), MATRIX)
    assert "termcolor" in " ".join(found.notes) or (moved(found)["termcolor"][1] or "") > "1.1.0"


# --- findings become goals ----------------------------------------------------------------------------


def finding(name: str, *remedies: Remedy, family: str = "installation", severity: str = "error") -> Finding:
    return Finding(
        code="TFD999", name=name, family=family, severity=severity, verdict="broken", message="It is wrong.",  # type: ignore[arg-type]
        evidence=(Evidence(fact="a", value="b"),), remedies=remedies,
    )  # fmt: skip


def goal(*installed: str) -> Goal:
    return Goal(tensorflow=("tensorflow", Version("2.15.1")), installed=frozenset(installed))


def test_only_the_first_remedy_counts_and_what_is_one_with_it() -> None:
    first = Remedy(kind="delete", text="Delete.", paths=("/a",))
    then = Remedy(kind="install", text="Install.", requirements=("six>=1", "tensorflow==1", "x[extra]", "???"))
    other = Remedy(kind="uninstall", text="Or uninstall.", distributions=("six",))
    found = goal("six")
    found.take([finding("x", first, then, other)], versions=True)
    assert (found.deleted, list(found.wanted), found.removed) == (["/a"], ["six>=1"], {})


def test_variables_become_steps_once() -> None:
    setting = finding("x", Remedy(kind="set-variable", text="Set.", variable="A", value="1"))
    unsetting = finding("y", Remedy(kind="unset-variable", text="Unset.", variable="B"))
    found = goal()
    found.take([setting], versions=False)
    assert found.variables == []
    found.take([setting, setting, unsetting], versions=True)
    assert [(step.kind, step.variable) for step in found.variables] == [("set-variable", "A"), ("unset-variable", "B")]
    assert found.size == 2
    assert found.copy() == found


def test_stale_files_are_renewed() -> None:
    remedies = (
        Remedy(kind="uninstall", text="Uninstall.", distributions=("tensorflow", "keras", "jax")),
        Remedy(kind="delete", text="Delete.", paths=("site-packages/tensorflow",)),
    )
    found = goal("tensorflow", "keras")
    found.take([finding("stale-files-in-site-packages", *remedies)], versions=False)
    assert found.renewed == {"tensorflow", "keras"}
    assert found.deleted == ["site-packages/tensorflow"]


def test_mixed_distributions_that_are_no_twins_are_left_to_the_user() -> None:
    remedy = Remedy(kind="uninstall", text="Uninstall both.", distributions=("a", "b"))
    found = goal("a", "b")
    found.take([finding("two-distributions-one-module", remedy)], versions=False)
    assert found.removed == {}


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (finding("x", Remedy(kind="manual", text="Do.")), True),
        (finding("x"), False),
        (finding("x", Remedy(kind="manual", text="Do."), family="driver"), False),
        (finding("x", Remedy(kind="manual", text="Do."), severity="note"), False),
    ],
)
def test_what_a_repair_is_there_for(one: Finding, *, expected: bool) -> None:
    assert curable(one) is expected


# --- properties ---------------------------------------------------------------------------------------

_COMPANIONS = (
    "tensorflow-text", "tf-keras", "tensorflow-probability", "tensorflow-hub", "pandas", "scipy", "jax", "jaxlib",
    "transformers", "keras-tuner", "keras-nightly", "tensorflow-cpu", "tensorflow-addons", "scikit-learn", "onnx",
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> Snapshot:
    """A trained environment in which up to four distributions are at any version, gone, or new."""
    key = draw(st.sampled_from(sorted(ENVIRONMENTS)))
    pins = dict(line.split("==") for line in ENVIRONMENTS[key])
    for _ in range(draw(st.integers(min_value=1, max_value=4))):
        name = draw(st.sampled_from(sorted({*pins, *_COMPANIONS} - {"tensorflow"})))
        rows = [str(row.version) for row in MATRIX.index.releases(name)] or [
            str(version) for version in MATRIX.releases.versions(name)
        ]
        version = draw(st.sampled_from([*rows, ""])) if rows else ""
        if version:
            pins[name] = version
        else:
            pins.pop(name, None)
    tag = key.rpartition("-cp")[2]
    return snapshot(f"{tag[0]}.{tag[1:]}.9", pins)


def consistent(before: Snapshot, found: Repair) -> None:
    """What must hold of any repair."""
    codes = {one.code for one in found.unresolved}
    wrong = [one for one in found.after.findings if unclean(one)]
    assert all(one.code in codes for one in wrong), wrong
    assert not [one for one in (*found.before.findings, *found.after.findings) if one.name == "rule-crashed"]
    assert len(wrong) <= len([one for one in found.before.findings if unclean(one)])
    after = simulate(before, found.steps, MATRIX)
    rows = known(after.installation.distributions) or ()
    versions = {canonicalize_name(item.name): Version(known(item.version) or "") for item in rows}
    assert versions == found.pins
    removed = {change.distribution for change in found.changes if change.becomes is None}
    assert removed <= {"keras", "keras-nightly", "tensorflow-cpu", "tensorflow"}


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_whatever_was_changed_the_result_is_clean_or_named(before: Snapshot) -> None:
    found = repair(before, MATRIX)
    consistent(before, found)
    again = repair(simulate(before, found.steps, MATRIX), MATRIX)
    assert again.steps == ()
