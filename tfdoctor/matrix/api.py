"""Names of the API of TensorFlow and Keras that came or went, from `compat_matrix/keras_api.toml`."""

from functools import cached_property
from typing import Final, Literal

import msgspec

from tfdoctor.matrix.models import Row

_IMPORT: Final = "import "


class Symbols(Row, frozen=True, kw_only=True):
    """Names below `module` that came or went together; without names the module itself and all below it.

    `since` and `until` are on one scale (see the file). `tf_keras`: tf.keras of Keras 3 still has them, the package
    keras does not. `instead` says what to use.
    """

    finding: str
    module: str
    names: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    tf_keras: bool = False
    instead: str = ""


class Arguments(Row, frozen=True, kw_only=True):
    """Arguments of functions or classes that came or went together; `renamed`: how the one of them is called now."""

    finding: str
    owners: tuple[str, ...]
    names: tuple[str, ...]
    since: str | None = None
    until: str | None = None
    instead: str = ""
    renamed: str = ""


class Where(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which programs meet a change, of those that use its subjects: what else a call or a file must show.

    What a file shows makes a change likely, not certain: which of its models and data are meant is not seen.

    Attributes:
        beside: the file uses one of these too: symbols, or words in quotes ("'mse'").
        unless: it uses none of these, and does not switch eager execution off; where another file of the program does,
            the change is only possible.
        several: its last Dense layer has not one unit.
        branches: it builds a model of several outputs.
        outputs: it builds a model of several outputs, and compiles with a list of metrics of another length.
        inherited: the classes, too, that derive from the subjects.
        unlike: the call gives a text, as the first of the change's arguments, in which this pattern is not found.
        like: the call gives a text, as the first of the change's arguments, in which this pattern is found.
        spelled: the call gives, as the first of the change's arguments, what is written so: this pattern is found.
        together: the call gives at least so many of the change's arguments by name.
        plain: the call gives a list of numbers as one of the change's arguments.
        number: the call gives a whole number as one of the change's arguments.
        constant: the call gives something else than its first argument by position: what is written out and not None,
            or what is called training.
        fraction: the call gives a number that need not be whole as one of the change's arguments: `n / 2`.
        without: the call gives none of these arguments so: "compile=False".
        gives: the call gives one of these arguments so: "patience=0".
        symbolic: the call is given a symbolic tensor of Keras, or Keras made the object (a symbolic tensor, what
            belongs to one, or the variable of a layer).
        holds: the call gives an object of a class, or a list with one, in the name of which this pattern is found.
        text: the call gives a text as its first argument by position.
        compiled: the file compiles a model with an object of a class in the name of which this pattern is found.
        closes: the file compiles with a loss or metric that takes symbolic tensors of Keras from outside of itself.
        called: it is called.
        defined: it is a method, and a class of the program defines it.
        stored: something is assigned to it; without this it is read or called.
        assigned: this is assigned to it, as it is written, and the file assigns nothing else to attributes of its name.
    """

    beside: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    several: bool = False
    branches: bool = False
    outputs: bool = False
    inherited: bool = False
    unlike: str = ""
    like: str = ""
    spelled: str = ""
    together: int = 0
    fraction: bool = False
    plain: bool = False
    number: bool = False
    constant: bool = False
    without: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    symbolic: bool = False
    holds: str = ""
    text: bool = False
    compiled: str = ""
    closes: bool = False
    called: bool = False
    defined: bool = False
    stored: bool = False
    assigned: str = ""


ANYWHERE: Final = Where()


class Change(Row, frozen=True, kw_only=True):
    """A change of behaviour that came with TensorFlow `since` and, where it ended, was there up to `until`.

    Attributes:
        finding: the page that explains it.
        since: the first minor with it.
        what: one sentence.
        until: the last minor with it.
        instead: what keeps the old behaviour.
        back: what brings it back in releases after `until`.
        effect: what it does to a program.
        harvested: the harvested signatures say as much, so a comparison of two releases leaves it out.
        subjects: the symbols that it is about, by canonical names.
        arguments: it concerns calls that leave these out; with `given` those that give one.
        given: see there.
        renamed: how the one argument is called now.
        later: the error comes where the object is used, not where it is made.
        version_1: it ends with tensorflow.compat.v1 and without the behaviour of TensorFlow 2.
        ignored: the releases with this change take the arguments and do nothing with them.
        where: which of the programs that use its subjects meet it.
        experiments: patterns of names of experiments that stand for it: without a measured difference it is not there.
        gpu: only a GPU of compute capability 8.0 or newer shows it.
        machine: only this architecture shows it.
        standalone: whether it is met on the way from Keras of its own (before 2.4) to tf.keras: also, or only there.
        words: how people name it, beside its subjects and arguments ("*" ends a stem).
        signs: what other results look like with it.
        named: it is thought of only where a title or code names it.
        doubt: only some data show it, which no program does: its places are possible ones.
        warned: a message says so by itself, so a case without that message is less likely one of it.
        threads: how many public threads without a telling message had it as their cause: what decides where nothing
            else does.
    """

    finding: str
    since: str
    what: str
    until: str | None = None
    instead: str = ""
    back: str = ""
    effect: Literal["results", "raises", "warns", "speed", "memory"]
    harvested: bool = False
    subjects: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    given: bool = False
    renamed: str = ""
    ignored: bool = False
    later: bool = False
    version_1: bool = False
    where: Where = ANYWHERE
    experiments: tuple[str, ...] = ()
    gpu: bool = False
    machine: str = ""
    standalone: Literal["", "also", "only"] = ""
    words: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    named: bool = False
    doubt: bool = False
    warned: bool = False
    threads: int = 0


class Held(Row, frozen=True, kw_only=True):
    """What a release still has though neither its classes, its signatures nor inner.json show it.

    `names`: attributes of objects that were not asked ("tf.keras.layers.RNN.states"), arguments that are taken by
    `**kwargs` ("tf.keras.regularizers.l1(l)"), and modules that only imports reach ("import tf.keras.saving").
    """

    names: tuple[str, ...]
    since: str | None = None
    until: str | None = None

    def fits(self, minor: tuple[int, int]) -> bool:
        """Whether a release of TensorFlow is one of these."""
        late = self.since is None or _numbers(self.since) <= minor
        return late and (self.until is None or minor <= _numbers(self.until))


class ApiFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of keras_api.toml."""

    symbol: tuple[Symbols, ...]
    argument: tuple[Arguments, ...]
    change: tuple[Change, ...]
    held: tuple[Held, ...] = ()


def _numbers(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return int(major), int(minor or 0)


class Api:
    """What the API had and when."""

    def __init__(self, file: ApiFile) -> None:
        """Take the decoded file."""
        self._file = file
        self.changes = file.change
        self.held = file.held

    @cached_property
    def _by_path(self) -> dict[str, list[Symbols]]:
        found: dict[str, list[Symbols]] = {}
        for row in self._file.symbol:
            for path in [f"{row.module}.{name}" for name in row.names] or [row.module]:
                found.setdefault(path, []).append(row)
        return found

    def symbol(self, path: str) -> tuple[Symbols, ...]:
        """Return the rows of a dotted name: its own ones, else those of a module around it that is gone as a whole."""
        own = self._by_path.get(path)
        if own:
            return tuple(own)
        while "." in path:
            path = path.rpartition(".")[0]
            around = [row for row in self._by_path.get(path, ()) if row.until or not row.since]
            if around:
                return tuple(around)
        return ()

    @cached_property
    def graph_only(self) -> frozenset[str]:
        """The names of what TensorFlow 2 has but does not run without version 1's behaviour (see `version_1`)."""
        return frozenset(name for row in self.changes if row.version_1 for name in row.subjects)

    def whole(self, module: str) -> Symbols | None:
        """Return the row of a module that is gone as a whole."""
        return next((row for row in self._by_path.get(module, ()) if row.until is not None), None)

    def holds(self, name: str, minor: tuple[int, int]) -> bool:
        """Whether a release of TensorFlow has what its classes and signatures do not show (see `Held`)."""
        return any(name in row.names and row.fits(minor) for row in self.held)

    def imports(self, minor: tuple[int, int]) -> tuple[str, ...]:
        """Return the modules that a release of TensorFlow has for import statements alone: "tf.keras.saving"."""
        rows = (row for row in self.held if row.fits(minor))
        return tuple(name.removeprefix(_IMPORT) for row in rows for name in row.names if name.startswith(_IMPORT))

    def arguments(self, owner: str, name: str) -> tuple[Arguments, ...]:
        """Return the rows of an argument of a function, method or class, by its last name."""
        return tuple(row for row in self._file.argument if owner in row.owners and name in row.names)
