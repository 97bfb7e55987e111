"""Where in a program something stands, and which assignments of a name can reach it."""

import ast
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Literal, NamedTuple

_MOST: Final = 64  # assignments before and after a place that are looked at


class Guard(NamedTuple):
    """What may provide for names not to be there: the condition of an `if`, or a `try`, and where it stands."""

    node: ast.AST
    place: "Place"


@dataclass(eq=False, slots=True)
class Block:
    """Statements that run one after the other.

    Attributes:
        parent: the block that it lies in; None for the outermost of a module, function or class.
        loop: it may run again.
        ends: what follows it is never reached from it (`return`, `raise`).
        guards: the conditions and `try`s around.
    """

    parent: "Block | None" = None
    loop: bool = False
    ends: bool = False
    guards: tuple[Guard, ...] = ()
    depth: int = 0

    @property
    def within(self) -> "Block | None":
        """The innermost loop around, or itself."""
        found: Block | None = self
        while found is not None and not found.loop:
            found = found.parent
        return found

    def inner(self, *, loop: bool = False, guards: tuple[Guard, ...] = ()) -> "Block":
        """Return a new block in this one."""
        return Block(self, loop, False, (*self.guards, *guards), self.depth + 1)

    def holds(self, other: "Block") -> bool:
        """Whether the other block is this one or lies in it."""
        found: Block | None = other
        while found is not None and found.depth > self.depth:
            found = found.parent
        return found is self


@dataclass(eq=False, slots=True)
class Binding:
    """A name gets a value.

    Attributes:
        how: "is": `value` holds the values; "value": what `node` stands for, "element": what iterating over it gives,
            or its part at the path `value`; "annotation": an object of the class; "parameter": that of the function
            `value`; "import": that of another module, `value` says which; "gone": nothing known.
        annotation: of a name that gets a value, which may stand for an object of the class too.
    """

    order: int
    block: Block
    how: Literal["is", "value", "element", "annotation", "parameter", "import", "gone"]
    node: ast.AST | None = None
    place: "Place | None" = None
    value: Any = None
    annotation: ast.expr | None = None


@dataclass(eq=False, slots=True)
class Scope:
    """A module, class or function, with all bindings of its names in their order; `module`: what it lies in."""

    kind: Literal["module", "class", "function"]
    parent: "Scope | None" = None
    module: Any = None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    elsewhere: dict[str, "Scope"] = field(default_factory=dict)  # `global` and `nonlocal`
    owner: Any = None  # the class whose body or method it is
    function: Any = None

    def __post_init__(self) -> None:
        """Take over the module of the scope around."""
        if self.parent is not None:
            self.module = self.parent.module

    def bind(self, name: str, binding: Binding) -> None:
        """Note that a name gets a value here."""
        other = self.elsewhere.get(name)
        if other is not None:  # at some time, as seen from there
            binding.block = Block(depth=1)
            other.bindings.setdefault(name, []).append(binding)
        else:
            self.bindings.setdefault(name, []).append(binding)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A statement: what it can see."""

    scope: Scope
    order: int
    block: Block

    def reaching(self, name: str) -> list[Binding]:
        """Return the bindings that may give the name its value here."""
        scope: Scope | None = self.scope.elsewhere.get(name, self.scope)
        own = scope is self.scope
        while scope is not None:
            found = scope.bindings.get(name)
            if found and own:
                found = list(self._live(found))
            if found and (own or scope.kind != "class"):
                return found
            own, scope = False, scope.parent
        return []

    def _live(self, bindings: list[Binding]) -> Iterator[Binding]:
        now = bisect_left(bindings, self.order, key=lambda one: one.order)
        before: list[Binding] = []
        last: Binding | None = None  # what certainly ran before
        for index in range(now - 1, -1, -1):
            one = bindings[index]
            if one.block.holds(self.block):
                last = one
                break
            if not _cut_off(one.block, self.block):
                before.append(one)
                if len(before) == _MOST:
                    break
        if last is not None:
            yield last
        yield from reversed(before)
        loop = self.block.within
        if loop is not None and not (last and loop.holds(last.block)):
            yield from (one for one in islice(bindings, now, now + _MOST) if self._again(one, last))

    def _again(self, later: Binding, last: Binding | None) -> bool:
        """Whether a later binding comes round in a loop, and nothing before this place in the loop undoes it."""
        block = self.block.within
        while block is not None:
            if block.holds(later.block) and not (last and block.holds(last.block)):
                return True
            block = block.parent and block.parent.within
        return False


def _cut_off(block: Block, here: Block) -> bool:
    found: Block | None = block
    while found is not None and not found.holds(here):
        if found.ends:
            return True
        found = found.parent
    return False
