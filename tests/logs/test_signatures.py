"""The rows themselves: an example each, a source each, and words that no match lacks."""

import datetime as dt
import sys
import warnings
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tfdoctor.errors import MatrixError
from tfdoctor.logs import read
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.signatures import Row, Signature, SignatureFile, Signatures

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # 3.11 keeps the old names for those who use them
    if sys.version_info >= (3, 11):
        from re import _constants as sre
        from re import _parser as sre_parse
    else:
        import sre_constants as sre
        import sre_parse

MATRIX = Matrix.locate()
EVERY = pytest.mark.parametrize("signature", MATRIX.signatures.rows, ids=lambda signature: signature.place)
Item = tuple[Any, Any]  # what the standard library's parser calls a part: its code and its value
Tails = frozenset[str]
UNKNOWN: Tails = frozenset({""})  # after characters that are not known


@EVERY
def test_a_row_matches_its_own_example(signature: Signature) -> None:
    found = [event for event in read(signature.row.example, MATRIX.signatures) if event.kind == signature.kind]
    assert found
    assert signature.regex.search(signature.row.example.strip())


@EVERY
def test_a_row_names_its_source(signature: Signature) -> None:
    assert signature.row.source.startswith("https://")
    assert signature.row.checked >= dt.date(2026, 11, 1)


def test_no_row_is_written_twice() -> None:
    rows = Counter((signature.kind, signature.expression) for signature in MATRIX.signatures)
    assert max(rows.values()) == 1


class Reader:
    """Reads an expression from left to right, and keeps what may have been read last without any of the words."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words
        self.longest = max(map(len, words))

    def sequence(self, before: Tails, parts: Iterable[Item]) -> Tails:
        for part in parts:
            before = self.part(before, *part)
        return before

    def letters(self, before: Tails, letters: Iterable[str]) -> Tails:
        read = {tail + letter for tail in before for letter in letters}
        return frozenset(text[-self.longest :] for text in read if not any(word in text for word in self.words))

    def part(self, before: Tails, code: Any, value: Any) -> Tails:
        if code is sre.LITERAL:
            return self.letters(before, chr(value).lower())
        if code is sre.IN and all(inner is sre.LITERAL for inner, _ in value):
            return self.letters(before, [chr(inner).lower() for _, inner in value])
        if code is sre.SUBPATTERN:
            return self.sequence(before, value[3])
        if code is sre.BRANCH:
            return frozenset().union(*(self.sequence(before, parts) for parts in value[1]))
        if code in {sre.MAX_REPEAT, sre.MIN_REPEAT}:
            least, most, parts = value
            once = self.sequence(before, parts)
            again = self.sequence(UNKNOWN, parts) if once and most > 1 else frozenset()
            return once | again | (frozenset() if least else before)
        if code in {sre.AT, sre.ASSERT, sre.ASSERT_NOT}:
            return before
        return UNKNOWN if before else before


def implied(expression: str, words: tuple[str, ...]) -> bool:
    """Whether every text that the expression matches holds one of the words."""
    parsed: Any = sre_parse.parse(expression)
    return not Reader(words).sequence(UNKNOWN, parsed)


@EVERY
def test_no_match_lacks_all_words(signature: Signature) -> None:
    assert implied(signature.expression, signature.row.words)


def test_words_that_a_match_may_lack_are_seen() -> None:
    assert implied("could (?:not|never) open", ("could",))
    assert implied("could(?:n't| not) open", ("couldn't open", "not open"))
    assert implied("a(?:b|c+d)", ("ab", "c"))
    assert implied("(?:ab|x+cd)(?:!|[0-9])", ("ab", "cd"))
    assert not implied("(?:ab)?c", ("ab",))
    assert not implied("a|b", ("a",))
    assert not implied(r"\w+c?", ("c",))


ROW = Row(kind="k", words=("a",), match="a", source="", checked=dt.date(2026, 11, 21), example="a")


def changed(**values: Any) -> Row:
    return Row(**{**{name: getattr(ROW, name) for name in Row.__struct_fields__}, **values})


def of(*rows: Row, **fragments: str) -> Signatures:
    return Signatures([("signatures/x.toml", SignatureFile(rows, fragments))])


def test_errors_name_file_and_row(tmp_path: Path) -> None:
    for bad in ((), ("A",), ("",)):
        with pytest.raises(MatrixError, match=r"signatures/x.toml, row 2 \(k\).*words"):
            of(ROW, changed(words=bad))
    with pytest.raises(MatrixError, match=r"row 1 \(k\).*unterminated"):
        assert next(iter(of(changed(match="(a")))).regex.pattern
    for fragments in ({}, {"NAME": "x{NAME}"}):
        with pytest.raises(MatrixError, match=r"row 1 \(k\).*no fragment 'NAME'"):
            assert next(iter(of(changed(match="a{NAME}"), **fragments))).regex.pattern
    with pytest.raises(MatrixError, match=r"y\.toml.*second fragment 'NAME'"):
        Signatures([("x.toml", SignatureFile((), {"NAME": "a"})), ("y.toml", SignatureFile((), {"NAME": "b"}))])
    (tmp_path / "signatures").mkdir()
    (tmp_path / "signatures/x.toml").write_text('[[signature]]\nkind = "a"\nwords = ["a"]\n')
    with pytest.raises(MatrixError, match=r"signatures/x\.toml.*signature\[0\]"):
        assert Matrix(tmp_path).signatures


def test_fragments_are_filled_in() -> None:
    (signature,) = of(changed(match="a{ONE}{2,3}"), ONE="[{TWO}]", TWO="b")
    assert signature.expression == "a[b]{2,3}"
    assert repr(signature) == "Signature(signatures/x.toml, row 1 (k))"
    assert len(of(ROW, ROW)) == 2


@pytest.mark.parametrize(
    ("expression", "anchored"),
    [("^a", True), ("a", False), ("^a|b", False), (r"^(?:a|b)[|(]\|", True), (r"^a\)|b", False)],
)
def test_what_matches_at_the_start_only_is_known(expression: str, *, anchored: bool) -> None:
    (signature,) = of(changed(match=expression))
    assert signature.anchored is anchored


def test_the_digest_covers_signatures(tmp_path: Path) -> None:
    (tmp_path / "signatures").mkdir()
    before = Matrix(tmp_path).digest
    (tmp_path / "signatures/x.toml").write_text("")
    assert Matrix(tmp_path).digest != before
    assert len(Matrix(tmp_path).signatures) == 0
