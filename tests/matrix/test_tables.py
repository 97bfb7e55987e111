import re
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tfdoctor.errors import MatrixError
from tfdoctor.matrix import Matrix
from tfdoctor.versions import Dotted

MATRIX = Matrix.locate()
TABLES = sorted(path.name for path in MATRIX.root.glob("*.toml"))


def test_every_row_has_source_date_and_basis() -> None:
    for name in TABLES:
        text = (MATRIX.root / name).read_text()
        for block in re.split(r"^\[\[\w+\]\]$", text, flags=re.MULTILINE)[1:]:
            assert re.search(r'^source = ".+"', block, re.MULTILINE), (name, block[:80])
            assert re.search(r'^checked = "20\d\d-\d\d-\d\d"', block, re.MULTILINE), (name, block[:80])
            assert re.search(r'^basis = "(declared|resolved|installed|trained)"', block, re.MULTILINE), (
                name,
                block[:80],
            )


def test_a_newer_toolkit_never_needs_an_older_driver() -> None:
    for before, after in pairwise(MATRIX.drivers.toolkits):
        assert Dotted(before.linux) <= Dotted(after.linux), after.cuda
        if before.windows and after.windows:
            assert Dotted(before.windows) <= Dotted(after.windows), after.cuda


@pytest.mark.parametrize(
    ("cuda", "os", "least"),
    [
        ("11.2", "linux", "450.80.02"), ("12", "linux", "525.60.13"), ("12.5", "windows", "527.41"),
        ("10.1", "linux", "418.39"), ("10.1", "windows", "418.96"), ("13.0", "windows", None), ("99.0", "linux", None),
    ],
)  # fmt: skip
def test_the_least_driver_of_a_toolkit(cuda: str, os: str, least: str | None) -> None:
    assert MATRIX.drivers.least(cuda, os) == least


@pytest.mark.parametrize(
    ("driver", "os", "cuda"),
    [
        ("535.104.05", "linux", "12.2"),
        ("470.57.02", "linux", "11.4"),
        ("551.78", "windows", "12.4"),
        ("1.0", "linux", None),
    ],
)
def test_what_a_driver_serves(driver: str, os: str, cuda: str | None) -> None:
    assert MATRIX.drivers.serves(driver, os) == cuda


def test_compute_capabilities_of_a_toolkit() -> None:
    row = MATRIX.compute.of("11.2.152")
    assert row is not None
    assert (row.cuda, row.least, row.most) == ("11.2", "3.5", "8.6")
    assert MATRIX.compute.of("99.0") is None
    assert [MATRIX.compute.first(capability) for capability in ("7.5", "8.6", "9.0", "12.0", "99.0")] == [
        "10.0", "11.1", "11.8", "12.8", None,
    ]  # fmt: skip
    for before, after in pairwise(MATRIX.compute.toolkits):
        assert Dotted(before.most) <= Dotted(after.most)


@pytest.mark.parametrize(
    ("cuda", "capability", "knows"),
    [
        ("11.8", "12.0", False), ("12.8", "12.0", True), ("12.9", "12.1", True), ("12.8", "10.3", False),
        ("13.0", "7.0", False), ("13.0", "11.0", True), ("11.0", "8.6", False), ("11.1.105", "8.6", True),
        ("12.2", "3.5", False), ("12.2", "99.0", False), ("4.0", "2.0", None),
    ],
)  # fmt: skip
def test_what_a_toolkit_compiles_for(cuda: str, capability: str, knows: bool | None) -> None:  # noqa: FBT001 (pytest passes by name)
    assert MATRIX.compute.knows(cuda, capability) is knows


def test_every_capability_of_a_gpu_is_known_to_a_toolkit() -> None:
    for row in MATRIX.gpus.rows:
        if Version(row.compute_capability) >= Version("2.0"):
            assert MATRIX.compute.first(row.compute_capability), row.compute_capability


@pytest.mark.parametrize(
    ("name", "capability"),
    [
        ("NVIDIA GeForce RTX 3080 Ti Laptop GPU", "8.6"), ("GTX1080Ti", "6.1"), ("Tesla V100-SXM2-16GB", "7.0"),
        ("NVIDIA A100-SXM4-80GB", "8.0"), ("NVIDIA H100 80GB HBM3", "9.0"), ("Quadro K2000M", "3.0"),
        ("GeForce RTX 2080 SUPER Max-Q", "7.5"), ("GeForce GTX 1650 with Max-Q Design", "7.5"), ("T4", "7.5"),
        ("NVIDIA GeForce RTX 5090", "12.0"), ("GeForce 940MX", "5.0"), ("Tesla C2070", "2.0"),
        ("NVIDIA RTX 6000 Ada Generation", "8.9"), ("NVIDIA A100-SXM4-40GB MIG 1g.5gb", "8.0"), ("3090", "8.6"),
        ("1080 Ti", "6.1"), ("TITAN X (Pascal)", "6.1"), ("GeForce GTX TITAN X", "5.2"), ("NVIDIA DGX Spark", "12.1"),
        ("Jetson AGX Orin Developer Kit", "8.7"), ("Quadro RTX 5000", "7.5"), ("RTX A5000", "8.6"),
        ("Tesla V100-DGXS-32GB", "7.0"), ("GeForce GTX 960M", "5.0"), ("GeForce GTX 960", "5.2"), ("Quadro 4000", None),
        ("AMD Radeon VII", None), ("", None),
    ],
)  # fmt: skip
def test_gpus_however_they_are_written(name: str, capability: str | None) -> None:
    assert MATRIX.gpus.compute_capability(name) == capability


def test_companions_name_what_they_need() -> None:
    companions = MATRIX.companions
    assert companions.needs("tensorflow-text", "2.14.0") == "<2.16,>=2.14.0"
    assert companions.needs("tensorflow-text", "2.99.1") == "<2.100,>=2.99.0.dev0"
    assert companions.needs("tensorflow-io", "9.9") is None
    assert companions.needs("tensorflow-io", "not a version") is None
    assert companions.needs("numpy", "1.0") is None
    text = companions.get("tensorflow-io")
    assert text is not None
    assert text.fitting(Version("2.15.1")) == "0.36.0"
    assert text.fitting(Version("9.0")) is None
    for row in companions:
        for release in row.releases:
            SpecifierSet(release.tensorflow)
            SpecifierSet(release.version) if release.is_range else Version(release.version)


def test_cudnn_rows_name_their_capability() -> None:
    assert all(re.fullmatch(r"\d+\.\d+", row.least_capability) for row in MATRIX.cudnn.rows)
    assert all(row.span[0] <= row.span[1] for row in MATRIX.cudnn.rows)


@pytest.mark.parametrize(
    ("cudnn", "cuda", "least"),
    [
        ("9.10.2.21", "12", "5.0"), ("9.17.0", "12.5", "7.5"), ("9.28.0.42", "12", "7.5"), ("9.3.0.75", "12", "5.0"),
        ("9.13.0", "12", None), ("8.9.4", "11", "5.0"), ("8.2.1", "11", "3.5"), ("8.6.0", "11", None),
        ("7.6.5", "10.1", "3.0"), ("5.1", "8", None), ("9.20.0", "13", "7.5"), ("8.0.5", "10", "3.0"),
    ],
)  # fmt: skip
def test_the_least_capability_that_a_cudnn_serves(cudnn: str, cuda: str, least: str | None) -> None:
    assert MATRIX.cudnn.least_capability(cudnn, cuda) == least


def test_a_malformed_table_says_where(tmp_path: Path) -> None:
    (tmp_path / "gpus.toml").write_text("[[gpus]]\ncompute_capability = 8.6\nnames = []\n")
    with pytest.raises(MatrixError, match=r"gpus\.toml.*compute_capability"):
        _ = Matrix(tmp_path).gpus
    with pytest.raises(MatrixError, match=r"cannot read drivers\.toml"):
        _ = Matrix(tmp_path).drivers


def test_the_digest_names_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("x = 1")
    first = Matrix(tmp_path).digest
    (tmp_path / "a.toml").write_text("x = 2")
    assert re.fullmatch(r"[0-9a-f]{12}", first)
    assert Matrix(tmp_path).digest != first
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", MATRIX.version)
