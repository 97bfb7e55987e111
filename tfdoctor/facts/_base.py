"""What a fact is: a value, `Absent` or `Unknown`; and the base of all parts of a Snapshot."""

from typing import Final, TypeAlias, TypeVar, Union

import msgspec

T = TypeVar("T")


class Part(msgspec.Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True, forbid_unknown_fields=True):
    """The base of all parts of a Snapshot."""


class Absent(Part, frozen=True):
    """Looked for, and not there."""


class Unknown(Part, frozen=True):
    """Could not be looked for; the reason is one plain sentence."""

    reason: str


ABSENT: Final = Absent()
NOT_OBSERVED: Final = Unknown(reason="not observed")

Fact: TypeAlias = Union[T, Absent, Unknown]  # noqa: UP007  mypy takes no TypeVar with PEP 604 here


class UndeterminedError(Exception):
    """A rule needs a fact that is unknown; the rule is reported as skipped with this reason."""


class NotApplicableError(Exception):
    """A rule needs something that is not there, so it has nothing to say."""


def require(fact: Fact[T], what: str = "a fact") -> T:
    """Return the value of a fact.

    Raises:
        UndeterminedError: the fact is Unknown; the text names `what` and the reason.
        NotApplicableError: the fact is Absent.
    """
    if isinstance(fact, Unknown):
        raise UndeterminedError(f"{what}: {fact.reason}")
    if isinstance(fact, Absent):
        raise NotApplicableError(what)
    return fact


def known(fact: Fact[T]) -> T | None:
    """Return the value of a fact, or None where it is absent or unknown."""
    return None if isinstance(fact, (Absent, Unknown)) else fact
