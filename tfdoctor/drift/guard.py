"""A part of a comparison that crashes is the doctor's own trouble: it is told, and costs no other part."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from tfdoctor.errors import TfdoctorError

T = TypeVar("T")
_LONG = 300


class Crash(msgspec.Struct, frozen=True):
    """A part that crashed ("the measurements"), and the error."""

    part: str
    error: str


class Guard:
    """Runs the parts, and keeps what crashed."""

    def __init__(self, *, debug: bool = False) -> None:
        """Let crashes through where they are looked for."""
        self.crashes: list[Crash] = []
        self._debug = debug

    def tried(self, part: str, make: Callable[[], T]) -> T | None:
        """Return what a part gives; None where it crashes.

        Raises:
            TfdoctorError: what is said on purpose.
        """
        try:
            return make()
        except TfdoctorError:
            raise
        except Exception as error:  # what nobody thought of must not cost the rest
            if self._debug:
                raise
            crash = Crash(part, repr(error)[:_LONG])
            if crash not in self.crashes:
                self.crashes.append(crash)
            return None
