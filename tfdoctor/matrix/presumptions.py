"""What a symptom most often means where nothing is said of the machine, from `compat_matrix/presumptions.toml`."""

import re
from functools import cached_property

import msgspec

from tfdoctor.matrix.tables import Sourced


class Presumption(Sourced, frozen=True, kw_only=True, dict=True):
    """The commonest cause of a symptom, for those who know nothing but the symptom.

    It holds for an event of the log of one of the kinds `events` whose text matches `text`, where none of the kinds
    `unless` is there. `finding` is the name of the rule that then speaks, `message` what it says and `ask` what would
    decide. `right` of `threads` real tickets had this cause.
    """

    finding: str
    events: tuple[str, ...]
    text: str = ""
    unless: tuple[str, ...] = ()
    message: str
    ask: str
    right: int
    threads: int

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The expression of `text`."""
        return re.compile(self.text, re.IGNORECASE)


class PresumptionFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """presumptions.toml."""

    presumption: tuple[Presumption, ...]
