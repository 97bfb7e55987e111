"""Under which names the changes are filed that a use of a name may meet."""

from collections.abc import Iterator
from typing import Final

from tfdoctor.drift import copies
from tfdoctor.drift.change import Change
from tfdoctor.drift.code.use import Use
from tfdoctor.drift.releases import Span
from tfdoctor.matrix.symbols import Symbol, Symbols

_MEMBERS: Final = frozenset({"method", "property"})


def written(name: str) -> str:
    """Return a name as TensorFlow has it: keras.layers is tf.keras.layers."""
    return f"tf.{name}" if name.startswith("keras.") else name


class Meant:
    """What names mean in the two releases of a comparison."""

    def __init__(self, symbols: Symbols, span: Span) -> None:
        """Take all releases, and the two."""
        self._symbols, self._span = symbols, span

    def symbol(self, name: str) -> Symbol | None:
        """Return what a name means before; keras and tf_keras are tf.keras where the release has no other."""
        found = self._symbols.find(name, self._span.before)
        if found is None and name.startswith(("keras.", "tf_keras.")):
            found = self._symbols.find(f"tf.keras.{name.partition('.')[2]}", self._span.before)
        return found

    def taking(self, symbol: Symbol | None, parameters: tuple[str, ...]) -> Symbol | None:
        """Return a symbol as it takes some parameters: that of after where they are new."""
        if symbol is None or not parameters or _has(symbol, parameters):
            return symbol
        now = self._symbols.find(symbol.name, self._span.after)
        return now if now is not None and _has(now, parameters) else symbol

    def names(self, name: str, symbol: Symbol | None) -> list[str]:
        """Return, sorted, the written name, the canonical one, and those that stand for one that is not public."""
        found = {name} if symbol is None else {name, symbol.name}
        owner, _, last = written(name).rpartition(".")
        if symbol is None:
            found |= {f"{base}.{last}" for base in self._bases(owner)}
            found |= set(copies.names(name, self._symbols, self._span.before))
        elif symbol.kind in _MEMBERS:  # that of the class which it is inherited from, through those in between
            heir = symbol.name.rpartition(".")[0]
            found |= {f"{base}.{last}" for base in self._bases(owner) if heir in self._bases(base)}
        elif symbol.kind == "class":
            found |= self._bases(symbol.name)
        if symbol is None or symbol.contrib:
            found |= set(self._around(written(name)))
        return sorted(found)

    def _bases(self, name: str) -> set[str]:
        return set(self._symbols.bases(name, self._span.before))

    def _around(self, name: str) -> Iterator[str]:
        """Yield the outermost module around a name that is gone with all that it holds."""
        parts = name.split(".")
        for end in range(2, len(parts)):
            module = ".".join(parts[:end])
            found = self._symbols.find(module, self._span.before)
            if found is not None and found.kind == "module" and self._symbols.find(module, self._span.after) is None:
                yield module
                return

    def _takes(self, name: str, parameters: tuple[str, ...]) -> bool:
        """Whether a class has one of some parameters of its own."""
        now = self._symbols.find(name, self._span.after)
        return now is not None and _has(now, parameters)

    def concerns(self, change: Change, name: str, use: Use, symbol: Symbol | None) -> bool:
        """Whether a change that is filed under a name is one of the name as it is written.

        What moved is still there under its other names, and as a word in quotes; what one name got, an alias of before
        need not have got.
        """
        other = use.name if self._symbols.canonical(use.name, self._span.before) else written(use.name)
        if symbol is not None and symbol.kind == "class" and name not in {other, symbol.name, use.name}:
            return change.where.inherited and not self._takes(symbol.name, change.parameters)
        member = symbol is not None and symbol.kind in _MEMBERS
        if change.kind == "moved" and other not in change.subject:
            return member and self._symbols.find(other, self._span.after) is None
        if change.kind == "moved" and use.kind == "string":
            return False
        if name == other or symbol is None or member:
            return True
        now, here = (self._symbols.find(one, self._span.after) for one in (other, name))
        return now is None or (here is not None and here.name == now.name)


def _has(symbol: Symbol, parameters: tuple[str, ...]) -> bool:
    """Whether a signature has one of some parameters."""
    return any(one.name in parameters for one in symbol.parameters or ())
