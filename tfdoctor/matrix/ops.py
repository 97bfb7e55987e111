"""The operations that each minor of TensorFlow registers, from `compat_matrix/ops.json`: harvested by running each.

Values of attributes are in the form of `tfdoctor.matrix.attrs`.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Final

import msgspec

from tfdoctor.matrix.harvested import Harvested, Head

FORMAT: Final = 1


class OpRelease(msgspec.Struct, frozen=True):
    """A release of TensorFlow that was run.

    Attributes:
        minor: "2.3".
        version: "2.3.4".
        producer: the version that it writes into graphs, and reads them as.
        min_consumer: the oldest consumer that it writes graphs for.
        min_producer: the oldest producer whose graphs it reads.
    """

    minor: str
    version: str
    producer: int
    min_consumer: int
    min_producer: int


class _Attr(msgspec.Struct, frozen=True, array_like=True):
    """An attribute: `allowed` are places in the lists. A set of releases that is 0: all that have what it is of."""

    name: str
    type: str
    releases: int
    defaults: tuple[tuple[str, int], ...] = ()
    allowed: tuple[tuple[int, int], ...] = ()
    minimum: tuple[tuple[int, int], ...] = ()


class _Signature(msgspec.Struct, frozen=True, array_like=True):
    """Numbers of input and output arguments."""

    inputs: int
    outputs: int
    releases: int = 0


class _Op(msgspec.Struct, frozen=True, array_like=True):
    """An operation. A set of releases has one bit for each, in their order.

    `signature`: (inputs, outputs, releases); `attrs`: places in the list of attributes; `deprecated`: (graph version,
    explanation, releases).
    """

    releases: int
    stateful: int
    signature: tuple[_Signature, ...]
    attrs: tuple[int, ...] = ()
    deprecated: tuple[tuple[int, str, int], ...] = ()


class _File(Head, frozen=True):
    basis: str
    releases: tuple[OpRelease, ...]
    allowed: tuple[tuple[str, ...], ...]
    attrs: tuple[msgspec.Raw, ...]
    ops: dict[str, msgspec.Raw]
    contrib: dict[str, msgspec.Raw]
    lite: dict[int, tuple[tuple[int, int, int], ...]] = msgspec.field(
        default_factory=dict
    )  # code -> (first, last version, releases)
    refusals: dict[int, tuple[tuple[str, int], ...]] = msgspec.field(
        default_factory=dict
    )  # code -> (message with {version} left open, releases)


class Attr(msgspec.Struct, frozen=True):
    """An attribute in one release.

    Attributes:
        name: of it.
        type: "int", "type", "list(shape)", ...
        default: None where a node must set it.
        allowed: the values that are allowed, None where all are; of a list: of each of its items.
        minimum: the least number, or the least length of a list; None without one.
    """

    name: str
    type: str
    default: str | None = None
    allowed: frozenset[str] | None = None
    minimum: int | None = None


class Op(msgspec.Struct, frozen=True):
    """An operation in one release.

    Attributes:
        name: of it.
        inputs: number of its input arguments; an argument can stand for a list.
        outputs: number of its output arguments.
        stateful: whether it keeps state.
        deprecated: the graph version from which it is refused, 0 where it is not deprecated.
        why: what is said instead.
        attrs: its attributes by name.
        contrib: whether tf.contrib registers it when a module of it is imported.
    """

    name: str
    inputs: int
    outputs: int
    stateful: bool
    deprecated: int
    why: str
    attrs: Mapping[str, Attr]
    contrib: bool = False


class Registry(Harvested[_File], kind=_File, file="ops.json", format=FORMAT):
    """All releases and their operations."""

    def __init__(self, data: bytes) -> None:
        """Read the table; see `Harvested`."""
        super().__init__(data)
        self.releases = self._file.releases
        self._attrs: dict[int, _Attr] = {}

    @cached_property
    def _bits(self) -> dict[str, int]:
        return {release.minor: 1 << number for number, release in enumerate(self.releases)}

    def release(self, minor: str) -> OpRelease | None:
        """Return a minor ("2.3"), None where it was not run."""
        return next((release for release in self.releases if release.minor == minor), None)

    def of_producer(self, producer: int) -> tuple[OpRelease, ...]:
        """Return the releases around a graph version: the newest that is not newer, the oldest that is not older."""
        order = sorted(self.releases, key=lambda release: release.producer)  # 1.15.5 is newer than 2.0 there
        before = [release for release in order if release.producer <= producer]
        after = [release for release in order if release.producer >= producer]
        return tuple(dict.fromkeys((*before[-1:], *after[:1])))

    def get(self, name: str, minor: str) -> Op | None:
        """Return an operation as TensorFlow itself registers it in a minor."""
        return self._get(self._file.ops, name, minor)

    def contrib(self, name: str) -> Op | None:
        """Return an operation of tf.contrib in TensorFlow 1.15, which is registered when its module is imported."""
        return self._get(self._file.contrib, name, "1.15")

    def since(self, name: str) -> str | None:
        """Return the first minor that has an operation; the oldest one stands for all before it, too."""
        row = self._row(self._file.ops, name)
        return self._first(row.releases) if row else None

    def until(self, name: str) -> str | None:
        """Return the last minor that has an operation."""
        row = self._row(self._file.ops, name)
        return self._last(row.releases) if row else None

    def attr_since(self, name: str, attr: str) -> str | None:
        """Return the first minor in which an operation has an attribute; the oldest one as in `since`."""
        op = self._row(self._file.ops, name)
        rows = (self._attr_row(place) for place in op.attrs) if op else ()
        row = next((row for row in rows if row.name == attr), None)
        return self._first(row.releases or op.releases) if op and row else None

    def lite(self, code: int, minor: str) -> range | None:
        """Return the versions of a builtin operator that the TFLite interpreter of a minor registers; None for none."""
        bit = self._bits.get(minor, 0)
        rows = self._file.lite.get(code, ())
        return next((range(first, last + 1) for first, last, releases in rows if releases & bit), None)

    def lite_refusal(self, code: int, version: int, minor: str) -> str:
        """Return what the interpreter of a minor says of a builtin operator that it does not register."""
        bit = self._bits.get(minor, 0)
        row = next((found for found in self._file.refusals.get(code, ()) if found[1] & bit), None)
        return row[0].replace("{version}", str(version)) if row else ""

    def _first(self, releases: int) -> str:
        return self.releases[(releases & -releases).bit_length() - 1].minor

    def _last(self, releases: int) -> str:
        return self.releases[releases.bit_length() - 1].minor

    @staticmethod
    def _row(table: dict[str, msgspec.Raw], name: str) -> _Op | None:
        """Decode one operation: a model has few of them."""
        raw = table.get(name)
        return None if raw is None else msgspec.json.decode(raw, type=_Op)

    def _attr_row(self, place: int) -> _Attr:
        if place not in self._attrs:
            self._attrs[place] = msgspec.json.decode(self._file.attrs[place], type=_Attr)
        return self._attrs[place]

    def _get(self, table: dict[str, msgspec.Raw], name: str, minor: str) -> Op | None:
        row, bit = self._row(table, name), self._bits.get(minor, 0)
        if row is None or not row.releases & bit:
            return None
        signature = next(found for found in row.signature if not found.releases or found.releases & bit)
        deprecated, why = next(
            ((at, why) for at, why, releases in row.deprecated if not releases or releases & bit), (0, "")
        )
        rows = (self._attr_row(place) for place in row.attrs)
        attrs = {attr.name: self._attr(attr, bit) for attr in rows if not attr.releases or attr.releases & bit}
        return Op(
            name,
            signature.inputs,
            signature.outputs,
            bool(row.stateful & bit),
            deprecated,
            why,
            attrs,
            table is self._file.contrib,
        )

    def _attr(self, row: _Attr, bit: int) -> Attr:
        default = next((value for value, releases in row.defaults if not releases or releases & bit), None)
        place = next((place for place, releases in row.allowed if not releases or releases & bit), None)
        minimum = next((value for value, releases in row.minimum if not releases or releases & bit), None)
        allowed = None if place is None else frozenset(self._file.allowed[place])
        return Attr(row.name, row.type, default, allowed, minimum)
