"""What each Keras can read of a saved model, from `compat_matrix/keras.json`: harvested by running every release.

One scale of minors: TensorFlow's for tf.keras ("1.15" to "2.5"), Keras's own for keras ("2.6" to "2.15"; "3.0" on) and
for tf-keras ("2.16" on), which is what `tf.keras` becomes with TF_USE_LEGACY_KERAS=1.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final, Literal

import msgspec

from tfdoctor.matrix.harvested import Harvested, Head

FORMAT: Final = 1

# The deserializers. "legacy_optimizers": what optimizers of 2.11 to 2.15 and tf-keras look up for a legacy optimizer.
Kind = Literal[
    "layers", "optimizers", "legacy_optimizers", "schedules", "losses", "metrics", "initializers", "regularizers",
    "constraints", "activations", "policies",
]  # fmt: skip


class _Release(msgspec.Struct, frozen=True):
    """A Keras that was run: its minor and release, the TensorFlow and CPython below it, the root of its modules."""

    minor: str
    keras: str
    tensorflow: str
    python: str
    root: str


class _Refusal(msgspec.Struct, frozen=True, array_like=True):
    """An error that from_config raised for a key: places in the lists of errors and values; -1: for any value."""

    error: int
    releases: int
    value: int = -1


class _Line(msgspec.Struct, frozen=True, array_like=True):
    """A class through the releases: sets of these, one bit for each in their order; 0 is all that have the class.

    `modules`: relative to the root, together all releases; `config`: key -> default's place in the list of values, or
    (place, releases); `takes`: keys that were tried with from_config and taken though the signature has them not;
    `refuses`: key -> what was raised.
    """

    kind: str
    name: str
    modules: dict[str, int]
    args: dict[str, int]
    needed: dict[str, int]
    open: int
    config: dict[str, int | tuple[tuple[int, int], ...]]
    takes: dict[str, int] = {}
    refuses: dict[str, tuple[_Refusal, ...]] = {}


class _File(Head, frozen=True):
    releases: tuple[_Release, ...]
    lines: tuple[msgspec.Raw, ...]
    tables: dict[str, dict[str, tuple[tuple[int, int], ...]]]  # kind -> name -> (line, releases)
    functions: dict[str, dict[str, int]]  # kind -> name -> releases
    exported: dict[str, tuple[tuple[int, int], ...]]  # "keras.layers.Dense" -> (line, releases)
    exported_functions: dict[str, int]
    shared: dict[str, int] = msgspec.field(default_factory=dict)  # arguments that the base layer takes -> releases
    values: tuple[msgspec.Raw, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()  # (type, text with {class}, {key} and {value} left open)


class Refusal(msgspec.Struct, frozen=True):
    """An error that from_config raised when it was tried.

    Attributes:
        error: type of the exception.
        message: the first line of its text; {value} stands for what the file has.
    """

    error: str
    message: str


class KerasClass:
    """A class of one release of Keras."""

    def __init__(self, file: _File, line: _Line, bit: int) -> None:
        """Take the table, the class through the releases, and which of these is meant."""
        self._file, self._line, self._bit = file, line, bit
        self.kind = line.kind
        self.name = line.name

    @cached_property
    def arguments(self) -> frozenset[str]:
        """Arguments that from_config takes: of its signature, of its bases where it passes the rest on, or tried."""
        return (self._of(self._line.args) | self._of(self._line.takes)) - self.refused

    @cached_property
    def required(self) -> frozenset[str]:
        """Arguments without a default: from_config fails without them."""
        return self._of(self._line.needed)

    @property
    def open(self) -> bool:
        """Whether it passes any further argument on to code that the signatures do not tell."""
        return bool(self._line.open & self._bit)

    @cached_property
    def refused(self) -> frozenset[str]:
        """Keys that were tried and refused with each value that another release writes by default."""
        rows = self._line.refuses.items()
        return frozenset(key for key, found in rows if any(one.releases & self._bit and one.value < 0 for one in found))

    @cached_property
    def config(self) -> dict[str, Any] | None:
        """The default get_config() where it could be built, with small values for what has no default."""
        found: dict[str, Any] = {}
        for key, places in self._line.config.items():
            rows = ((places, self._bit),) if isinstance(places, int) else places
            found.update((key, self._value(place)) for place, releases in rows if releases & self._bit)
        return found or None

    @cached_property
    def modules(self) -> frozenset[str]:
        """Modules that define it, relative to the root of this Keras ("layers.core.dense")."""
        return frozenset(name for name, releases in self._line.modules.items() if releases & self._bit)

    def takes(self, key: str) -> bool | None:
        """Whether from_config takes a key at all: None where it could not be found out."""
        if key in self.arguments:
            return True
        return None if self.open and key not in self.refused else False

    def refusal(self, key: str, value: Any = None) -> Refusal | None:  # noqa: ANN401 - any JSON
        """Return the error that from_config raised for a key, or for just this value; None where none was seen."""
        for one in self._line.refuses.get(key, ()):
            if one.releases & self._bit and (one.value < 0 or self._value(one.value) == value):
                error, message = self._file.errors[one.error]
                return Refusal(error, message.replace("{class}", self.name).replace("{key}", key))
        return None

    def _of(self, found: dict[str, int]) -> frozenset[str]:
        return frozenset(name for name, releases in found.items() if not releases or releases & self._bit)

    def _value(self, place: int) -> Any:  # noqa: ANN401 - any JSON
        return msgspec.json.decode(self._file.values[place])


class KerasRelease:
    """One minor of Keras.

    Attributes:
        minor: on the scale of the table.
        keras: the release that was run.
        tensorflow: the release of TensorFlow below it.
        root: of its modules: "tensorflow.python.keras", "keras", "keras.src", "tf_keras.src".
    """

    def __init__(self, file: _File, number: int) -> None:
        """Take the table, and the number of the release in it."""
        row = file.releases[number]
        self._file, self._bit = file, 1 << number
        self._classes: dict[int, KerasClass] = {}
        self.minor, self.keras, self.tensorflow, self.root = row.minor, row.keras, row.tensorflow, row.root

    def lookup(self, kind: Kind, name: str) -> KerasClass | None:
        """Return the class that a deserializer finds under a `class_name`; optimizers are asked in lower case."""
        return self._pick(self._file.tables.get(kind, {}).get(name, ()))

    def names(self, kind: Kind) -> frozenset[str]:
        """Return all names of classes that a deserializer knows."""
        rows = self._file.tables.get(kind, {}).items()
        return frozenset(name for name, places in rows if any(releases & self._bit for _, releases in places))

    def has_function(self, kind: Kind, name: str) -> bool:
        """Whether a deserializer finds a function by name: "mse" among the losses, "relu" among the activations."""
        return bool(self._file.functions.get(kind, {}).get(name, 0) & self._bit)

    def exported(self, module: str, name: str) -> KerasClass | None:
        """Return the class under a public name ("keras.layers", "Dense"), which `deserialize_keras_object` looks up."""
        return self._pick(self._file.exported.get(f"{module}.{name}", ()))

    def exported_function(self, module: str, name: str) -> bool:
        """Whether a function has that public name ("keras.activations", "relu")."""
        return bool(self._file.exported_functions.get(f"{module}.{name}", 0) & self._bit)

    def imported(self, module: str, name: str) -> KerasClass | None:
        """Return the class that a module of this Keras defines ("keras.src.layers.core.dense", "Dense")."""
        return self._modules.get((module, name))

    def has_module(self, module: str) -> bool:
        """Whether a module of this Keras defines any class of the table."""
        return any(known == module for known, _ in self._modules)

    @cached_property
    def shared(self) -> frozenset[str]:
        """Arguments that the base layer takes of any layer that passes its keyword arguments on."""
        return frozenset(name for name, releases in self._file.shared.items() if releases & self._bit)

    @cached_property
    def _modules(self) -> dict[tuple[str, str], KerasClass]:
        lines = (self._class(number) for number in range(len(self._file.lines)))
        return {(f"{self.root}.{module}", line.name): line for line in lines for module in line.modules}

    def _pick(self, places: Iterable[tuple[int, int]]) -> KerasClass | None:
        number = next((number for number, releases in places if releases & self._bit), None)
        return None if number is None else self._class(number)

    def _class(self, number: int) -> KerasClass:
        if number not in self._classes:
            line = msgspec.json.decode(self._file.lines[number], type=_Line)
            self._classes[number] = KerasClass(self._file, line, self._bit)
        return self._classes[number]


class KerasTable(Harvested[_File], kind=_File, file="keras.json", format=FORMAT):
    """All releases of Keras."""

    @property
    def minors(self) -> tuple[str, ...]:
        """All minors, in the order of the scale."""
        return tuple(row.minor for row in self._file.releases)

    def release(self, minor: str) -> KerasRelease | None:
        """Return a minor of Keras ("2.3", "3.4"), None where it was not run."""
        return self._releases.get(minor)

    def since(self, kind: Kind, name: str) -> str | None:
        """Return the first minor whose deserializer knows a class or function."""
        found = 0
        for _, releases in self._file.tables.get(kind, {}).get(name, ()):
            found |= releases
        found |= self._file.functions.get(kind, {}).get(name, 0)
        return self.minors[(found & -found).bit_length() - 1] if found else None

    @cached_property
    def classes(self) -> frozenset[str]:
        """All names under which the deserializer of layers finds a class, in any release."""
        return frozenset(self._file.tables.get("layers", {}))

    def span(self, name: str) -> tuple[str | None, str | None]:
        """Return the first and the last minor whose deserializer of layers knows a class; None at the table's ends.

        tf-keras is left out: it is as Keras 2.15 is.
        """
        found = 0
        for _, releases in self._file.tables.get("layers", {}).get(name, ()):
            found |= releases
        known = [minor for number, minor in enumerate(self.minors) if found >> number & 1]
        numbered = [minor for minor in known if minor not in self._legacy]
        if not numbered:
            return None, None
        first, last = self.minors[0], self.minors[-1]
        return (
            None if numbered[0] == first else numbered[0],
            None if numbered[-1] == last else numbered[-1],
        )

    @cached_property
    def _legacy(self) -> frozenset[str]:
        return frozenset(row.minor for row in self._file.releases if row.root == "tf_keras.src")

    @cached_property
    def _releases(self) -> dict[str, KerasRelease]:
        return {row.minor: KerasRelease(self._file, number) for number, row in enumerate(self._file.releases)}
