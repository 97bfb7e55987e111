"""What is known of a public name in one release, and what changed between two."""

from typing import Literal

import msgspec

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

    @property
    def opaque(self) -> bool:
        """Whether its signature tells nothing: there is none, or it passes everything on."""
        return self.parameters is None or [one.kind for one in self.parameters] == ["*", "**"]


class SymbolChange(msgspec.Struct, frozen=True):
    """One difference of a symbol between two releases.

    Attributes:
        what: "moved" is a name that is gone while the symbol stays under another, `new`: of those that have its other
            names now, the one with the most similar signature.
        name: that the symbol had before (for "added": that it has after): canonical, or the alias that alone changed.
        before: the symbol in the first release.
        after: the symbol in the second; for "moved" under its other name.
        parameter: that it is about, "" where none.
        old: default, name, order, value or kind before.
        new: the same after; None of a default (it must be given) is ""; of a parameter that is gone what is at its
            place.
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
