"""The shipped table of releases: what holds over all rows, and facts known from elsewhere."""

import re
from pathlib import Path

import msgspec
import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import parse_tag
from packaging.version import Version

from tfdoctor.matrix.releases import Release, Releases, platform_of

TABLE = Path(__file__).parents[2] / "compat_matrix" / "releases.json"


@pytest.fixture(scope="module")
def releases() -> Releases:
    return Releases(TABLE.read_bytes())


@pytest.fixture(scope="module")
def every(releases: Releases) -> list[Release]:
    found = [releases.get(name, version) for name in releases.distributions for version in releases.versions(name)]
    return [release for release in found if release is not None]


def known(releases: Releases, distribution: str, version: str) -> Release:
    release = releases.get(distribution, version)
    assert release is not None
    return release


def test_is_small_enough_to_ship() -> None:
    assert TABLE.stat().st_size < 1_500_000


def test_lines_stay_reviewable() -> None:
    assert max(map(len, TABLE.read_text("utf-8").splitlines())) < 10_000


def test_has_every_distribution(releases: Releases) -> None:
    assert set(releases.distributions) == {
        "tensorflow",
        "tensorflow-aarch64",
        "tensorflow-cpu",
        "tensorflow-cpu-aws",
        "tensorflow-gpu",
        "tensorflow-intel",
        "tensorflow-macos",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", releases.harvested)


def test_every_release_has_wheels_with_valid_tags(every: list[Release]) -> None:
    assert len(every) >= 315
    for release in every:
        assert release.wheels, release.version
        assert not release.version.is_prerelease
        for wheel in release.wheels:
            assert parse_tag(f"{wheel.python}-{wheel.abi}-{'.'.join(wheel.platforms)}")
            assert re.fullmatch(r"[23](\.\d+)?", wheel.python_version)
            assert wheel.size > 1000
            assert wheel.built is None or re.fullmatch(r"20\d\d-\d\d-\d\d", wheel.built)


def test_every_requirement_parses(every: list[Release]) -> None:
    for release in every:
        for wheel in release.wheels:
            assert all(Requirement(line).name for line in wheel.requires)
            SpecifierSet(wheel.requires_python or "")


def test_every_marker_extra_is_declared(every: list[Release]) -> None:
    for release in every:
        for wheel in release.wheels:
            named = {match for line in wheel.requires for match in re.findall(r"extra == ['\"]([\w-]+)", line)}
            assert named <= set(wheel.extras)


def test_builds_agree_with_themselves(every: list[Release]) -> None:
    for release in every:
        for wheel in release.wheels:
            build = wheel.build
            if build is None:
                assert wheel.size < 50_000
                continue
            assert build.numpy_abi is not None
            assert (build.cxx11_abi is not None) == (wheel.os == "linux")
            where = f"{release.distribution} {release.version} {wheel.platforms}"
            assert (build.glibc is not None) == (wheel.os == "linux"), where
            assert (build.macos is not None) == (wheel.os == "macos"), where
            if not build.is_cuda:
                assert build.cuda is None, where
                assert build.cudnn is None, where
                assert not build.sass, where
            if build.ptx:
                assert build.sass, where
                assert set(build.ptx) <= set(build.sass), where
            assert build.graph_min_consumer in {0, None}, where
            assert build.protobuf_style is not None, where


def test_cuda_builds_name_their_cuda_and_their_code(every: list[Release]) -> None:
    silent = set()
    for release in every:
        for wheel in release.wheels:
            if wheel.build and wheel.build.is_cuda:
                assert wheel.build.sass, (release.distribution, release.version)
                assert "." in (wheel.build.cuda or "."), (release.distribution, release.version)
                if wheel.build.cuda is None:
                    silent.add((release.distribution, str(release.version), wheel.os))
    oldest = ("0.12.0", "0.12.1", "1.0.0", "1.0.1")
    assert silent == {("tensorflow-gpu", version, "windows") for version in oldest}


@pytest.mark.parametrize(
    ("version", "cuda", "cudnn"),
    [
        ("1.15.0", "10.0", "7"),
        ("2.2.0", "10.1", "7"),
        ("2.4.0", "11.0", "8"),
        ("2.6.0", "11.2", "8"),
        ("2.12.1", "11.8", "8"),
        ("2.15.1", "12.2", "8"),
        ("2.16.2", "12.3", "8.9.6"),
        ("2.18.1", "12.5.1", "9.3.0"),
        ("2.21.0", "12.5.1", "9.3.0"),
    ],
)
def test_cuda_of_linux_builds(releases: Releases, version: str, cuda: str, cudnn: str) -> None:
    build = known(releases, "tensorflow", version).build("linux", "x86_64")
    assert build is not None
    assert (build.is_cuda, build.cuda, build.cudnn) == (True, cuda, cudnn)


@pytest.mark.parametrize(
    ("distribution", "version", "os", "arch"),
    [
        ("tensorflow", "2.0.0", "linux", "x86_64"),
        ("tensorflow", "1.15.2", "linux", "x86_64"),
        ("tensorflow-cpu", "2.21.0", "linux", "x86_64"),
        ("tensorflow", "2.21.0", "linux", "aarch64"),
        ("tensorflow", "2.21.0", "windows", "x86_64"),
        ("tensorflow-intel", "2.12.0", "windows", "x86_64"),
    ],
)
def test_builds_without_cuda(releases: Releases, distribution: str, version: str, os: str, arch: str) -> None:
    build = known(releases, distribution, version).build(os, arch)
    assert build is not None
    assert build.is_cuda is False
    assert (build.sass, build.ptx) == ((), ())


@pytest.mark.parametrize(
    ("version", "sass", "ptx"),
    [
        ("2.2.0", "3.5 3.7 5.2 6.0 6.1 7.0", "3.5 3.7 5.2 6.0 6.1 7.0"),
        ("2.3.0", "3.5 3.7 5.2 6.0 6.1 7.0", "7.0"),
        ("2.4.1", "3.5 5.0 6.0 7.0 7.5 8.0", "8.0"),
        ("2.15.1", "5.0 6.0 7.0 7.5 8.0", "8.0"),
        ("2.16.1", "5.0 6.0 7.0 8.0 9.0", "9.0"),
        ("2.17.0", "6.0 7.0 8.0 8.9 9.0", "9.0"),
    ],
)
def test_compute_capabilities(releases: Releases, version: str, sass: str, ptx: str) -> None:
    build = known(releases, "tensorflow", version).build("linux", "x86_64")
    assert build is not None
    assert build.sass == tuple(sass.split())
    assert build.ptx == tuple(ptx.split())


def test_a_patch_release_that_lost_its_gpu_code(releases: Releases) -> None:
    build = known(releases, "tensorflow-gpu", "1.12.3").build("linux", "x86_64")
    assert build is not None
    assert build.sass == ("3.7",)


def test_windows_had_less_gpu_code_than_linux(releases: Releases) -> None:
    release = known(releases, "tensorflow-gpu", "1.8.0")
    linux, windows = release.build("linux", "x86_64"), release.build("windows", "x86_64")
    assert linux is not None
    assert windows is not None
    assert linux.sass == ("3.5", "3.7", "5.2", "6.0", "6.1", "7.0")
    assert windows.sass == ("3.0", "3.5", "5.2")


@pytest.mark.parametrize(
    ("version", "glibc", "glibcxx", "cxx11_abi"),
    [
        ("1.12.0", "2.17", "3.4.19", False),
        ("1.13.1", "2.23", "3.4.21", True),
        ("2.8.0", "2.12", "3.4.13", False),
        ("2.9.0", "2.17", "3.4.19", True),
        ("2.20.0", "2.17", "3.4.19", True),
        ("2.21.0", "2.27", "3.4.22", True),
    ],
)
def test_floors_of_the_linux_libraries(
    releases: Releases, version: str, glibc: str, glibcxx: str, *, cxx11_abi: bool
) -> None:
    build = known(releases, "tensorflow", version).build("linux", "x86_64")
    assert build is not None
    assert (build.glibc, build.glibcxx, build.cxx11_abi) == (glibc, glibcxx, cxx11_abi)


@pytest.mark.parametrize(
    ("version", "style", "gencode", "numpy_abi"),
    [
        ("2.6.0", "descriptor", None, "1"),
        ("2.15.1", "builder", None, "1"),
        ("2.18.1", "builder", None, "2"),
        ("2.20.0", "checked", "5.28.3", "2"),
        ("2.21.0", "checked", "6.31.1", "2"),
    ],
)
def test_protobuf_and_numpy_generations(
    releases: Releases, version: str, style: str, gencode: str | None, numpy_abi: str
) -> None:
    build = known(releases, "tensorflow", version).build("linux", "x86_64")
    assert build is not None
    assert (build.protobuf_style, build.protobuf_gencode, build.numpy_abi) == (style, gencode, numpy_abi)


@pytest.mark.parametrize(
    ("version", "producer"), [("1.14.0", 38), ("1.15.0", 134), ("2.0.0", 119), ("2.2.0", 175), ("2.21.0", 2474)]
)
def test_graph_versions_do_not_grow_with_the_version(releases: Releases, version: str, producer: int) -> None:
    build = known(releases, "tensorflow", version).build("linux", "x86_64")
    assert build is not None
    assert build.graph_producer == producer


def test_all_builds_of_a_release_write_the_same_graphs(every: list[Release]) -> None:
    for release in every:
        found = {wheel.build.graph_producer for wheel in release.wheels if wheel.build} - {None}
        assert len(found) <= 1, (release.distribution, release.version, found)
        assert release.graph_producer == next(iter(found), None)


def test_pythons_of_a_release(releases: Releases) -> None:
    release = known(releases, "tensorflow", "2.6.0")
    assert release.pythons("linux", "x86_64") == ("3.6", "3.7", "3.8", "3.9")
    assert release.pythons("linux", "aarch64") == ()
    assert known(releases, "tensorflow", "2.21.0").pythons("linux", "x86_64") == ("3.10", "3.11", "3.12", "3.13")


def test_wheel_of_an_interpreter(releases: Releases) -> None:
    release = known(releases, "tensorflow", "2.6.0")
    wheel = release.wheel("3.9", "linux", "x86_64")
    assert wheel is not None
    assert (wheel.python, wheel.abi, wheel.arch) == ("cp39", "cp39", "x86_64")
    assert wheel.requires_python is None
    assert "keras~=2.6" in {line.replace(" ", "").replace("(", "").replace(")", "") for line in wheel.requires}
    assert release.wheel("3.10", "linux", "x86_64") is None
    assert release.wheel("3.9", "linux", "aarch64") is None


def test_python_2_has_the_wide_wheel(releases: Releases) -> None:
    wheel = known(releases, "tensorflow", "1.15.0").wheel("2.7", "linux", "x86_64")
    assert wheel is not None
    assert wheel.abi == "cp27mu"


def test_a_stub_has_no_build(releases: Releases) -> None:
    release = known(releases, "tensorflow", "2.11.0")
    wheel = release.wheel("3.10", "windows", "x86_64")
    assert wheel is not None
    assert wheel.build is None
    assert any(line.startswith("tensorflow-intel") for line in wheel.requires)
    assert release.build("windows", "x86_64") is None


def test_a_renamed_wheel_keeps_its_inner_tags(releases: Releases) -> None:
    wheel = known(releases, "tensorflow-gpu", "1.2.0").wheel("3.6", "linux", "x86_64")
    assert wheel is not None
    assert wheel.inner_tags
    assert all(tag.startswith("cp35") for tag in wheel.inner_tags)


def test_a_release_without_any_wheel(releases: Releases) -> None:
    assert Version("2.12") in releases.sdist_only("tensorflow-gpu")
    assert releases.get("tensorflow-gpu", "2.12.0") is None
    assert releases.sdist_only("tensorflow") == ()


def test_names_and_versions_are_compared_as_the_standards_say(releases: Releases) -> None:
    release = known(releases, "TensorFlow_GPU", "2.6")
    assert (release.distribution, str(release.version)) == ("tensorflow-gpu", "2.6.0")
    assert releases.get("tensorflow-gpu", Version("2.6.0")) is release
    assert releases.get("tensorflow", "nonsense") is None
    assert releases.get("tensorflow", "9.9") is None
    assert releases.get("torch", "2.0") is None


def test_versions_are_sorted(releases: Releases) -> None:
    versions = releases.versions("tensorflow")
    assert list(versions) == sorted(versions)
    assert Version("2.10.0") > versions[versions.index(Version("2.9.0"))]
    assert releases.versions("torch") == ()


def test_latest_patch(releases: Releases) -> None:
    release = releases.latest_patch("tensorflow", "2.6")
    assert release is not None
    assert str(release.version) == "2.6.5"
    assert releases.latest_patch("tensorflow", "9.9") is None


def test_a_release_knows_when_it_was_built(releases: Releases) -> None:
    built = known(releases, "tensorflow", "2.6.0").built
    assert built is not None
    assert built.startswith("2021-08")


def test_another_format_is_refused() -> None:
    empty = b'{"format":2,"harvested":"","requirements":[],"metadata":[],"builds":[],"releases":{},"sdist_only":{}}'
    with pytest.raises(ValueError, match="format 2"):
        Releases(empty)
    with pytest.raises(msgspec.ValidationError, match="format"):
        Releases(b"{}")


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("any", ("any", "any")),
        ("win_amd64", ("windows", "x86_64")),
        ("win32", ("windows", "i686")),
        ("manylinux_2_17_aarch64.manylinux2014_aarch64", ("linux", "aarch64")),
        ("macosx_12_0_arm64", ("macos", "arm64")),
        ("macosx_10_6_intel", ("macos", "x86_64")),
    ],
)
def test_platform_tags(tag: str, expected: tuple[str, str]) -> None:
    assert platform_of(tag) == expected
