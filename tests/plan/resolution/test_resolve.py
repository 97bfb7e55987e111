"""The resolver over the bundled index: real releases, real bounds, conflicts with both sides."""

from collections.abc import Mapping

import pytest
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tfdoctor.facts import ABSENT, Distribution
from tfdoctor.matrix import Matrix
from tfdoctor.plan.place import Place
from tfdoctor.plan.resolution.asks import YOU, Ban, Need, needs
from tfdoctor.plan.resolution.bans import Bans
from tfdoctor.plan.resolution.pool import Pool
from tfdoctor.plan.resolution.resolve import Conflict, Question, Resolution, resolve
from tfdoctor.versions import Dotted

LINUX = Dotted("2.36")


def place(python: str, os: str = "linux", arch: str = "x86_64", *, musl: bool = False) -> Place:
    return Place(Version(python), os, arch, glibc=LINUX if os == "linux" and not musl else None, musl=musl)


def installed(**versions: str) -> dict[str, Distribution]:
    return {name.replace("_", "-"): Distribution(name=name, version=text) for name, text in versions.items()}


def solved(matrix: Matrix, question: Question) -> dict[str, str]:
    found = resolve(question, matrix)
    assert isinstance(found, Resolution), found
    return {name: str(one.version) for name, one in found.pins.items()}


def conflict(matrix: Matrix, question: Question) -> Conflict:
    found = resolve(question, matrix)
    assert isinstance(found, Conflict)
    return found


def ask(
    python: str, tensorflow: str, *lines: str, distribution: str = "tensorflow", where: Place | None = None
) -> Question:
    at = where or place(python)
    return Question(place=at, tensorflow=(distribution, Version(tensorflow)), asked=tuple(needs(lines, YOU, at)))


@pytest.mark.parametrize(
    ("python", "tensorflow"),
    [
        ("3.7.16", "1.15.5"), ("3.8.18", "2.3.4"), ("3.9.18", "2.5.3"), ("3.9.18", "2.6.0"), ("3.10.13", "2.11.1"),
        ("3.11.7", "2.15.1"), ("3.12.1", "2.18.1"), ("3.13.0", "2.21.0"),
    ],
)  # fmt: skip
def test_a_whole_closure_breaks_no_bound(matrix: Matrix, python: str, tensorflow: str) -> None:
    pins = solved(matrix, ask(python, tensorflow))
    versions = {name: Version(text) for name, text in pins.items()}
    hits = matrix.bounds.hits(Version(tensorflow), versions, Version(python), complete=True)
    worst = {bound.row.effect for bound in hits if bound.row.feature != "tracked_dict"}
    assert worst <= {"warning", "none"}
    assert len(pins) > 20


def test_what_the_metadata_hides_is_kept(matrix: Matrix) -> None:
    pins = solved(matrix, ask("3.9.18", "2.6.0"))
    assert Version(pins["protobuf"]) < Version("4")  # 2.6.0 declares protobuf>=3.9.2
    assert pins["keras"].startswith("2.6.")


def test_a_bound_that_depends_on_another_version_is_kept(matrix: Matrix) -> None:
    pins = solved(matrix, ask("3.12.1", "2.18.1", "numpy>=2", "h5py"))
    assert Version(pins["h5py"]) >= Version("3.11")


def test_the_condition_gives_way_where_the_dependency_is_pinned(matrix: Matrix) -> None:
    pins = solved(matrix, ask("3.10.13", "2.12.1", "ml-dtypes==0.1.0"))
    assert Version(pins["jax"]) < Version("0.4")  # with a newer jax, ml-dtypes has to be 0.2


def test_what_must_not_be_absent_comes(matrix: Matrix) -> None:
    assert Version(solved(matrix, ask("3.12.1", "2.16.2"))["setuptools"]) < Version("82")


def test_installed_versions_stay(matrix: Matrix) -> None:
    there = installed(tensorflow="2.15.1", numpy="1.24.4", protobuf="4.21.12", absl_py="1.4.0")
    question = Question(place=place("3.11"), tensorflow=("tensorflow", Version("2.15.1")), installed=there)
    pins = solved(matrix, question)
    assert (pins["numpy"], pins["protobuf"], pins["absl-py"]) == ("1.24.4", "4.21.12", "1.4.0")


def test_preferred_versions_come_next(matrix: Matrix) -> None:
    question = Question(
        place=place("3.11"),
        tensorflow=("tensorflow", Version("2.15.1")),
        installed=installed(numpy="2.1.0"),
        preferred={"numpy": (Version("1.25.2"),), "absl-py": (Version("1.4.0"),)},
    )
    pins = solved(matrix, question)
    assert (pins["numpy"], pins["absl-py"]) == ("1.25.2", "1.4.0")


def test_a_user_gets_what_fits_both(matrix: Matrix) -> None:
    pins = solved(matrix, ask("3.11.7", "2.15.1", "pandas<2.2", "tensorflow-text"))
    assert Version(pins["pandas"]) < Version("2.2")
    assert pins["tensorflow-text"].startswith("2.15.")


def test_extras_bring_what_they_ask_for(matrix: Matrix) -> None:
    pins = solved(matrix, ask("3.12.1", "2.18.1", "tensorflow[and-cuda]"))
    assert "nvidia-cudnn-cu12" in pins


def test_a_conflict_names_both_sides(matrix: Matrix) -> None:
    found = conflict(matrix, ask("3.11.7", "2.15.1", "numpy>=2"))
    text = found.clashes[0].text
    assert found.clashes[0].distribution == "numpy"
    assert "you ask for numpy>=2" in text
    assert "tensorflow 2.15.1 asks for numpy" in text
    assert {"you", "tensorflow"} <= {side.owner for side in found.clashes[0].sides}


def test_measured_bounds_are_a_side(matrix: Matrix) -> None:
    found = conflict(matrix, ask("3.9.18", "2.6.0", "protobuf>=4"))
    assert "refuses from 4.21" in " ".join(clash.text for clash in found.clashes)


def test_a_companion_fits_by_the_matrix_and_not_by_its_metadata(matrix: Matrix) -> None:
    there = installed(tensorflow="2.15.1", tensorflow_text="2.14.0")  # declares tensorflow<2.15, and works
    at = place("3.11")
    question = Question(
        place=at,
        tensorflow=("tensorflow", Version("2.15.1")),
        asked=tuple(needs(("tensorflow-text",), YOU, at)),
        installed=there,
    )
    assert solved(matrix, question)["tensorflow-text"] == "2.14.0"


def test_a_companion_of_another_minor_does_not_fit(matrix: Matrix) -> None:
    found = conflict(matrix, ask("3.11.7", "2.15.1", "tensorflow-text==2.16.1"))
    assert found.clashes


def test_any_tensorflow_serves_who_requires_tensorflow(matrix: Matrix) -> None:
    pins = solved(matrix, ask("3.11.7", "2.15.1", "tensorflow-text", distribution="tensorflow-cpu"))
    assert "tensorflow" not in pins
    assert pins["tensorflow-cpu"] == "2.15.1"


def test_windows_gets_the_contents_of_the_shell(matrix: Matrix) -> None:
    pins = solved(matrix, ask("3.11.7", "2.15.1", where=place("3.11.7", "windows")))
    assert pins["tensorflow-intel"] == "2.15.1"
    assert pins["keras"].startswith("2.15.")


def test_what_nobody_knows_is_told(matrix: Matrix) -> None:
    found = resolve(ask("3.11.7", "2.15.1", "my-own-thing>=1"), matrix)
    assert isinstance(found, Resolution)
    assert [need.text for need in found.unknown] == ["my-own-thing>=1"]


def test_what_has_no_wheel_is_told(matrix: Matrix) -> None:
    found = resolve(ask("3.9.18", "2.6.5"), matrix)
    assert isinstance(found, Resolution)
    assert "termcolor" in found.built  # 1.1.0 has a source distribution only


def test_without_tensorflow_it_is_a_plain_resolver(matrix: Matrix) -> None:
    at = place("3.11")
    question = Question(place=at, tensorflow=None, asked=tuple(needs(("requests<2.30",), YOU, at)))
    assert {"requests", "urllib3", "idna"} <= solved(matrix, question).keys()


def test_what_is_held_is_kept_and_named(matrix: Matrix) -> None:
    held: Mapping[str, tuple[Need, ...]] = {"numpy": (Need("numpy", SpecifierSet(">=2"), "pandas 9"),)}
    question = Question(place=place("3.11"), tensorflow=("tensorflow", Version("2.15.1")), held=held)
    assert "pandas 9 asks for numpy>=2" in conflict(matrix, question).clashes[0].text


def test_a_ban_of_the_plan_is_kept(matrix: Matrix) -> None:
    bans = (Ban("keras", "the repair", "it goes"),)
    question = Question(place=place("3.11"), tensorflow=("tensorflow", Version("2.15.1")), bans=bans)
    assert "no keras: it goes" in conflict(matrix, question).clashes[0].text


# --- the parts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "wheel", "fits"),
    [
        (place("3.9"), "any py3", True),
        (place("3.9"), "any py2", False),
        (place("3.9"), "manylinux_2_17_x86_64 cp38 cp39", True),
        (place("3.10"), "manylinux_2_17_x86_64 cp38 cp39", False),
        (place("3.12"), "manylinux_2_17_x86_64 cp38+", True),
        (place("3.12"), "any py37+", True),
        (place("3.9"), "manylinux_2_39_x86_64 cp39", False),
        (place("3.9"), "manylinux_2_17_aarch64 cp39", False),
        (place("3.9"), "musllinux_1_2_x86_64 cp39", False),
        (place("3.9", musl=True), "musllinux_1_2_x86_64 cp39", True),
        (place("3.9", musl=True), "manylinux_2_17_x86_64 cp39", False),
        (place("3.9"), "linux_x86_64 cp39", True),
        (place("3.9", "windows"), "win_amd64 cp39", True),
        (place("3.9", "windows", "arm64"), "win_amd64 cp39", False),
        (place("3.9", "macos", "arm64"), "macosx_11_0_arm64 cp39", True),
        (place("3.9", "macos", "arm64"), "macosx_11_0_universal2 cp39", True),
        (place("3.9", "macos"), "macosx_11_0_arm64 cp39", False),
        (place("3.9", "macos"), "macosx_10_9_intel cp39", True),
        (Place(Version("3.9"), "macos", "arm64", macos=Dotted("12.6")), "macosx_14_0_arm64 cp39", False),
        (Place(Version("3.9")), "manylinux_2_39_x86_64 cp39", True),  # nobody knows the glibc
    ],
)
def test_which_wheels_fit(at: Place, wheel: str, *, fits: bool) -> None:
    assert at.fits(wheel) is fits


def test_old_names_of_platform_tags() -> None:
    assert place("3.7").takes("manylinux2010_x86_64")
    assert not Place(Version("3.7"), glibc=Dotted("2.5")).takes("manylinux2014_x86_64")


def test_markers_are_judged_for_the_place() -> None:
    assert place("3.9", "windows").holds(Marker("platform_machine == 'AMD64' and sys_platform == 'win32'"))
    assert not place("3.9").holds(Marker("python_version >= '3.10'"))
    assert place("3.9").holds(Marker("extra == 'x'"), "x")
    assert place("3.9").holds(None)


def test_requirements_of_extras_are_apart() -> None:
    lines = ("a>=1", "b; extra == 'more'", "c ; python_version < '3'", "no requirement at all")
    assert [need.text for need in needs(lines, "x 1", place("3.9"))] == ["a>=1"]
    assert [need.text for need in needs(lines, "x 1", place("3.9"), "more")] == ["b"]


def test_the_text_of_what_is_asked() -> None:
    assert Need("a", SpecifierSet(">=1"), "x", frozenset({"q", "p"})).text == "a[p,q]>=1"
    assert Ban("a", "x", "why", excluded=SpecifierSet("<2")).text == "a not <2"
    assert Ban("a", "x", "why").hits(Version("1"))
    assert Ban("a", "x", "why", excluded=SpecifierSet("<2")).hits(Version("1"))
    assert not Ban("a", "x", "why", excluded=SpecifierSet("<2")).hits(Version("2"))


def test_a_need_admits_what_it_was_told_to() -> None:
    need = Need("a", SpecifierSet(">=2"), "x", admitted=frozenset({Version("1")}))
    assert need.admits(Version("1"))
    assert not need.declared(Version("1"))


def test_what_is_installed_is_a_candidate_whatever_it_is(matrix: Matrix) -> None:
    there = {
        "mine": Distribution(name="mine", version="1.0+local", requires=("six",)),
        "odd": Distribution(name="odd", version="not a version"),
        "bare": Distribution(name="bare", version=ABSENT),
        "tensorflow": Distribution(name="tensorflow", version="2.15.1"),
        "six": Distribution(name="six", version="1.16.0"),
    }
    pool = Pool(matrix, place("3.11"), there, {})
    mine = pool.present("mine")
    assert mine is not None
    assert (str(mine), mine.requires) == ("mine 1.0+local", ("six",))
    assert pool.present("odd") is None
    assert pool.present("bare") is None
    found = pool.present("tensorflow")
    assert found is not None
    assert found.requires
    assert "keras<2.16,>=2.15.0" in {line.replace(" ", "").replace("(", "").replace(")", "") for line in found.requires}
    assert pool.knows("mine")
    assert not pool.movable("mine")
    assert pool.movable("six")
    assert [str(one) for one in pool.candidates("mine")] == ["mine 1.0+local"]


def test_releases_that_would_have_to_be_compiled_are_no_candidates(matrix: Matrix) -> None:
    versions = {one.version for one in Pool(matrix, place("3.13"), {}, {}).usable("numpy")}
    assert Version("1.26.4") not in versions  # it has wheels, none for 3.13
    assert Version("2.2.6") in versions


def test_tensorflow_is_offered_where_its_wheels_fit(matrix: Matrix) -> None:
    old = Place(Version("3.9"), glibc=Dotted("2.12"))
    assert Version("2.6.5") in {one.version for one in Pool(matrix, old, {}, {}).usable("tensorflow")}
    newest = Pool(matrix, old, {}, {}).usable("tensorflow")[0].version
    assert newest < Pool(matrix, place("3.9"), {}, {}).usable("tensorflow")[0].version


def test_without_tensorflow_nothing_is_banned(matrix: Matrix) -> None:
    bans = Bans(matrix, place("3.11"), None)
    assert bans.by == ""
    assert bans.against("numpy", Version("2.0")) is None
    assert list(bans.required()) == []
    assert bans.fits("tensorflow-text", Version("2.15.0")) is None
