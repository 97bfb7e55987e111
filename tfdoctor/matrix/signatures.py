"""Log signatures: what a line of a log looks like that states something, from `compat_matrix/signatures/*.toml`."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import msgspec

from tfdoctor.errors import MatrixError


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row as it is written.

    Attributes:
        kind: what a line of this form states; rules ask for it. Several rows may have one kind.
        words: texts in lower case of which every line that `match` recognises holds at least one.
        match: the regular expression, tried anywhere in a line, case ignored; its named groups are the event's values.
            "{NAME}" stands for a fragment.
        source: the thread, or the source file, that shows the message.
        checked: the day on which it was looked up.
        example: one real line that it recognises.
        since: the first release that prints it, where that is known; `until`: the last one.
    """

    kind: str
    words: tuple[str, ...]
    match: str
    source: str
    checked: dt.date
    example: str
    since: str | None = None
    until: str | None = None


class SignatureFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file: its rows, and the parts that expressions of all files may use by name."""

    signature: tuple[Row, ...] = ()
    fragments: dict[str, str] = {}


_PLACEHOLDER = re.compile(r"\{([A-Z][A-Z_]*)\}")  # a quantifier has digits


class Signature:
    """A row, its place in the matrix, and its expression, compiled at first need: all together take 100 ms."""

    def __init__(self, row: Row, place: str, fragments: Mapping[str, str]) -> None:
        """Wrap `row`, which stands at `place` ("signatures/cuda.toml, row 3 (cudnn-failed)")."""
        self.row = row
        self.place = place
        self._fragments = fragments

    def __repr__(self) -> str:
        return f"Signature({self.place})"

    @property
    def kind(self) -> str:
        """What a line of this form states."""
        return self.row.kind

    @cached_property
    def expression(self) -> str:
        """The expression with its fragments filled in.

        Raises:
            MatrixError: a fragment is not defined.
        """
        text = self.row.match
        while (found := _PLACEHOLDER.search(text)) is not None:
            part = self._fragments.get(found[1])
            if part is None or f"{{{found[1]}}}" in part:
                raise MatrixError(f"{self.place} of the compatibility matrix: no fragment {found[1]!r}")
            text = text.replace(found[0], part)
        return text

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled expression.

        Raises:
            MatrixError: it is none.
        """
        try:
            return re.compile(self.expression, re.IGNORECASE)
        except re.error as error:
            raise MatrixError(f"{self.place} of the compatibility matrix: {error}") from None

    @cached_property
    def anchored(self) -> bool:
        """Whether it can match at the start of a line only."""
        return self.expression.startswith("^") and not self.alternatives

    @cached_property
    def alternatives(self) -> bool:
        """Whether the expression is an alternation at its top."""
        depth = 0
        plain = re.sub(r"\\.|\[(?:\\.|[^\]\\])+\]", "_", self.expression)
        for character in plain:
            depth += (character == "(") - (character == ")")
            if character == "|" and not depth:
                return True
        return False


class Signatures:
    """All signatures in order, and which of them a word may belong to."""

    def __init__(self, files: Iterable[tuple[str, SignatureFile]]) -> None:
        """Join the named files ("signatures/cuda.toml").

        Raises:
            MatrixError: two files define one fragment, or a row has no words, or they are not in lower case.
        """
        fragments: dict[str, str] = {}
        rows: list[Signature] = []
        for name, file in files:
            for key, part in file.fragments.items():
                if key in fragments:
                    raise MatrixError(f"{name} of the compatibility matrix: a second fragment {key!r}")
                fragments[key] = part
            for number, row in enumerate(file.signature, 1):
                place = f"{name}, row {number} ({row.kind})"
                if not row.words or not all(word and word == word.lower() for word in row.words):
                    raise MatrixError(f"{place} of the compatibility matrix: words must be given, in lower case")
                rows.append(Signature(row, place, fragments))
        self.rows: tuple[Signature, ...] = tuple(rows)

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.rows)

    def __iter__(self) -> Iterator[Signature]:
        """Iterate over the signatures in order."""
        return iter(self.rows)

    @cached_property
    def by_word(self) -> dict[str, tuple[int, ...]]:
        """The positions of the rows that a word may belong to."""
        found: dict[str, list[int]] = {}
        for position, signature in enumerate(self.rows):
            for word in signature.row.words:
                found.setdefault(word, []).append(position)
        return {word: tuple(positions) for word, positions in found.items()}
