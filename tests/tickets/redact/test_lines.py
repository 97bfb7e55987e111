"""Looking only at lines that can hold a match changes nothing but the time."""

import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tfdoctor.tickets.redact import Redactor, addresses, lines, paths
from tfdoctor.tickets.redact.lines import lowered, may_match, on_lines, on_matches

WORDS = ("Serial", "service tag", "a1b", "a2B", "\u0130x", "-> ", "key", "plain", "0.5", "\u212aey")
HINTS = ("serial", "service tag", "a2b", "key", " -> ", "-u", "absent", "ix")
TEXTS = st.lists(st.sampled_from([*WORDS, " ", "\n", "\t", "-"]), max_size=60).map("".join)


def plainly(text: str, hints: tuple[str, ...], lower: str) -> str:
    """What must come out: every line that holds a hint, changed."""
    whole = zip(text.split("\n"), lower.split("\n"), strict=True)
    return "\n".join(
        line.replace("e", "E-user1") if any(hint in low for hint in hints) else line for line, low in whole
    )


@pytest.mark.parametrize("short", [0, 10**9])
@settings(max_examples=60)
@given(text=TEXTS)
def test_no_line_with_a_hint_is_missed(short: int, text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_SHORT", short)
        first = on_lines(text, HINTS, lambda piece: piece.replace("e", "E-user1"), lowered(text))
        assert first == plainly(text, HINTS, lowered(text))
        # The words of what a change left are known, too: "-u" came with it.
        again = on_lines(first, ("-u",), lambda piece: piece.replace("e", "E-user1"))
        assert again == plainly(first, ("-u",), first)


@settings(max_examples=60)
@given(text=st.text("a0.\n ", max_size=80))
def test_lines_with_a_match_are_changed(text: str) -> None:
    found = on_matches(text, re.compile(r"\.\d"), lambda piece: re.sub(r"a?\.\d", "!", piece))
    assert found == re.sub(r"a?\.\d", "!", text)


INSIDE = (
    (paths._POSIX, paths._IN_POSIX),
    (addresses._IP4, addresses._IN_IP4),
    (addresses._IP6, addresses._IN_IP6),
    (addresses._MAC, addresses._IN_MAC),
    (addresses._UUID, addresses._IN_UUID),
)


@pytest.mark.parametrize(("whole", "inside"), INSIDE, ids=["posix", "ip4", "ip6", "mac", "uuid"])
@settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_what_is_looked_for_first_is_in_every_match(
    whole: re.Pattern[str], inside: re.Pattern[str], data: st.DataObject
) -> None:
    pieces = st.from_regex(whole) | st.sampled_from(
        ["-I", " -L/", "/a/b", "$A", "~u", "${A}", "%A%/", "\n", " ", "<", "1.", "a:"]
    )
    for line in "".join(data.draw(st.lists(pieces, max_size=4))).split("\n"):
        assert inside.search(line) or not whole.search(line)


def test_what_may_match_is_asked_of_long_texts_only() -> None:
    assert may_match("x", re.compile("y"))
    assert not may_match("x " * 5000, re.compile("y"))
    assert may_match("x " * 5000 + "Host7", re.compile("host0"))


def test_a_log_of_numbers_takes_little_time() -> None:
    text = "".join(
        f"10:{n % 60:02}:11.{n:06}: step {n} loss {n * 0.001:.4f} accuracy {1 / (n + 1):.5f}\n" for n in range(20_000)
    )
    line = "token: ghp_0123456789abcdefghijABCDEFGHIJ0123456789\n"
    start = time.process_time()
    hidden = Redactor().text(text + line)
    assert time.process_time() - start < len(text) / 2e6
    assert hidden == text + "token: secret1\n"
