"""The operations that a graph uses, gathered node by node from serialized NodeDef messages.

A graph has up to millions of nodes but few different attributes: what was seen once is known again by its bytes, so a
node costs some microseconds. Constants are passed over. Attributes whose names begin with "_" are no part of an
operation's definition and are left out, as TensorFlow does when it checks a node.
"""

from typing import Final

from tfdoctor.facts.saved import AttrUse, OpUse
from tfdoctor.model.read import attrs, order, wire
from tfdoctor.model.read.source import DamagedError

_NODES: Final = 3_000_000  # that are read
_OPS: Final = 10_000  # different operations
_ATTRS: Final = 200  # of an operation
_VALUES: Final = 16
_ENTRY: Final = 256  # bytes of an attribute that is remembered
_HEAD: Final = 2048  # bytes of a tensor that are looked at
_PLACED: Final = 1_000_000  # first uses in functions that are noted
_KNOWN: Final = 100_000  # attributes that are remembered
_DECODED: Final = 1_000_000  # attributes that are taken apart

Defaults = dict[str, dict[str, bytes]]  # operation, attribute, serialized AttrValue


class _Places:
    """Where something is used first: in the graph itself, and in each function."""

    __slots__ = ("functions", "node")

    def __init__(self) -> None:
        self.node = -1
        self.functions: dict[int, int] = {}

    def add(self, body: int, node: int) -> None:
        """Add a use: `body` is the function's place in the file, -1 for the graph."""
        if body >= 0:
            self.functions.setdefault(body, node)
        elif self.node < 0:
            self.node = node

    def first(self, ranks: list[int]) -> tuple[int, int] | None:
        """Return the first use in a function in the order of loading."""
        return min(((ranks[body], node) for body, node in self.functions.items() if body < len(ranks)), default=None)

    def called(self, reached: dict[int, int]) -> int:
        """Return the first node of the graph that calls a function with a use, itself or through others."""
        return min((reached[body] for body in self.functions if body in reached), default=-1)


class _Attr:
    """What is known of one attribute."""

    __slots__ = ("equal", "places", "values")

    def __init__(self) -> None:
        self.values: set[str] = set()
        self.equal: bool | None = None
        self.places = _Places()


class _Entry:
    """An attribute with its value that was taken apart before, and the body in which it was seen last."""

    __slots__ = ("attr", "body", "calls", "plain")

    def __init__(self, attr: _Attr | None, *, plain: bool, calls: list[str]) -> None:
        self.attr, self.plain, self.calls = attr, plain, calls
        self.body = -2


class _Use:
    """What is known of one operation."""

    __slots__ = ("attrs", "body", "count", "defaults", "known", "places")

    def __init__(self, defaults: dict[str, bytes] | None) -> None:
        self.count = 0
        self.known: dict[bytes, _Entry] = {}
        self.attrs: dict[str, _Attr] = {}
        self.defaults = defaults or {}
        self.body = -2
        self.places = _Places()


class Uses:
    """Gathers the operations of a graph and its functions."""

    def __init__(self, defaults: Defaults | None = None) -> None:
        """Take the defaults of attributes in the producer's list of operations."""
        self.nodes = 0
        self.full = False
        self._body, self._begun = -1, 0
        self._calls: list[list[str]] = []  # of each function
        self._called: dict[str, int] = {}  # by the graph itself, with the first node that does
        self._defaults = defaults or {}
        self._ops: dict[bytes, _Use] = {}
        self._room, self._budget, self._placed = _KNOWN, _DECODED, _PLACED

    def enter(self) -> None:
        """Begin the next function: what is walked from now on is its body."""
        self._calls.append([])
        self._body, self._begun = len(self._calls) - 1, self.nodes

    def found(self, functions: list[str]) -> tuple[OpUse, ...]:
        """Return the operations by name, without those that are calls of the graph's own functions."""
        named = {wire.string(name): use for name, use in self._ops.items()}
        known = set(functions)
        for name in known & named.keys():
            for body in named[name].places.functions:
                self._calls[body].append(name)
            if named[name].places.node >= 0:
                self._called.setdefault(name, named[name].places.node)
        ranks = order.ranks(functions, self._calls)
        reached = order.reached(functions, self._calls, self._called)
        return tuple(_op(name, named[name], ranks, reached) for name in sorted(named) if name not in known)

    def walk(
        self, walker: wire.Walker, start: int, end: int, field: int, passed: bytes = b""
    ) -> list[tuple[int, int, int]]:
        """Read the nodes among the fields of a message; return its other fields as `Walker.fields` does.

        Args:
            walker: reads the source.
            start: the place of the message.
            end: the place behind it.
            field: the number of the field of nodes.
            passed: tags of fields (numbers below 16, with bytes) that nobody wants.

        Raises:
            DamagedError: the message breaks off; what came before is kept.
        """
        others: list[tuple[int, int, int]] = []
        at = start
        while at < end and not self.full:
            data, base = walker.window(at, min(64, end - at))
            at = base + self._scan(data, at - base, min(end - base, len(data)), field << 3 | wire.BYTES, passed)
            if at >= end or self.full:
                break
            number, offset, length, behind = walker.field(at, end)
            if number != field or length < 0:
                if len(others) < _NODES:
                    others.append((number, offset, length))
            elif behind - at <= wire.WINDOW:
                walker.window(at, behind - at)
                self._whole(walker.take(offset, length))
            else:
                self._huge(walker, offset, behind)
            at = behind
        return others

    def _scan(self, data: bytes, at: int, end: int, tag: int, passed: bytes) -> int:
        """Read nodes one after the other; return the place of the first thing that is none, or not whole."""
        limit = end if end < len(data) else end - 12  # a number may be cut by the window
        while at < limit:
            found = data[at]
            if found != tag and found not in passed:
                break
            start = at + 2
            length = data[at + 1]
            if length > 127:
                length, start = wire.varint(data, at + 1)
            if start + length > end:
                break
            at = start + length
            if found == tag:
                self._node(data, start, at)
                if self.full:
                    break
        return at

    def _node(self, data: bytes, at: int, stop: int) -> None:  # noqa: C901, PLR0912  the inner loop, kept in one piece
        begin = at
        try:
            if data[at] == 0x0A:  # name
                at = at + 2 + data[at + 1] if data[at + 1] < 128 else _past(data, at)
            start = at + 2
            at = start + data[at + 1]
            if data[start - 2] != 0x12 or data[start - 1] > 127:  # op
                self._whole(data[begin:stop])
                return
            use = self._ops.get(data[start:at])
            if use is None or self.nodes >= _NODES:
                use = self._use(data[start:at])
            else:
                use.count += 1
                self.nodes += 1
                if use.body != self._body:
                    self._met(use)
            known = use.known
            while at < stop:
                tag, length = data[at], data[at + 1]
                if tag & 7 != wire.BYTES or tag > 127:
                    self._whole(data[begin:stop], counted=use)
                    return
                start = at + 2
                if length > 127:
                    length, start = wire.varint(data, at + 1)
                at = start + length
                if tag != 0x2A or data[start + 2] == 0x5F or length < 3:  # an attribute; its name's first letter is "_"
                    continue
                if length > _ENTRY or (entry := known.get(data[start:at])) is None:
                    self._attr(use, data[start:at])
                elif entry.body != self._body:
                    self._again(entry)
        except IndexError:
            raise DamagedError("a node is cut off") from None
        if at != stop:
            raise DamagedError("a node's field is longer than the node")

    def _whole(self, data: bytes, counted: _Use | None = None) -> None:
        """Read a node whose fields are not in the usual order, or are unknown."""
        found = wire.message(data)
        use = counted or self._use(wire.blob(found, 2))
        for entry in wire.blobs(found, 5):
            self._attr(use, entry)

    def _huge(self, walker: wire.Walker, start: int, end: int) -> None:
        """Read a node that is larger than a window, a constant as a rule, without its value."""
        op = b""
        entries: list[bytes] = []
        for field, offset, length in walker.fields(start, end):
            if field == 2 and length >= 0:
                op = walker.take(offset, min(length, _ENTRY))
            elif field == 5 and length >= 0 and len(entries) < _ATTRS:
                entries.append(walker.take(offset, length) if length <= _ENTRY else _head(walker, offset, length))
        use = self._use(op)
        for entry in entries:
            self._attr(use, entry)

    def _use(self, op: bytes) -> _Use:
        self.nodes += 1
        use = self._ops.get(op)
        if use is None:
            use = _Use(self._defaults.get(wire.string(op)))
            if len(self._ops) < _OPS and len(op) <= _ENTRY:
                self._ops[op] = use
            else:
                self.full = True
        use.count += 1
        if use.body != self._body:
            self._met(use)
        if self.nodes >= _NODES:
            self.full = True
        return use

    def _met(self, use: _Use) -> None:
        """Note that the body that is walked uses an operation."""
        use.body = self._body
        self._place(use.places)

    def _place(self, places: _Places) -> None:
        """Note a use here, up to a bound: a hostile file has as many functions times operations as it likes."""
        self._placed -= self._body >= 0
        if self._placed >= 0 or self._body < 0:
            places.add(self._body, self.nodes - 1 - self._begun)

    def _again(self, entry: _Entry) -> None:
        """Note that the body uses an attribute that is known."""
        entry.body = self._body
        node = self.nodes - 1 - self._begun
        if self._body >= 0:
            self._calls[self._body].extend(entry.calls)
        else:
            for name in entry.calls:
                self._called.setdefault(name, node)
        if entry.attr is not None and not (entry.plain and self._body < 0):
            entry.attr.places.add(self._body, node)

    def _attr(self, use: _Use, entry: bytes) -> None:
        if self._budget <= 0:
            self.full = True
            return
        self._budget -= 1
        found = wire.message(entry)
        name, value = wire.text(found, 1), wire.blob(found, 2)
        attr, plain = None, False
        if not name.startswith("_") and (name in use.attrs or len(use.attrs) < _ATTRS):
            attr = use.attrs.setdefault(name[:_ENTRY], _Attr())
            text = attrs.text(value)
            if len(attr.values) < _VALUES:
                attr.values.add(text)
            default = use.defaults.get(name)
            if default is not None:
                plain = value == default or (attrs.by_text(text) and text == attrs.text(default))
                attr.equal = plain and attr.equal is not False
        seen = _Entry(attr, plain=plain, calls=attrs.functions(value))
        if self._room > 0 and len(entry) <= _ENTRY:
            self._room -= 1
            use.known[entry] = seen
        self._again(seen)


def _past(data: bytes, at: int) -> int:
    length, at = wire.varint(data, at + 1)
    return at + length


def _head(walker: wire.Walker, offset: int, length: int) -> bytes:
    """The beginning of a large attribute as an entry: its name, and of a tensor the type and shape."""
    found = {}
    for field, place, size in walker.fields(offset, offset + length):
        if size >= 0:
            found[field] = walker.take(place, min(size, 120 if field == 1 else _HEAD))
    name, value = found.get(1, b""), found.get(2, b"")
    if value[:1] != b"\x42":  # no tensor: a value that can't be told without the rest
        value = b""
    return b"\x0a" + bytes([len(name)]) + name + b"\x12" + wire.encoded(len(value)) + value


def _op(name: str, use: _Use, ranks: list[int], reached: dict[int, int]) -> OpUse:
    found = []
    for key, attr in sorted(use.attrs.items()):
        at = attr.places
        values = tuple(sorted(attr.values))
        found.append(AttrUse(key, values, attr.equal, at.node, at.first(ranks), at.called(reached)))
    at = use.places
    return OpUse(name, use.count, tuple(found), at.node, at.first(ranks), at.called(reached))
