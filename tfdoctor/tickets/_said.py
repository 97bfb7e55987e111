"""What one description of a machine says, statement by statement, and whether the statements agree."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from tfdoctor.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One statement.

    Attributes:
        words: as they were written, for messages.
        topic: "gpu", "driver", "linux", …
        value: what it says of the topic.
        os: the systems on which it can be true, the likeliest first; empty where it tells none.
        arch: the same for architectures, in Linux's spelling ("aarch64" also for Apple's).
    """

    words: str
    topic: str
    value: str = ""
    os: tuple[str, ...] = ()
    arch: tuple[str, ...] = ()


def contradiction(one: Said, other: Said) -> NoReturn:
    """Refuse a description.

    Raises:
        InputError: always; the text names both sides.
    """
    raise InputError(f"the description of the machine contradicts itself: {one.words!r} and {other.words!r}")


def about(said: Iterable[Said], *topics: str) -> list[Said]:
    """Return the statements about some topics, as written."""
    return [item for item in said if item.topic in topics]


def single(said: Iterable[Said], topic: str) -> Said | None:
    """Return the most precise statement about a topic that has one value.

    Raises:
        InputError: two statements exclude each other; one that only says less ("ubuntu", "ubuntu 20.04") does not.
    """
    found = about(said, topic)
    best = max(found, key=lambda item: len(item.value), default=None)
    for item in found:
        if best is not None and not _says_less(item.value, best.value):
            contradiction(*sorted((item, best), key=found.index))
    return best


def _says_less(less: str, more: str) -> bool:
    less, more = less.lower(), more.lower()
    return more == less or more.startswith((f"{less} ", f"{less}.")) or not less


def exclusive(said: Sequence[Said], topic: str, other: str) -> None:
    """Check that only one of two topics is spoken of.

    Raises:
        InputError: both are.
    """
    for one in about(said, topic):
        for two in about(said, other):
            contradiction(*sorted((one, two), key=said.index))


def systems(said: Sequence[Said]) -> tuple[str, ...]:
    """Return the systems on which all statements can be true, the likeliest first; empty where none tells any.

    Raises:
        InputError: there is no such system.
    """
    return _agreed([(item, item.os) for item in said])


def architectures(said: Sequence[Said]) -> tuple[str, ...]:
    """Return the architectures on which all statements can be true, as `systems` does.

    Raises:
        InputError: there is no such architecture.
    """
    return _agreed([(item, item.arch) for item in said])


def _agreed(possible: Sequence[tuple[Said, tuple[str, ...]]]) -> tuple[str, ...]:
    left: tuple[str, ...] = ()
    seen: list[tuple[Said, tuple[str, ...]]] = []
    for item, own in possible:
        if not own:
            continue
        narrow, wide = sorted((left, own), key=len) if seen else (own, own)
        left = tuple(name for name in narrow if name in wide)  # the narrower knows which is the likeliest
        if not left:
            contradiction(next((said for said, names in seen if set(names).isdisjoint(own)), seen[-1][0]), item)
        seen.append((item, own))
    return left
