import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tfdoctor.matrix import Matrix

MATRIX = Matrix.locate()
SONAMES = MATRIX.sonames
DRIVER = {"libcuda.so.1", "nvcuda.dll"}


def test_each_required_file_is_in_the_toolkit_or_the_cudnn_of_its_build() -> None:
    for build in SONAMES.builds:
        cudnn = SONAMES.cudnns[int(build.cudnn)]
        have = DRIVER | {*SONAMES.toolkit(build.cuda, build.os), *(cudnn.linux[:1]), *(cudnn.windows[:1])}
        assert set(build.required) <= have, (build.tensorflow, build.os)


@pytest.mark.parametrize("os", ["linux", "windows"])
def test_each_cuda_build_on_the_index_has_one_row_with_its_cuda(os: str) -> None:
    seen = 0
    for distribution in ("tensorflow", "tensorflow-gpu"):
        for version in MATRIX.releases.versions(distribution):
            release = MATRIX.releases.get(distribution, str(version))
            build = release.build(os, "x86_64") if release else None
            if build is None or not build.is_cuda:
                continue
            seen += 1
            final = Version(version.base_version)
            rows = [row for row in SONAMES.builds if row.os == os and _covers(row.tensorflow, final)]
            assert len(rows) == 1, (distribution, version)
            assert SONAMES.build(version, os) == rows[0]
            if build.cuda:
                shorter = min(len(build.cuda), len(rows[0].cuda))
                assert build.cuda[:shorter] == rows[0].cuda[:shorter], (distribution, version)
            if build.cudnn:
                assert build.cudnn.partition(".")[0] == rows[0].cudnn, (distribution, version)
    assert seen > 50


def _covers(specifier: str, version: Version) -> bool:
    return any(SpecifierSet(part).contains(version, prereleases=True) for part in specifier.split("||"))


@pytest.mark.parametrize(
    ("name", "toolkits"),
    [
        ("libcudart.so.11.0", ("11.0", "11.1", "11.2")), ("libcusolver.so.10", ("10.1", "10.2", "11.0")),
        ("libcufft.so.10", ("10.1", "10.2", "11.0", "11.1", "11.2")), ("cudart64_101.dll", ("10.1",)),
        ("cublasLt64_11.dll", ("11.0", "11.1", "11.2")), ("libcudnn.so.8", ()),
    ],
)  # fmt: skip
def test_which_toolkits_have_a_file(name: str, toolkits: tuple[str, ...]) -> None:
    assert SONAMES.toolkits_with(name) == toolkits


def test_files_of_a_toolkit_however_precise() -> None:
    assert "libcusolver.so.11" in SONAMES.toolkit("11.8")
    assert "libcusolver.so.10" in SONAMES.toolkit("11.0.3")
    assert "libcudart.so.12" in SONAMES.toolkit("12")
    assert "cudart64_110.dll" in SONAMES.toolkit("11.4", "windows")
    assert SONAMES.toolkit("5.5") == ()


def test_distributions_that_bring_a_file() -> None:
    assert [item.name for item in SONAMES.providers_of("libcudnn.so.8")] == ["nvidia-cudnn-cu11", "nvidia-cudnn-cu12"]
    assert [item.folder for item in SONAMES.providers_of("libcusolver.so.12")] == ["nvidia/cu13"]
    assert SONAMES.providers_of("libcudart.so.10.1") == ()


def test_each_file_that_a_build_opens_from_pip_has_a_provider() -> None:
    for version in ("2.14.0", "2.15.1", "2.17.1", "2.21.0"):
        build = SONAMES.build(Version(version))
        assert build is not None
        assert [name for name in build.opened if not SONAMES.providers_of(name)] == ["libcuda.so.1"]


@pytest.mark.parametrize(
    ("tensorflow", "unreached"),
    [
        ("2.16.1", {"nvidia-cublas-cu12", "nvidia-cufft-cu12", "nvidia-cusolver-cu12", "nvidia-cusparse-cu12",
                    "nvidia-cudnn-cu12"}),
        ("2.16.2", set()), ("2.15.0.post1", set()), ("2.20.0", set()), ("2.21.0", {"nvidia-cusolver-cu12"}),
        ("9.0", set()),
    ],
)  # fmt: skip
def test_files_that_a_release_does_not_find_where_pip_puts_them(tensorflow: str, unreached: set[str]) -> None:
    assert {item.name for item in SONAMES.unreached(Version(tensorflow))} == unreached


def test_before_2_14_no_folder_of_pip_is_searched() -> None:
    search = SONAMES.search(Version("2.13.1"))
    assert search is not None
    assert search.folders == ()
    assert "nvidia-cudnn-cu11" in {item.name for item in SONAMES.unreached(Version("2.13.1"))}


def test_what_links_cuda_and_what_opens_it() -> None:
    linked, opened = SONAMES.build(Version("1.13.1")), SONAMES.build(Version("1.14.0"))
    assert linked is not None
    assert opened is not None
    assert "libcublas.so.10.0" in linked.linked
    assert opened.linked == ()
    assert SONAMES.build(Version("2.11.0"), "windows") is None
