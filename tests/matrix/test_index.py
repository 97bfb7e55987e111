"""The bundled index: what it says of real distributions, how it is read, and how the harvest writes it."""

import json
import zlib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tfdoctor.errors import MatrixError
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.index import Index

MATRIX = Matrix.locate()
FILE = MATRIX.root / "index.json"


def test_a_release_says_what_its_metadata_says() -> None:
    found = MATRIX.index.get("tensorboard", Version("2.15.2"))
    assert found is not None
    assert "numpy>=1.12.0" in found.requires
    assert "protobuf!=4.24.0,>=3.19.6" in found.requires
    assert found.requires_python == ">=3.9"
    assert found.wheels == ("any py3",)
    assert not found.yanked
    assert found.read


def test_releases_are_newest_first_and_stable() -> None:
    versions = [row.version for row in MATRIX.index.releases("numpy")]
    assert versions == sorted(versions, reverse=True)
    assert Version("1.26.4") in versions
    assert not any(version.is_prerelease for version in versions)


def test_prereleases_are_there_only_where_a_tensorflow_requires_them() -> None:
    assert MATRIX.index.get("keras-nightly", Version("2.5.0.dev2021032900"))


def test_names_are_found_in_any_spelling() -> None:
    assert "Typing_Extensions" in MATRIX.index
    assert MATRIX.index.releases("Typing_Extensions") == MATRIX.index.releases("typing-extensions")


def test_what_is_not_there() -> None:
    assert "tensorflow" not in MATRIX.index  # it is in releases.json
    assert MATRIX.index.releases("no-such-distribution") == ()
    assert MATRIX.index.get("numpy", Version("99")) is None


def test_wheels_carry_platform_and_interpreters() -> None:
    found = MATRIX.index.get("numpy", Version("1.26.4"))
    assert found is not None
    assert "manylinux_2_17_x86_64 cp39 cp310 cp311 cp312" in found.wheels
    assert found.sdist


def test_every_requirement_can_be_read() -> None:
    lines = {line for name in MATRIX.index.names for row in MATRIX.index.releases(name) for line in row.requires}
    assert len(lines) > 1000
    for line in lines:
        Requirement(line)


def test_what_every_release_of_tensorflow_requires_is_there() -> None:
    missing = set()
    for version in MATRIX.releases.versions("tensorflow"):
        release = MATRIX.releases.get("tensorflow", version)
        assert release is not None
        for wheel in release.wheels:
            for line in wheel.requires:
                name = Requirement(line).name
                if version >= Version("1.13") and name not in MATRIX.index and not MATRIX.releases.versions(name):
                    missing.add(name)
    # backports of Python 2, what only builders need, and what the index has no stable release of
    assert missing <= {
        "enum34",
        "functools32",
        "build",
        "pyinstaller",
        "twine",
        "tensorflow-tensorboard",
        "tensorrt-libs",
    }


def test_it_stays_small() -> None:
    assert len(zlib.compress(FILE.read_bytes(), 6)) < 250_000


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{", "index.json"),
        (b'{"format": 1}', "harvested"),
        (b'{"format": 9, "harvested": "", "limits": {}, "distributions": {}}', "format 9"),
    ],
)
def test_a_damaged_file_is_named(data: bytes, said: str) -> None:
    with pytest.raises(MatrixError, match=said):
        Index(data)


def test_a_damaged_distribution_is_named() -> None:
    index = Index(b'{"format": 1, "harvested": "d", "limits": {}, "distributions": {"six": {"releases": 1}}}')
    assert index.harvested == "d"
    assert index.limits == {}
    with pytest.raises(MatrixError, match="six"):
        index.releases("six")


# --- the harvest --------------------------------------------------------------------------------------


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Index:
    """A table that the script writes from two releases of one distribution and its helper."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "scripts"))
    from index.listing import File, Listed, Read
    from index.table import table

    def wheel(tags: str, *, yanked: bool = False) -> File:
        return File(f"fast-1.0-{tags}.whl", "", yanked, ">=3.8")

    releases = [
        Listed("1.0", (wheel("cp38-cp38-manylinux2014_x86_64"), wheel("cp39-cp39-manylinux2014_x86_64")), None),
        Listed("2.0", (wheel("cp39-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64", yanked=True),), None),
        Listed("3.0", (), File("fast-3.0.tar.gz", "", yanked=False, requires_python=None)),
        Listed("4.0", (wheel("py2.py3-none-any"),), None),
    ]
    first = Read(
        ("Helper_Lib>=1", "futures; python_version < '3'", "six ; python_version >= '3.6'", "pytest; extra == 'test'"),
        ">=3.8",
        ("test",),
        "fast-1.0",
    )
    second = Read(("helper-lib[speed] ; sys_platform == 'win32'", "what is this"), None, (), "fast-2.0")
    read = {"1.0": first, "2.0": second, "3.0": Read((), None, (), "")}
    helper = Read(("cython; extra == 'speed'", "sphinx; extra == 'doc'"), None, ("speed", "doc"), "helper")
    kept = {"fast": (releases, read), "helper-lib": ([Listed("1.0", (wheel("py3-none-any"),), None)], {"1.0": helper})}
    text = table(kept, "2026-11-21")
    assert text == table(kept, "2026-11-21")
    assert json.loads(text)["harvested"] == "2026-11-21"
    return Index(text.encode())


def test_the_harvest_keeps_what_can_hold(written: Index) -> None:
    third, second, first = written.releases("fast")
    assert first.requires == ("helper-lib>=1", "six")
    assert first.wheels == ("manylinux_2_17_x86_64 cp38 cp39",)
    assert second.requires == ('helper-lib[speed]; sys_platform == "win32"',)
    assert second.wheels == ("manylinux_2_17_x86_64 cp39+",)
    assert second.yanked
    assert (third.wheels, third.sdist, third.read) == ((), True, False)


def test_the_harvest_keeps_extras_that_somebody_asks_for(written: Index) -> None:
    assert written.releases("helper-lib")[0].requires == ('cython; extra == "speed"',)
    assert len(written.releases("fast")) == 3  # 4.0 was not read


def test_what_setuptools_writes_becomes_requirements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "scripts"))
    from index.listing import _egg_requires

    text = "six\n\n[:python_version < '3.8']\nimportlib_metadata\n\n[test]\npytest\n"
    assert _egg_requires(text) == [
        "six",
        "importlib_metadata ; (python_version < '3.8')",
        'pytest ; extra == "test"',
    ]


@pytest.mark.parametrize(
    ("name", "usable"),
    [
        ("x-1-cp36-cp36m-manylinux1_x86_64.whl", True),
        ("x-1-cp35-cp35m-manylinux1_x86_64.whl", False),
        ("x-1-cp27-cp27mu-manylinux1_x86_64.whl", False),
        ("x-1-cp313-cp313t-manylinux_2_17_x86_64.whl", False),
        ("x-1-cp39-cp39-manylinux_2_17_i686.whl", False),
        ("x-1-cp39-cp39-win32.whl", False),
        ("x-1-py2-none-any.whl", False),
        ("x-1-py2.py3-none-any.whl", True),
        ("x-1-cp39-abi3-macosx_11_0_arm64.whl", True),
    ],
)
def test_only_wheels_that_the_planner_can_use_are_kept(
    name: str, *, usable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "scripts"))
    from index.listing import _usable

    assert _usable(name) is usable
