import pytest
from packaging.version import Version

from tfdoctor.versions import Dotted, cuda_minor, dotted, minor, release, within


def test_a_dotted_number_keeps_its_text_and_compares_by_number() -> None:
    driver = Dotted("535.104.05")
    assert str(driver) == "535.104.05"
    assert repr(driver) == "Dotted('535.104.05')"
    assert driver == Dotted("535.104.5")
    assert hash(driver) == hash(Dotted("535.104.5"))
    assert driver > Dotted("535.54")
    assert Dotted("11.2") == Dotted("11.2.0")
    assert Dotted("11.2") != "11.2"
    assert (driver.major, driver.minor, Dotted("12").minor) == (535, 104, None)


def test_a_shorter_version_covers_its_more_precise_forms() -> None:
    assert Dotted("11.2").covers(Dotted("11.2.152"))
    assert not Dotted("11.2").covers(Dotted("11.20"))
    assert not Dotted("11.2.152").covers(Dotted("11.2"))


def test_no_number_is_no_version() -> None:
    assert dotted("unknown") is None
    assert dotted(None) is None
    assert dotted("CUDA 11.2 (conda)") == Dotted("11.2")
    with pytest.raises(ValueError, match="no version in 'none'"):
        Dotted("none")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.6", "2.6"),
        ("TF 2.4.0-rc1", "2.4.0rc1"),
        ("2.14.0-dev20230531", "2.14.0.dev20230531"),
        ("1.15.2+nv20.2", "1.15.2+nv20.2"),
        ("tensorflow 2.15.0.post1", "2.15.0.post1"),
        ("1.x", None),
        ("latest", None),
        ("", None),
        (None, None),
    ],
)
def test_releases_as_people_write_them(text: str | None, expected: str | None) -> None:
    assert release(text) == (Version(expected) if expected else None)


def test_specifiers_take_pre_releases_and_alternatives() -> None:
    assert within(Version("2.16.0rc0"), ">=2.15,<2.17")
    assert within(Version("1.15"), "<1.16 || >=2.5")
    assert within(Version("2.5"), "<1.16 || >=2.5")
    assert not within(Version("2.0"), "<1.16 || >=2.5")
    assert minor(Version("2.15.1")) == (2, 15)
    assert cuda_minor(Dotted("11.2.152")) == "11.2"
