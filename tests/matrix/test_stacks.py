import json
import posixpath
import sys
from pathlib import Path

import msgspec
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.matrix import Matrix
from tfdoctor.matrix.stacks import Stack, StackFile, Stacks, Variable
from tfdoctor.versions import Dotted, within

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from render_stacks import TARGET, page  # found in the folder of the scripts only

MATRIX = Matrix.locate()
STACKS = MATRIX.stacks
PIP = [row for row in STACKS.rows if row.with_pip]
EVIDENCE = Path(__file__).parents[2] / "compat_matrix" / "evidence" / "stacks.jsonl"
LINES = [json.loads(line) for line in EVIDENCE.read_text().splitlines()]
RUNS = [line for line in LINES if "tensorflow" in line]


def _releases(row: Stack) -> list[Version]:
    return [version for version in MATRIX.releases.versions("tensorflow") if within(version, row.tensorflow)]


def _twins(row: Stack) -> set[str]:
    return {other.name for other in STACKS.rows if (other.cuda, other.cudnn) == (row.cuda, row.cudnn)}


def _row(name: str) -> Stack:
    row = STACKS.get(name)
    assert row is not None
    return row


@pytest.mark.parametrize("os", ["linux", "windows"])
def test_each_cuda_build_on_the_index_has_a_stack_and_from_2_5_on_one_of_pip(os: str) -> None:
    seen = 0
    for distribution in ("tensorflow", "tensorflow-gpu"):
        for version in MATRIX.releases.versions(distribution):
            release = MATRIX.releases.get(distribution, version)
            build = release.build(os, "x86_64") if release else None
            if build is None or not build.is_cuda or version < Version("1.0"):
                continue
            seen += 1
            rows = STACKS.for_tensorflow(version, os=os)
            assert rows, (distribution, version)
            assert rows[-1].kind == "system"
            if os == "linux" and version >= Version("2.5"):
                assert rows[0].with_pip, version
            if build.cuda and build.cudnn:
                assert {Dotted(row.cuda).major for row in rows} == {Dotted(build.cuda).major}
                assert {Dotted(row.cudnn).major for row in rows} == {Dotted(build.cudnn).major}
                # TensorFlow refuses a cuDNN that is older than the one that it was compiled with.
                assert all(Dotted(row.cudnn) >= Dotted(build.cudnn) for row in rows if row.with_pip)
    assert seen > 40


@pytest.mark.parametrize("row", PIP, ids=lambda row: row.name)
def test_the_pins_bring_every_file_and_the_search_adds_what_the_release_does_not_search(row: Stack) -> None:
    names = {canonicalize_name(Requirement(text).name) for text in row.requirements}
    assert all(str(Requirement(text).specifier).startswith("==") for text in row.requirements)
    for version in _releases(row):
        build = MATRIX.sonames.build(version)
        assert build is not None
        for file in set(build.required) - {"libcuda.so.1"}:
            assert names & {item.name for item in MATRIX.sonames.providers_of(file)}, (version, file)
        missing = {f"{item.folder}/lib" for item in MATRIX.sonames.unreached(version)}
        assert missing <= set(row.search), version
        assert bool(missing) == bool(row.search), version


@pytest.mark.parametrize("row", [row for row in PIP if row.kind == "extra"], ids=lambda row: row.name)
def test_the_pins_of_an_extra_are_what_its_metadata_allows(row: Stack) -> None:
    pins = {canonicalize_name(pin.name): str(pin.specifier)[2:] for pin in map(Requirement, row.requirements)}
    for version in _releases(row):
        release = MATRIX.releases.get("tensorflow", version)
        assert release is not None
        wheel = next(wheel for wheel in release.wheels if wheel.fits("linux", "x86_64"))
        asked = [Requirement(text) for text in wheel.requires if "and-cuda" in text]
        assert {canonicalize_name(one.name) for one in asked} == set(pins), version
        assert all(one.specifier.contains(pins[canonicalize_name(one.name)]) for one in asked), version


@pytest.mark.parametrize("row", PIP, ids=lambda row: row.name)
def test_what_is_called_proven_was_opened_by_that_release(row: Stack) -> None:
    runs = [run for run in RUNS if run["stack"] == row.name]
    assert [run["tensorflow"] for run in runs if not run["imported"]] == list(row.proven)
    assert {str(version) for version in _releases(row)} == set(row.proven)
    for run in runs:
        assert run["wrong"] == []
        build = MATRIX.sonames.build(Version(run["tensorflow"]))
        assert build is not None
        assert set(run["opened"]) == set(build.required) - {"libcuda.so.1"}
        assert all(place.startswith("nvidia/") for place in run["opened"].values())
        assert run["admits"]["search"] is not False
        assert (run["admits"]["none"] is False) == bool(row.search)
        assert run["libdevice"]
        assert run["nvrtc"]["all"]["compiled"]
        assert run["versions"]["libcudnn"] == ".".join(row.cudnn.split(".")[:3])


@pytest.mark.parametrize("row", PIP, ids=lambda row: row.name)
def test_capabilities_are_those_for_which_every_library_has_code(row: Stack) -> None:
    code = next(line["sass"] for line in LINES if "sass" in line and line["stack"] in _twins(row))
    least = max(min(numbers) for numbers in code.values())
    most = min(max(numbers) for numbers in code.values())
    assert row.capabilities == (f"{least // 10}.{least % 10}", f"{most // 10}.{most % 10}")
    majors = {number // 10 for numbers in code.values() for number in numbers if least <= number <= most}
    for numbers in code.values():  # code of one major runs on all later minors of it
        assert {number // 10 for number in numbers} >= majors


def test_every_row_names_its_evidence_and_a_cuda_with_a_known_driver() -> None:
    assert len({row.name for row in STACKS.rows}) == len(STACKS.rows)
    for row in STACKS.rows:
        assert MATRIX.drivers.least(row.cuda, row.os), row.name
        assert bool(row.requirements) == row.with_pip, row.name
        assert bool(row.conda) == bool(row.channels) == (row.kind == "conda"), row.name
        assert (row.basis == "installed") == row.with_pip, row.name


def test_pip_comes_before_conda_before_the_system() -> None:
    assert [row.kind for row in STACKS.for_tensorflow(Version("2.6.5"), "3.9")] == ["nvidia-wheels", "conda", "system"]
    assert [row.name for row in STACKS.for_tensorflow(Version("2.20.0"))][:2] == ["2.20-cu125", "2.20-cu128"]
    assert STACKS.for_tensorflow(Version("2.21.0"))[0].name == "2.21-cu129"
    assert [row.kind for row in STACKS.for_tensorflow(Version("2.3.4"))] == ["conda", "system"]


def test_a_post_release_has_its_own_row_and_a_pre_release_that_of_its_final() -> None:
    assert STACKS.for_tensorflow(Version("2.15.0"))[0].kind == "nvidia-wheels"
    assert STACKS.for_tensorflow(Version("2.15.0.post1"))[0].kind == "extra"
    assert STACKS.for_tensorflow(Version("2.16.1rc0"))[0].name == "2.16.1-cu123"


def test_a_row_with_limited_interpreters_is_left_out_for_others() -> None:
    row = msgspec.structs.replace(_row("2.14-cu118"), python="<3.11", name="limited")
    stacks = Stacks(StackFile(stack=(row,)))
    assert stacks.for_tensorflow(Version("2.14.1"), "3.11") == ()
    assert stacks.for_tensorflow(Version("2.14.1"), "3.9") == stacks.for_tensorflow(Version("2.14.1")) == (row,)


def test_where_there_is_no_cuda_build_the_reason_is_given() -> None:
    assert STACKS.for_tensorflow(Version("2.15.1"), arch="aarch64") == ()
    jetson = STACKS.without(Version("2.15.1"), arch="aarch64")
    assert jetson is not None
    assert "Jetson" in jetson.instead
    windows = STACKS.without(Version("2.11.0"), "windows")
    assert windows is not None
    assert "WSL 2" in windows.instead
    assert STACKS.without(Version("2.10.1"), "windows") is None
    assert STACKS.without(Version("2.10.1")) is None
    assert STACKS.get("no such row") is None


def test_variables_of_wheels_that_the_release_does_not_search() -> None:
    row = _row("2.12-cu118")
    found = {item.name: item for item in row.environment("/e/site", "/e")}
    assert found["LD_LIBRARY_PATH"].value.split(":") == [f"/e/site/{folder}" for folder in row.search + row.also]
    assert found["LD_LIBRARY_PATH"].before
    assert found["PATH"] == Variable("PATH", "/e/site/nvidia/cuda_nvcc/bin", before=True)
    assert found["XLA_FLAGS"] == Variable("XLA_FLAGS", "--xla_gpu_cuda_data_dir=/e/site/nvidia/cuda_nvcc", before=False)


def test_the_folder_of_the_driver_on_wsl_is_searched_last() -> None:
    for row in STACKS.rows:
        before, after = (row.environment("/s", "/p", wsl=wsl) for wsl in (False, True))
        assert (before == after) == (row.wsl == ())
        if row.wsl:
            assert next(item.value for item in after if item.name == "LD_LIBRARY_PATH").endswith(row.wsl[-1])


def test_an_extra_that_is_searched_needs_no_variable() -> None:
    assert _row("2.16-cu123").environment("/e/site", "/e", everything=False) == ()
    (search,) = _row("2.21-cu125").environment("/e/site", "/e", everything=False)
    assert "/e/site/nvidia/cusolver/lib" in search.value.split(":")


@pytest.mark.parametrize("row", [row for row in PIP if row.links], ids=lambda row: row.name)
def test_links_lead_to_the_run_time_compiler_of_the_pins(row: Stack) -> None:
    assert any(text.startswith("nvidia-cuda-nvrtc-cu") for text in row.requirements)
    for place, target in row.links:
        reached = posixpath.normpath(posixpath.join(posixpath.dirname(place), target))
        assert reached.startswith("nvidia/cuda_nvrtc")
    bare = next(line for line in LINES if "unlinked" in line and line["stack"] in _twins(row))
    assert "error" in bare or bare["nvrtc"] == {"opened": None}


def test_the_extra_of_2_14_aborts_without_the_links() -> None:
    bare = next(line for line in LINES if "unlinked" in line and line["stack"] == "2.14-cu118")
    assert "libnvrtc.so: cannot open shared object file" in bare["error"]


@pytest.mark.parametrize("row", PIP, ids=lambda row: row.name)
def test_the_folder_of_wsl_is_searched_where_cudnn_fails_without(row: Stack) -> None:
    line = next(line for line in LINES if "wsl" in line and line["stack"] in _twins(row))
    assert isinstance(line["with"], dict)
    assert set(line["with"].values()) == {0}
    assert bool(row.wsl) == isinstance(line["without"], str)


def test_what_others_saw_on_gpus_is_told_with_the_stack_that_it_concerns() -> None:
    version = Version("2.21.0")
    assert STACKS.reports(version, _row("2.21-cu129")) == ()
    (cudnn,) = STACKS.reports(version, _row("2.21-cu125"), "8.6")
    assert "9.24.0" in cudnn.message
    (blackwell,) = STACKS.reports(version, _row("2.21-cu129"), "12.0")
    assert "CUDA_ERROR_INVALID_PTX" in blackwell.message
    assert STACKS.reports(Version("2.15.1"), _row("2.15-cu122"), "12.0") == ()


def test_conda_is_searched_in_the_prefix() -> None:
    (linux,) = _row("conda-11.2").environment("/e/site", "/e")
    assert linux == Variable("LD_LIBRARY_PATH", "/e/lib", before=True)
    (windows,) = _row("conda-11.2-windows").environment(r"C:\e\site", r"C:\e")
    assert windows.name == "PATH"


@pytest.mark.parametrize(
    ("name", "capability", "serves"),
    [
        ("2.5-cu118", "3.5", True), ("2.5-cu118", "3.0", False), ("2.5-cu118", "8.9", True),
        ("2.5-cu118", "12.0", False), ("2.20-cu125", "12.0", False), ("2.20-cu128", "12.0", False),
        ("2.20-newest", "6.1", False), ("2.21-cu129", "7.5", True), ("2.21-cu128", "6.1", True),
        ("conda-11.2", "8.6", None),
    ],
)  # fmt: skip
def test_which_gpus_the_libraries_have_code_for(name: str, capability: str, serves: bool | None) -> None:  # noqa: FBT001  a table
    assert _row(name).serves(capability) is serves


def test_how_sure_a_row_is_for_a_release() -> None:
    row = _row("2.5-cu118")
    assert row.evidence(Version("2.6.5")).startswith("opened by the loader of TensorFlow 2.6.5 itself on 2026-")
    assert row.evidence(Version("2.6.99")).startswith("not run with 2.6.99; opened by the loader of TensorFlow 2.11.1")
    assert _row("conda-11.2").evidence(Version("2.6.5")) == "documented, not run"


def test_the_page_follows_the_table() -> None:
    assert TARGET.read_text(encoding="utf-8") == page(MATRIX, LINES)
