"""The order of the rules on a text of whole lines: what is surest goes first, what it leaves is seen by the next."""

import re
from typing import Final

from tfdoctor.tickets.redact.addresses import hide_addresses
from tfdoctor.tickets.redact.assignments import hide_assigned
from tfdoctor.tickets.redact.paths import Paths, hide_paths
from tfdoctor.tickets.redact.people import People
from tfdoctor.tickets.redact.pseudonyms import Pseudonyms
from tfdoctor.tickets.redact.random_text import hide_random
from tfdoctor.tickets.redact.secrets import KeyBlocks, hide_tokens
from tfdoctor.tickets.redact.urls import hide_urls


def redact(  # noqa: PLR0913  the parts of a Redactor
    text: str, names: Pseudonyms, people: People, paths: Paths, before: str = "", *, named: bool = False
) -> str:
    """Return a text without what is private; `before` is the key that it stands under; `named`: it is a name."""
    text = KeyBlocks(names).hide(text)
    return redact_lines(text, names, people, paths, before, named=named)


def redact_lines(  # noqa: PLR0913  the parts of a Redactor
    text: str, names: Pseudonyms, people: People, paths: Paths, before: str = "", *, named: bool = False
) -> str:
    """As `redact`, for lines outside of private keys."""
    marks: list[str] = []
    if "\x1b" in text and not _MARK.search(text):  # a colour's last letter must not hide where a word begins
        text = _ESCAPE.sub(lambda found: _mark(found[0], marks), text)
    people.learn(text)
    text = hide_urls(text, names, paths.hide)
    text = hide_tokens(text, names)
    text = hide_assigned(text, names)
    text = hide_addresses(text, names, before)
    text = hide_paths(text, paths)
    text = people.hide(text, named=named)
    text = hide_random(text, names)
    return _MARK.sub(lambda found: marks[ord(found[0]) - _FIRST], text) if marks else text


_ESCAPE: Final = re.compile(r"\x1b(?:\[[0-?]{0,32}[ -/]{0,4}[@-~]|[@-Z\\^_])")
_FIRST: Final = 0xF0000  # of characters that no text uses
_MARK: Final = re.compile("[\U000f0000-\U000fefff]")


def _mark(escape: str, marks: list[str]) -> str:
    if escape not in marks:
        if len(marks) >= 0xEFFF:
            return escape
        marks.append(escape)
    return chr(_FIRST + marks.index(escape))
