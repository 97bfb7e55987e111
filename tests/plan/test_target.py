import pytest
from packaging.version import Version

from tfdoctor.errors import UsageError
from tfdoctor.matrix import Matrix
from tfdoctor.plan.model import Target
from tfdoctor.plan.target import published, understand, why_none


@pytest.mark.parametrize(
    ("text", "means", "not_means"),
    [
        ("", "2.21.0", None),
        ("latest", "1.4.0", None),
        ("2.6", "2.6.5", "2.7.0"),
        ("2.6.x", "2.6.0", "2.16.1"),
        ("2.6.*", "2.6.0", "2.5.3"),
        ("v2.6.0", "2.6.0", "2.6.1"),
        ("tensorflow==2.6.0", "2.6.0", "2.6.1"),
        (">=2.10,<2.13", "2.12.1", "2.13.0"),
        ("~=2.4.0", "2.4.4", "2.5.0"),
        ("2", "2.21.0", "1.15.5"),
    ],
)
def test_what_a_target_means(text: str, means: str, not_means: str | None) -> None:
    wanted = understand(Target(tensorflow=text))
    assert wanted.means(Version(means))
    assert not_means is None or not wanted.means(Version(not_means))


def test_requirements_on_tensorflow_narrow_the_target_and_others_are_kept() -> None:
    wanted = understand(
        Target(
            tensorflow=">=2.5",
            requirements=("tensorflow-gpu<2.8", "numpy<1.20", "tensorflow>=3; sys_platform == 'nowhere'"),
            extras=("tensorflow-text",),
        ),
        lambda marker: marker.evaluate(),
    )
    assert wanted.means(Version("2.7.4"))
    assert not wanted.means(Version("2.8.0"))
    assert wanted.others == ("tensorflow-text", "numpy<1.20")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (Target(tensorflow="two"), "--target 'two'"),
        (Target(tensorflow=">=2.6<2.8"), "--target"),
        (Target(tensorflow="2.6.-1"), "--target"),
        (Target(python="three"), "--python 'three'"),
        (Target(as_of="June 2021"), "--as-of 'June 2021'"),
        (Target(as_of="2021-13"), "--as-of '2021-13'"),
        (Target(as_of="2021-02-30"), "--as-of '2021-02-30'"),
        (Target(extras=("tensorflow-text==",)), "'tensorflow-text=='"),
    ],
)
def test_what_cannot_be_read_is_named(target: Target, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        understand(target)
    assert said in str(raised.value)


@pytest.mark.parametrize(("text", "python"), [("3.9", "3.9"), ("3.10.4", "3.10"), ("py39", "3.9"), ("cp311", "3.11")])
def test_pythons(text: str, python: str) -> None:
    assert understand(Target(python=text)).python == python


@pytest.mark.parametrize(
    ("text", "day"),
    [("2021-06", "2021-06-30"), ("2021-12", "2021-12-31"), ("2024-02", "2024-02-29"), ("2021-06-05", "2021-06-05")],
)
def test_the_last_day_that_counts(text: str, day: str) -> None:
    assert understand(Target(as_of=text)).latest_day == day


def test_a_release_that_never_was_is_told_with_those_that_were(matrix: Matrix) -> None:
    never = why_none(understand(Target(tensorflow="2.6.9")), matrix.releases)
    assert never is not None
    assert "2.6.0, 2.6.1" in never
    assert "2.6.5" in never
    assert why_none(understand(Target(tensorflow="2.6")), matrix.releases) is None
    far = why_none(understand(Target(tensorflow="7.1")), matrix.releases)
    assert far is not None
    assert str(published(matrix.releases)[-1]) in far


def test_a_release_without_any_wheel_is_told_as_such(matrix: Matrix) -> None:
    bare = matrix.releases.sdist_only("tensorflow")
    for version in bare:
        if version not in published(matrix.releases):
            said = why_none(understand(Target(tensorflow=f"=={version}")), matrix.releases)
            assert said is not None
            assert "without any wheel" in said
