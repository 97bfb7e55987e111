"""Looking public names up: aliases, methods through the bases of a class, tf.contrib."""

from collections.abc import Iterator
from itertools import chain

from tfdoctor.matrix.symbols.file import File, Row
from tfdoctor.matrix.symbols.model import Symbol


class Names:
    """All releases and their public names.

    Attributes:
        releases: their minors, oldest first: "1.15", "2.0", ...
        source: what was run.
        checked: when.
    """

    def __init__(self, data: bytes) -> None:
        """Read the table.

        Raises:
            MatrixError: it is none, or of a format that this tfdoctor does not read.
        """
        self._file = File(data)
        self.releases = tuple(one.minor for one in self._file.releases)
        self.harvested = self._file.releases
        self.source, self.checked = self._file.source, self._file.checked
        self._found: dict[tuple[str, str], Symbol | None] = {}  # programs ask for the same names again and again
        self._bits = {minor: 1 << number for number, minor in enumerate(self.releases)}

    def find(self, name: str, release: str) -> Symbol | None:
        """Return a symbol by any of its names; methods also through subclasses ("tf.keras.Sequential.fit").

        None: the release has no such name, or was not run.
        """
        key = name, release
        if key not in self._found:
            self._found[key] = self._find(name, release)
        return self._found[key]

    def _find(self, name: str, release: str) -> Symbol | None:
        bit = self._bits.get(release, 0)
        place = self._place(name, bit)
        if place is not None:
            return self._symbol(place, self._row(place), bit, name)
        owner, _, last = name.rpartition(".")
        cls = self._place(owner, bit)
        found = self._member(cls, last, bit) if cls else None
        if found:
            return self._symbol(f"{found[0]}.{last}", found[1], bit)
        kind = self._file.contrib(name) if release.startswith("1.") else None
        return Symbol(name, kind, contrib=True) if kind else None

    def canonical(self, name: str, release: str) -> str | None:
        """Return the canonical name of any name, None where the release has it not."""
        found = self.find(name, release)
        return found.name if found else None

    def names(self, release: str) -> Iterator[str]:
        """Yield all canonical names of a release; members of classes and what tf.contrib alone has are left out."""
        bit = self._bits.get(release, 0)
        return (name for name in self._file.symbols if self._set(self._row(name)) & bit)

    def every(self, release: str) -> dict[str, str]:
        """Return all names of modules that a release has, each with the canonical one."""
        bit, found = self._bits.get(release, 0), dict[str, str]()
        self._file.decode()
        for name in chain(self._file.symbols, self._file.aliases):
            place = name if self._set(self._row(name)) & bit else self._leads(name, bit)
            if place:
                found[name] = place
                for other in self._told(name, bit):
                    found.setdefault(other, place)
        return found

    def seen(self, name: str) -> tuple[str, ...]:
        """Return the releases that have a name."""
        return tuple(release for release in self.releases if self.find(name, release))

    def aliases(self, name: str, release: str) -> tuple[str, ...]:
        """Return all names of a symbol, the canonical one first; () where the release has it not."""
        bit = self._bits.get(release, 0)
        place = self._place(name, bit)
        if place is None:
            found = self.find(name, release)
            return (found.name,) if found else ()
        known = [place] + [alias for alias in self._file.aliases if self._leads(alias, bit) == place]
        told = [other for one in known for other in self._told(one, bit)]
        return (place, *sorted({*known, *told} - {place}))

    def members(self, name: str, release: str) -> Iterator[str]:
        """Yield the names of what a class has, inherited ones too."""
        bit = self._bits.get(release, 0)
        place, seen = self._place(name, bit), set[str]()
        for base in self._mro(place, bit) if place else ():
            row = self._row(base)
            for last in row.members:
                if last not in seen and self._own(row, last, bit):
                    seen.add(last)
                    yield last

    def bases(self, name: str, release: str) -> tuple[str, ...]:
        """Return the canonical names of a class and of its public bases; () where the release has it not."""
        bit = self._bits.get(release, 0)
        place = self._place(name, bit)
        return self._mro(place, bit) if place else ()

    def _row(self, name: str) -> Row:
        found = self._file.row(name)
        return Row(0) if found is None else found

    def _set(self, row: Row) -> int:
        return self._file.bits(row.releases, 0)

    def _leads(self, alias: str, bit: int) -> str | None:
        """Return what a name that no rule tells leads to."""
        return next((one.target for one in self._file.alias(alias) if self._file.bits(one.releases) & bit), None)

    def _told(self, name: str, bit: int) -> Iterator[str]:
        """Yield the names that rules derive from a name."""
        row = self._row(name)
        pattern = row.pattern if self._set(row) & bit else 0
        if not pattern:
            pattern = next((one.pattern for one in self._file.alias(name) if self._file.bits(one.releases) & bit), 0)
        return (start + name[length:] for start, length in self._file.told(pattern, bit))

    def _place(self, name: str, bit: int) -> str | None:
        """Return the canonical name of a name of a module."""
        if self._set(self._row(name)) & bit:
            return name
        found = self._leads(name, bit)
        if found:
            return found
        for start, instead in self._file.rules:
            if name.startswith(start):
                base = instead + name.removeprefix(start)
                if name in self._told(base, bit):
                    return base if self._set(self._row(base)) & bit else self._leads(base, bit)
        return None

    def _mro(self, place: str, bit: int) -> tuple[str, ...]:
        """Return a class and its public bases."""
        return (place, *self._file.bases(self._file.at(self._row(place).bases, bit)))

    def _own(self, row: Row, last: str, bit: int) -> Row | None:
        """Return the row of a member that a class itself defines in a release."""
        found = self._file.member(row, last)
        return found if found and self._file.bits(found.releases, self._set(row)) & bit else None

    def _member(self, place: str, last: str, bit: int) -> tuple[str, Row] | None:
        """Return the class that defines a member, and its row."""
        for base in self._mro(place, bit):
            found = self._own(self._row(base), last, bit)
            if found:
                return base, found
        return None

    def _symbol(self, name: str, row: Row, bit: int, asked: str = "") -> Symbol:
        """Return the symbol of a row; `asked` is the name that it was found by."""
        at, file = self._file.at, self._file
        return Symbol(
            name,
            file.kind(row, bit),
            file.parameters(at(row.signature, bit)),
            file.text(at(row.deprecated, bit)) or self._ending(name, asked, bit),
            file.value(at(row.value, bit)),
            file.arguments(at(row.arguments, bit)),
        )

    def _ending(self, name: str, asked: str, bit: int) -> str:
        """Return what is said of one name of a symbol."""
        instead = ""
        if self._bits.get("1.15") == bit:
            instead = self._file.renamed.get(asked, "")
        if not instead and asked in self._file.ended and self._file.bits(self._file.ended[asked]) & bit:
            instead = name
        return f"The name {asked} is deprecated. Please use {instead} instead." if instead else ""
