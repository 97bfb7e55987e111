"""What saved models name and not every release knows: arguments, classes, operations and their attributes."""

import fnmatch
from collections.abc import Callable
from functools import cached_property
from typing import Literal

import msgspec

from tfdoctor.matrix.keras import KerasTable
from tfdoctor.matrix.ops import Registry

Basis = Literal["declared", "installed", "trained"]


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all rows carry: where the fact comes from, when it was checked, and on what it rests."""

    source: str
    checked: str
    basis: Basis


class Named(Row, frozen=True, kw_only=True):
    """An argument or a class that came or went: `since` the first, `until` the last release (one scale, see the file).

    `layers` are the classes whose argument it is; empty for any other, and for classes. `telling`: in an error it shows
    that a model was read, since nobody writes it by hand.
    """

    name: str
    layers: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    telling: bool = False


class Common(Row, frozen=True, kw_only=True):
    """Names of classes and functions that every Keras has."""

    names: tuple[str, ...]


class KerasFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of keras_config.toml."""

    argument: tuple[Named, ...]
    common: Common
    class_: tuple[Named, ...] = msgspec.field(name="class")


class KerasConfigs:
    """What the configuration of a saved Keras model may name."""

    def __init__(self, file: KerasFile, table: Callable[[], KerasTable]) -> None:
        """Take the decoded file; `table` reads what the releases of Keras know, when it is asked."""
        self._arguments = file.argument
        self._classes = {row.name: row for row in file.class_}
        self._table = table
        self.common = file.common

    @cached_property
    def names(self) -> frozenset[str]:
        """All classes and functions of Keras that are known."""
        return frozenset((*self.common.names, *self._classes, *self._table().classes))

    def argument(self, name: str, layer: str) -> Named | None:
        """Return the row of an argument of a layer; without the layer's name the first row of the argument."""
        own = [row for row in self._arguments if row.name == name]
        exact = next((row for row in own if layer in row.layers), None)
        if exact is not None or not own:
            return exact
        if layer:
            return next((row for row in own if not row.layers), None)
        return own[0]

    def known(self, name: str) -> Named | None:
        """Return since and until when Keras has a class that came or went: by hand, or as the releases said."""
        row = self._classes.get(name)
        if row is not None or name in self.common.names:
            return row
        table = self._table()
        since, until = table.span(name)
        if since is None and until is None:
            return None
        return Named(
            name=name, since=since, until=until, source=table.source, checked=table.checked, basis="installed"
        )  # fmt: skip


class Op(Row, frozen=True, kw_only=True):
    """An operation of a plugin, which registers it when `module` is imported; the name may end in "*"."""

    name: str
    distribution: str
    module: str


class Attr(Row, frozen=True, kw_only=True):
    """An attribute of an operation, and the first release of TensorFlow that has it."""

    op: str
    name: str
    since: str


class Core(Row, frozen=True, kw_only=True):
    """Operations that TensorFlow registers itself, from the minor `since` on, up to 1.15."""

    since: str
    ops: tuple[str, ...]


class Contrib(Row, frozen=True, kw_only=True):
    """Operations of tf.contrib in some TensorFlow 1."""

    ops: tuple[str, ...]


class Registered(msgspec.Struct, frozen=True):
    """Where an operation comes from: `since` the first minor of TensorFlow itself, "" for tf.contrib."""

    since: str
    source: str


class GraphFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of graph_ops.toml."""

    op: tuple[Op, ...]
    attr: tuple[Attr, ...]
    core: tuple[Core, ...]
    contrib: Contrib


class GraphOps:
    """What a graph may name: plugins, and who registers an operation in TensorFlow itself."""

    def __init__(self, file: GraphFile, registry: Callable[[], Registry]) -> None:
        """Take the decoded file; `registry` reads what TensorFlow 1.15 and later register, when it is asked."""
        self._file, self._registry = file, registry

    def plugin(self, name: str) -> Op | None:
        """Return the row of a plugin's operation."""
        return next((row for row in self._file.op if fnmatch.fnmatchcase(name, row.name)), None)

    def core(self, name: str) -> Registered | None:
        """Return since when TensorFlow itself has an operation."""
        registry = self._registry()
        since = registry.since(name)
        if since and since != registry.releases[0].minor:
            return Registered(since, registry.source)
        row = next((row for row in self._file.core if name in row.ops), None)
        if row is not None:
            return Registered(row.since, row.source)
        return Registered(since, registry.source) if since else None

    def contrib(self, name: str) -> Registered | None:
        """Return that tf.contrib of some TensorFlow 1 had an operation, where it had."""
        if name in self._file.contrib.ops:
            return Registered("", self._file.contrib.source)
        return Registered("", self._registry().source) if self._registry().contrib(name) else None

    def attr(self, op: str, name: str) -> Registered | None:
        """Return since when an operation has an attribute."""
        row = next((row for row in self._file.attr if (row.op, row.name) == (op, name)), None)
        if row is not None:
            return Registered(row.since, row.source)
        registry = self._registry()
        since = registry.attr_since(op, name)
        return Registered(since, registry.source) if since and since != registry.releases[0].minor else None
