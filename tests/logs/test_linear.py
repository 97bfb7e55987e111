"""Every expression takes time in proportion to the line: by its form, and measured on hostile lines."""

import sys
import time
import warnings
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from tfdoctor.matrix import Matrix
from tfdoctor.matrix.signatures import Signature

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # 3.11 keeps the old names for those who use them
    if sys.version_info >= (3, 11):
        from re import _compiler as sre_compile
        from re import _constants as sre
        from re import _parser as sre_parse
    else:
        import sre_compile
        import sre_constants as sre
        import sre_parse

SIGNATURES = tuple(Matrix.locate().signatures)
EVERY = pytest.mark.parametrize("signature", SIGNATURES, ids=lambda signature: signature.place)

REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT)
CHARACTERS = [*map(chr, range(9, 127)), "\u00e9", "\u2018"]
Item = tuple[Any, Any]  # what the standard library's parser calls a part: its code and its value
Set = frozenset[str]


def parsed(expression: str) -> list[Item]:
    found: Any = sre_parse.parse(expression)  # a sequence, which the stubs do not say
    return list(found)


def inside(item: Item) -> list[list[Item]]:
    """The sequences that a part is made of."""
    code, value = item
    if code in REPEATS:
        return [list(value[2])]
    if code is sre.SUBPATTERN:
        return [list(value[3])]
    if code is sre.BRANCH:
        return [list(sequence) for sequence in value[1]]
    return [list(value[1])] if code in {sre.ASSERT, sre.ASSERT_NOT} else []


def below(sequence: list[Item]) -> Iterator[Item]:
    """All parts of a sequence, the containing ones first."""
    for item in sequence:
        yield item
        for inner in inside(item):
            yield from below(inner)


def endless(item: Item) -> bool:
    return item[0] in REPEATS and item[1][1] is sre.MAXREPEAT


def characters(item: Item) -> Set:
    """The characters that a part may consume."""
    code, value = item
    if code in {sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY}:
        part = sre_parse.SubPattern(sre_parse.State(), [(code, value)])
        compiled = sre_compile.compile(part, sre.SRE_FLAG_IGNORECASE)
        return frozenset(character for character in CHARACTERS if compiled.fullmatch(character))
    if code in {sre.ASSERT, sre.ASSERT_NOT}:
        return frozenset()
    return frozenset().union(*(characters(part) for sequence in inside(item) for part in sequence))


def edge(item: Item, step: int) -> Set:
    """The characters that a part may start (step 1) or end (-1) with."""
    if not (sequences := inside(item)):
        return characters(item)
    found: Set = frozenset()
    for sequence in sequences:
        for part in sequence[::step]:
            found |= edge(part, step)
            if not skippable(part):
                break
    return found


def skippable(item: Item) -> bool:
    """Whether a part may consume nothing."""
    code, value = item
    if code in {sre.AT, sre.ASSERT, sre.ASSERT_NOT} or (code in REPEATS and not value[0]):
        return True
    sequences = inside(item)
    return bool(sequences) and any(all(map(skippable, sequence)) for sequence in sequences)


def at_edge(sequence: list[Item], step: int) -> list[Set]:
    """The endless repeats at the start (step 1) or the end (-1) of a sequence: with nothing certain before them."""
    found: list[Set] = []
    for item in sequence[::step]:
        if endless(item):
            found.append(edge(item, step))
        if item[0] not in {sre.ASSERT, sre.ASSERT_NOT}:
            found += [one for inner in inside(item) for one in at_edge(inner, step)]
        if not skippable(item):
            break
    return found


def neighbours(sequence: list[Item]) -> bool:
    """Whether two endless repeats over overlapping characters follow each other."""
    for position, item in enumerate(sequence):
        left = at_edge([item], -1)
        right = at_edge(sequence[position + 1 :], 1)
        if any(one & other for one, other in product(left, right)):
            return True
    return any(neighbours(inner) for item in sequence for inner in inside(item))


@EVERY
def test_nothing_endless_is_repeated_without_an_end(signature: Signature) -> None:
    for item in below(parsed(signature.expression)):
        assert not endless(item) or not any(endless(inner) for inner in below(list(item[1][2])))


@EVERY
def test_no_two_endless_repeats_compete(signature: Signature) -> None:
    assert not neighbours(parsed(signature.expression))


def test_competing_repeats_are_seen() -> None:
    for bad in (r"\w+\d*x", r"a.*(?:b)?.*c", r"(?:a|b\s+)\s*c", r"x(?P<n>\w+)(?:-\w+)?\d+$"):
        assert neighbours(parsed(bad)), bad
    for good in (r"\w+\s+\d+", r"\w+(?:-\w+)?", r"\s+(?=\s*x)\S"):
        assert not neighbours(parsed(good)), good


LONGEST = 4000
ATTEMPTS = 20
PAUSE = 0.1  # seconds: a machine that was slow may be so for a while
RUNS = ("a", "1", " ", "/", "'", '"', "a.", "1.1 ", "a, ", "a-1.0-", "a==1 ", "\\")


def literals(sequence: list[Item]) -> Iterator[str]:
    """The literal texts of an expression, in order."""
    text = ""
    for code, value in below(sequence):
        if code is sre.LITERAL:
            text += chr(value)
        elif text:
            yield text
            text = ""
    yield text


def hostile(signature: Signature) -> Iterator[str]:
    """Short texts whose repetition comes close to a match again and again."""
    row = signature.row
    texts = [text for text in literals(parsed(signature.expression)) if text]
    yield from RUNS
    yield from row.words
    yield from texts
    yield "".join(texts)
    yield " ".join(texts)
    for share in (2, 3, 4):
        yield row.example[: len(row.example) * (share - 1) // share]
    yield row.example[:-1]
    yield row.example + " "


def lines(signature: Signature, length: int) -> Iterator[str]:
    """Hostile lines of a length: a text repeated, and what starts a match followed by a run."""
    row = signature.row
    for text in dict.fromkeys(hostile(signature)):
        yield (text * (length // max(len(text), 1) + 1))[:length]
    found = signature.regex.search(row.example)
    start, end = found.span() if found else (0, 0)
    for run in RUNS:
        for share in (0, 2, 3, 4):
            head = row.example[: start + (end - start) * share // 4]
            yield (head + run * length)[:length]
            yield ((row.words[0] + run) * length)[:length]


def seconds(signature: Signature, line: str) -> float:
    start = time.process_time()
    for _ in signature.regex.finditer(line):
        pass
    return time.process_time() - start


def fastest(signature: Signature, *whole: str) -> list[float]:
    """The shortest times for some lines, taken in turn: a machine may become slower in between."""
    return [min(times) for times in zip(*([seconds(signature, one) for one in whole] for _ in range(3)), strict=True)]


@EVERY
def test_time_grows_with_the_line_only(signature: Signature) -> None:
    for whole in lines(signature, LONGEST):
        if seconds(signature, whole) < 0.002:
            continue
        taken, half = fastest(signature, whole, whole[: LONGEST // 2])
        for _ in range(ATTEMPTS):  # what takes its square does so each time
            if taken < min(0.02, max(3 * half, 0.004)):
                break
            time.sleep(PAUSE)
            taken, half = map(min, zip(fastest(signature, whole, whole[: LONGEST // 2]), (taken, half), strict=True))
        assert taken < 0.02, f"{taken * 1000:.1f} ms for {whole[:150]!r}"
        assert taken < max(3 * half, 0.004), f"{half * 1000:.1f} ms, then {taken * 1000:.1f} ms for {whole[:150]!r}"
