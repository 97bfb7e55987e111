"""The public API of each minor of TensorFlow, from `compat_matrix/symbols.json`: harvested by running each release.

Names begin with "tf." for TensorFlow and "keras." for what only the distribution keras beside it has. What a signature
with `**kwargs` takes besides (`lr`, `decay` and `clipnorm` of the old optimizers) stands in `Matrix.keras`, under the
same public name.
"""

from collections.abc import Iterator
from typing import Final, Literal

import msgspec

FORMAT: Final = 1

Kind = Literal["module", "class", "function", "method", "property", "value"]
What = Literal[
    "removed", "moved", "added", "kind", "default", "parameter-removed", "parameter-added", "parameter-renamed",
    "parameters-reordered", "deprecated", "parameter-deprecated", "value",
]  # fmt: skip


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of a signature.

    Attributes:
        name: of it, without stars.
        kind: "positional" can't be given by name; "either" can; "named" must be; "*" and "**" take the rest.
        default: canonical text ("0.001", "'sigmoid'", "None"); None where it must be given.
    """

    name: str
    kind: Literal["positional", "either", "named", "*", "**"]
    default: str | None = None


class Symbol(msgspec.Struct, frozen=True):
    """A public name in one release.

    Attributes:
        name: canonical: "tf.keras.layers.GRU"; of a method that of the class that defines it: "tf.keras.Model.fit".
        kind: of it.
        parameters: of a class those of its constructor without self; None where no signature could be had.
        deprecated: what TensorFlow says of it, "" where it is not deprecated.
        value: literal constants and members of enumerations, as Python writes them.
        deprecated_parameters: what TensorFlow says of parameters; a key "sample_weight=None" is one value of one.
        contrib: whether it is of tf.contrib, of which only names are known.
    """

    name: str
    kind: Kind
    parameters: tuple[Parameter, ...] | None = None
    deprecated: str = ""
    value: str = ""
    deprecated_parameters: dict[str, str] = {}
    contrib: bool = False

    @property
    def open(self) -> bool:
        """Whether it takes keywords that its signature does not tell."""
        return any(one.kind == "**" for one in self.parameters or ())


class SymbolChange(msgspec.Struct, frozen=True):
    """One difference of a symbol between two releases.

    Attributes:
        what: "moved" is a name that is gone while the same symbol stays under another, `new`.
        name: that the symbol had before (for "added": that it has after): canonical, or the alias that alone changed.
        before: the symbol in the first release.
        after: the symbol in the second; for "moved" under its other name.
        parameter: that it is about, "" where none.
        old: default, name, order, value or kind before.
        new: the same after; None of a default (it must be given) is "".
        names: all names that the change concerns, `name` first.
    """

    what: What
    name: str
    before: Symbol | None
    after: Symbol | None
    parameter: str = ""
    old: str = ""
    new: str = ""
    names: tuple[str, ...] = ()


class Symbols:
    """All releases and their public names."""

    def __init__(self, data: bytes) -> None:
        """Read the table.

        Raises:
            MatrixError: it is none, or of a format that this tfdoctor does not read.
        """
        self._data = data
        self.releases: tuple[str, ...] = ()

    def find(self, name: str, release: str) -> Symbol | None:
        """Return a symbol by any of its names; methods also through subclasses ("tf.keras.Sequential.fit")."""
        raise NotImplementedError

    def canonical(self, name: str, release: str) -> str | None:
        """Return the canonical name of any name, None where the release has it not."""
        raise NotImplementedError

    def names(self, release: str) -> Iterator[str]:
        """Yield all canonical names of a release, those of methods and properties left out."""
        raise NotImplementedError

    def seen(self, name: str) -> tuple[str, ...]:
        """Return the releases that have a name."""
        raise NotImplementedError

    def aliases(self, name: str, release: str) -> tuple[str, ...]:
        """Return all names of a symbol, the canonical one first."""
        raise NotImplementedError

    def compare(self, name: str, before: str, after: str) -> tuple[SymbolChange, ...]:
        """Return what changed under one name."""
        raise NotImplementedError

    def changes(self, before: str, after: str) -> Iterator[SymbolChange]:
        """Yield what changed between two releases, each symbol and each method once."""
        raise NotImplementedError
