"""Versions as people state them."""

import pytest

from tfdoctor.rules.model._span import span


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2.3", (2, 3), (2, 4)),
        ("2.13.1", (2, 13, 1), (2, 13, 2)),
        ("2.x", (2,), (3,)),
        (">=1.15", (1, 15), (9999,)),
        ("<2.11", (0,), (2, 11)),
        (">2.3", (2, 4), (9999,)),
        ("<=2.3", (0,), (2, 4)),
        ("2.0-2.2", (2, 0), (2, 3)),
        ("2.14 / 2.15", (2, 14), (2, 16)),
        ("2.8 or later", (2, 8), (9999,)),
        (">=2.3, <2.6", (2, 3), (2, 6)),
        ("TFLite runtime 2.11.0", (2, 11, 0), (2, 11, 1)),
    ],
)
def test_what_people_write(text: str, low: tuple[int, ...], high: tuple[int, ...]) -> None:
    found = span(text)
    assert found is not None
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize("text", ["", None, "standalone keras", "latest"])
def test_no_version(text: str | None) -> None:
    assert span(text) is None


def test_order() -> None:
    old, new, wide = span("2.3"), span("2.10"), span("2.x")
    assert old is not None
    assert new is not None
    assert wide is not None
    assert old.older(new)
    assert not new.older(old)
    assert old.differs(new)
    assert not old.differs(wide)
    assert old.before("2.4")
    assert new.since("2.10")
    assert not wide.before("2.4")


@pytest.mark.parametrize(
    ("text", "minor"), [("2.13.1", "2.13"), ("2.4", "2.4"), ("2.x", ""), (">=2.3", ""), ("2.0-2.2", "")]
)
def test_the_minor_of_one_release(text: str, minor: str) -> None:
    found = span(text)
    assert found is not None
    assert found.minor == minor
