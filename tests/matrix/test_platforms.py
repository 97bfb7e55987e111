from itertools import pairwise

import pytest
from packaging.version import Version

from tfdoctor.matrix import Matrix
from tfdoctor.versions import Dotted

PLATFORMS = Matrix.locate().platforms


@pytest.mark.parametrize(
    ("system", "version", "glibc"),
    [
        ("Ubuntu", "20.04.6 LTS", "2.31"), ("ubuntu", "18.04", "2.27"), ("CentOS", "7.5.1804", "2.17"),
        ("Red Hat Enterprise Linux", "8.4", "2.28"), ("Debian GNU/Linux", "12", "2.36"), ("Amazon Linux", "2", "2.26"),
        ("Rocky Linux", "9.3", "2.34"), ("openSUSE Leap", "15.5", "2.31"), ("Debian", "10.3", "2.28"),
        ("Ubuntu", "99.04", None), ("Ubuntu", "focal", None), ("Alpine", "3.18", None), ("Plan 9", "4", None),
        ("", "1", None), ("raspbian", "11", "2.31"), ("pop", "22.04", "2.35"),
    ],
)  # fmt: skip
def test_glibc_of_a_system(system: str, version: str, glibc: str | None) -> None:
    assert PLATFORMS.glibc(system, version) == glibc


def test_c_library_of_a_system() -> None:
    assert [PLATFORMS.libc(name) for name in ("Alpine Linux", "ubuntu", "haiku")] == ["musl", "glibc", None]


def test_a_later_release_of_a_system_has_no_older_glibc() -> None:
    for system in PLATFORMS.systems:
        for before, after in pairwise(system.releases):
            assert Dotted(before.version) < Dotted(after.version), system.id
            assert Dotted(before.glibc) <= Dotted(after.glibc), system.id


@pytest.mark.parametrize(
    ("symbols", "gcc"),
    [
        ("GLIBCXX_3.4.21", "5.1.0"), ("3.4.30", "12.1.0"), ("GLIBCXX_3.4.28", "9.3.0"), ("CXXABI_1.3.9", "5.1.0"),
        ("CXXABI_1.3.11", "7.1.0"), ("GLIBCXX_3.4.32", "13.2.0"), ("GLIBCXX_3.4.99", None), ("CXXABI_1.3.99", None),
    ],
)  # fmt: skip
def test_gcc_of_a_symbol_version(symbols: str, gcc: str | None) -> None:
    assert PLATFORMS.gcc(symbols) == gcc


@pytest.mark.parametrize(
    ("tag", "pip"),
    [
        ("manylinux1_x86_64", "8.1"), ("manylinux2010_x86_64", "19.0"), ("manylinux2014_aarch64", "19.3"),
        ("manylinux_2_17_x86_64", "20.3"), ("macosx_12_0_arm64", "20.3"), ("win_amd64", None), ("linux_x86_64", None),
    ],
)  # fmt: skip
def test_pip_of_a_platform_tag(tag: str, pip: str | None) -> None:
    assert PLATFORMS.pip(tag) == pip


def test_visual_c_files_of_the_windows_wheels() -> None:
    old, new = PLATFORMS.msvc(Version("2.0.4")), PLATFORMS.msvc(Version("2.1.0rc1"))
    assert old is not None
    assert new is not None
    assert "msvcp140_1.dll" not in old.files
    assert "msvcp140_1.dll" in new.files


def test_jetson() -> None:
    row = PLATFORMS.jetson("4.4.1")
    assert row is not None
    assert (row.cuda, row.cudnn) == ("10.2", "8.0")
    assert PLATFORMS.jetson("1.0") is None
    assert [PLATFORMS.jetpack_of(text) for text in ("nv19.3", "1.15.2+nv20.03", "nv99.1", "cpu")] == [
        "4.2", "4.3", None, None,
    ]  # fmt: skip


def test_ubuntu_of_a_jetson() -> None:
    assert [PLATFORMS.jetson_ubuntu(jetpack=text) for text in ("4.6.1", "5", "6.1", "99")] == [
        "18.04", "20.04", "22.04", None,
    ]  # fmt: skip
    assert [PLATFORMS.jetson_ubuntu(l4t=text) for text in ("32.7.1", "38", "1")] == ["18.04", "24.04", None]
