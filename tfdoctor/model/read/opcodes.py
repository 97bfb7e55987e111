"""Which operations the bytecode of each minor of CPython has, and how many cache entries follow them.

Made from `opcode.opmap` and `opcode._inline_cache_entries` of CPython 2.7.18, 3.6.15, 3.7.16, 3.8.18, 3.9.18, 3.10.13,
3.11.7, 3.12.1 and 3.13.0. No interpreter of 3.4 or 3.5 was at hand: of those only the form of instructions is known.
"""

from typing import Final, NamedTuple


class _Minor(NamedTuple):
    """Bit N of `known` is operation N; `resume` stands in every code object since 3.11.

    Some numbers are other operations in the next minor. `needs` says which operation must stand somewhere in the code
    where another does; `never` which can't follow each other.
    """

    known: int
    caches: dict[int, int]
    resume: int | None = None
    needs: tuple[tuple[int, int], ...] = ()
    never: tuple[tuple[int, int], ...] = ()


_MINORS: Final = {
    "2.7": _Minor(0xEF3FC779FFFFFFFFFFFDFFFFC0F03FFF8BE3F, {}),
    "3.6": _Minor(0x7FFFE7BCF79FFFF7FFFFFBFFFB9C00003FDB9E3E, {}),
    "3.7": _Minor(0x37FFFE7BC779FFFF7FFFFFBFFFB9C00003FDB9E3E, {}),
    # CALL_FINALLY and POP_FINALLY (162, 163) need END_FINALLY, WITH_CLEANUP_FINISH (82) needs WITH_CLEANUP_START; in
    # 3.9 they are LIST_EXTEND, SET_UPDATE and LIST_TO_TUPLE.
    "3.8": _Minor(0xF7FFFE7BC741FFFF7FFFEFBFFFBFC00003FDB9E7E, {}, needs=((162, 88), (163, 88), (82, 81))),
    "3.9": _Minor(0x3F3C1FE7BC767FFFF7FEFCFFFFFBDF00003FDB9E7E, {}),
    "3.10": _Minor(0x3F3D1FE7BE76FFFFFFFEFCFFFFFBDE0007FFDB9E7E, {}),
    "3.11": _Minor(
        0x1F87D39BF5FFF7DFDFFFFFFFC0CF0307E003BC2009E07,
        {25: 4, 60: 1, 92: 1, 95: 4, 106: 4, 107: 2, 116: 5, 122: 1, 160: 10, 166: 1, 171: 4},
        151,
        # A list that was made longer is no condition of a jump back: in 3.12 it is made a tuple (CALL_INTRINSIC_1).
        never=((162, 173), (145, 173)),
    ),
    "3.12": _Minor(
        0x1F83C39EFFFFFFFFC7FFFFEA80CB030FE003BCE029A3F,
        {25: 1, 60: 1, 92: 1, 93: 1, 95: 4, 106: 9, 107: 1, 116: 4, 122: 1, 123: 1, 141: 1, 171: 3},
        151,
    ),
    "3.13": _Minor(
        0x200000007FFFFFFFFFFFFFFFFFFFFFFFFFFFF7,
        {
            5: 1, 39: 1, 40: 3, 45: 1, 53: 3, 58: 1, 59: 1, 72: 1, 77: 1, 82: 9, 91: 4, 93: 1, 97: 1, 98: 1, 99: 1,
            100: 1, 104: 1, 108: 4, 117: 1,
        },
        149,
    ),
}  # fmt: skip
_WITH_ARGUMENT: Final = 90  # 2.7 to 3.5: an operation from here on is three bytes, one before it is one


def walks(code: bytes, python: str) -> bool:
    """Tell whether the instructions can be of a minor of Python."""
    if python in {"3.4", "3.5"}:
        return _bytewise(code, None)
    if python == "2.7":
        return _bytewise(code, _MINORS[python].known)
    return _wordwise(code, _MINORS[python])


def _bytewise(code: bytes, known: int | None) -> bool:
    place = 0
    while place < len(code):
        operation = code[place]
        if not operation or (known is not None and not known >> operation & 1):
            return False
        place += 3 if operation >= _WITH_ARGUMENT else 1
    return place == len(code)


def _wordwise(code: bytes, minor: _Minor) -> bool:
    operations = code[::2]
    if len(code) % 2 or (minor.resume is not None and minor.resume not in operations):
        return False
    if any(one in operations and other not in operations for one, other in minor.needs):
        return False
    place, before = 0, -1
    while place < len(operations):
        operation = operations[place]
        if not minor.known >> operation & 1 or (not operation and minor.resume is not None):  # a cache entry by itself
            return False
        entries = minor.caches.get(operation, 0)
        if any(operations[place + 1 : place + 1 + entries]) or place + entries >= len(operations):
            return False
        if (before, operation) in minor.never:
            return False
        place, before = place + 1 + entries, operation
    return bool(operations)
