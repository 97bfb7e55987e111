"""Resolving by uv over a folder of wheels, which stands for the index."""

import sys

import pytest

from tfdoctor.apply import CannotApplyError, online
from tfdoctor.apply.online import Contradiction, Pins, Question, resolve

from .conftest import MINOR, Wheels


def question(*requirements: str, constraints: tuple[str, ...] = (), **more: str) -> Question:
    return Question(requirements=requirements, constraints=constraints, python=MINOR, platform="linux-x86_64", **more)


@pytest.fixture
def index(wheels: Wheels) -> dict[str, str]:
    wheels.add("app", "1.0", None, "Requires-Dist: base<3", "Requires-Dist: old; python_version < '3.8'")
    for version in ("1.0", "2.0", "3.0"):
        wheels.add("base", version)
    wheels.add("old", "1.0")
    return wheels.uv


def test_pins(index: dict[str, str]) -> None:
    assert resolve(question("app"), index) == Pins(("app==1.0", "base==2.0"))
    assert resolve(question("app", constraints=("base!=2.0",)), index) == Pins(("app==1.0", "base==1.0"))
    kept = Question(requirements=("app",), preferred=("base==1.0",), python=MINOR, platform="linux-x86_64")
    assert resolve(kept, index) == Pins(("app==1.0", "base==1.0"))
    lifted = Question(requirements=("app",), overrides=("base==3.0",), python=MINOR, platform="windows-x86_64")
    assert resolve(lifted, index) == Pins(("app==1.0", "base==3.0"))
    elsewhere = Question(requirements=("app",), python="3.7", platform="macos-arm64", system="13.0")
    assert resolve(elsewhere, index) == Pins(("app==1.0", "base==2.0", "old==1.0"))


def test_a_contradiction_names_both_sides(index: dict[str, str]) -> None:
    found = resolve(question("app", "base>=3"), index)
    assert isinstance(found, Contradiction)
    assert found.text.startswith("Because ")
    for words in ("base<3", "base>=3", "app"):
        assert words in found.text
    assert "\n" not in found.text


def test_what_cannot_be_asked(index: dict[str, str], closed_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CannotApplyError, match="--online: Couldn't parse requirement"):
        resolve(question("a b c"), index)
    url = {"UV_OFFLINE": "0", "UV_DEFAULT_INDEX": f"http://127.0.0.1:{closed_port}/simple", "UV_HTTP_RETRIES": "0"}
    with pytest.raises(CannotApplyError, match="the index could not be reached"):
        resolve(question("app"), {**index, **url})
    monkeypatch.setattr(online, "uv", lambda _: None)
    with pytest.raises(CannotApplyError, match="--online needs uv"):
        resolve(question("app"), index)


@pytest.mark.parametrize(
    ("platform", "system", "name"),
    [
        ("linux-x86_64", "", "x86_64-manylinux_2_28"),
        ("linux-x86_64", "2.17", "x86_64-manylinux_2_17"),
        ("linux-aarch64", "2.30", "aarch64-manylinux_2_28"),
        ("linux-x86_64", "2.99", "x86_64-manylinux_2_40"),
        ("linux-x86_64", "2.5", "x86_64-manylinux_2_17"),
        ("windows-x86_64", "11", "x86_64-pc-windows-msvc"),
        ("macos-x86_64", "", "x86_64-apple-darwin"),
        ("macos-arm64", "", "aarch64-apple-darwin"),
    ],
)
def test_platforms(platform: str, system: str, name: str, index: dict[str, str]) -> None:
    asked = Question(requirements=("base",), python=MINOR, platform=platform, system=system, interpreter=sys.executable)
    assert online._platform(asked)[0] == name
    assert resolve(asked, index) == Pins(("base==3.0",))
