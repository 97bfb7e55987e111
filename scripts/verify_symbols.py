"""Compares symbols.json with what the source files of installed releases say, for every pair of neighbouring minors.

    python scripts/verify_symbols.py FOLDER [--pair 2.3 2.4] [--show 20]

FOLDER has environments as FOLDER/RELEASE, from which nothing is run: the generated files of the API are read with `ast`
and each name is followed to its `def` or `class`. That is another method than scripts/harvest_symbols.py has, which
runs each release and asks the objects. A symbol agrees where both say that it stays or is removed, and both say which
of its defaults change. What the files don't tell (signatures of generated classes, members of classes with bases made
at run time, defaults that are computed) is counted as unseen, never as agreeing. Exit 1 below the bar.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from packaging.version import Version
from symbols.api import Api, Defaults

from tfdoctor.matrix import Matrix
from tfdoctor.matrix.symbols import Symbols
from tfdoctor.matrix.symbols.differences import same

BAR: Final = 0.995
BUILT: Final = ("__version__", "__git_version__")  # names that the build writes


@dataclass
class Read:
    """What the files of a release say: names with their defaults (None: not told), and classes that they tell whole."""

    names: dict[str, Defaults | None] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Row:
    """One symbol of a pair: removed, and the parameters whose default changed, each as the table and the files say.

    `unseen`: the table has a signature with defaults, and the files tell none.
    """

    name: str
    removed: tuple[bool, bool]
    defaults: tuple[frozenset[str], frozenset[str]] | None
    unseen: bool

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        return self.removed[0] == self.removed[1] and (self.defaults is None or self.defaults[0] == self.defaults[1])


def read(site: Path, minor: str, symbols: Symbols) -> Read:
    """Read one release; members are asked of classes under their canonical names."""
    gc.disable()  # millions of nodes that are no garbage
    api, found = Api(site, minor), Read()
    for name in api.names:
        found.names[name] = api.signature(name)
        if symbols.canonical(name, minor) == name and api.whole(name):
            found.whole.add(name)
            found.names.update((f"{name}.{member}", defaults) for member, defaults in api.members(name))
    del api
    gc.enable()
    gc.collect()
    return found


def asked(minor: str, files: Read, symbols: Symbols) -> Iterator[str]:
    """Yield the names of a release that either of both knows: all of modules, members of classes that files tell."""
    yield from files.names
    for name in sorted(symbols.every(minor)):
        if name.rpartition(".")[2] not in BUILT and name not in files.names and not name.startswith("tf.contrib"):
            yield name
    for name in files.whole:
        for member in symbols.members(name, minor):
            if f"{name}.{member}" not in files.names:
                yield f"{name}.{member}"


def compared(pair: tuple[str, str], files: tuple[Read, Read], symbols: Symbols) -> Iterator[Row]:
    """Yield every symbol of the first release."""
    before, after = pair
    for name in asked(before, files[0], symbols):
        owner = name.rpartition(".")[0]
        if owner in files[0].whole and owner in files[1].names and owner not in files[1].whole:
            continue  # a class that the files of the second release do not tell: counted as unseen
        old, new = symbols.find(name, before), symbols.find(name, after)
        gone = (old is not None and new is None, name in files[0].names and name not in files[1].names)
        defaults = None if any(gone) else _defaults(name, pair, files, symbols)
        both = [one for one in (old, new) if one is not None and any(each.default for each in one.parameters or ())]
        yield Row(name, gone, defaults, not any(gone) and defaults is None and bool(both))


def _defaults(
    name: str, pair: tuple[str, str], files: tuple[Read, Read], symbols: Symbols
) -> tuple[frozenset[str], frozenset[str]] | None:
    """Return the changed defaults as the table and as the files say; None where the files do not tell."""
    old, new = files[0].names.get(name), files[1].names.get(name)
    if old is None or new is None:
        return None
    told = frozenset(one.parameter for one in symbols.compare(name, *pair) if one.what == "default")
    return told, frozenset(one for one in old if one in new and not same(old[one], new[one]))


def main() -> int:
    """Print agreement for each pair and for all, with what differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pair", nargs=2, help="two minors, any two; else every pair of neighbours")
    parser.add_argument("--table", type=Path, default=Matrix.locate().root / "symbols.json", help="what is compared")
    parser.add_argument("--show", type=int, default=10, help="differences to show for each pair")
    options = parser.parse_args()
    symbols = Symbols(options.table.read_bytes())
    places = sorted((Version(path.name), path) for path in options.folder.iterdir() if (path / "bin").is_dir())
    minors = [f"{version.major}.{version.minor}" for version, _ in places]
    kept: dict[str, Read] = {}
    total: Counter[str] = Counter()
    for pair in [tuple(options.pair)] if options.pair else itertools.pairwise(minors):
        for minor in pair:
            if minor not in kept:
                site = next(places[minors.index(minor)][1].glob("lib/python3*/site-packages"))
                kept[minor] = read(site, minor, symbols)
        rows = list(compared(pair, (kept[pair[0]], kept[pair[1]]), symbols))
        _tell(f"{pair[0]} -> {pair[1]}", rows, options.show, total)
        kept = {pair[1]: kept[pair[1]]}
    print(_line("all pairs", total))
    return 0 if total["agree"] >= BAR * (total["symbols"] - total["unseen"]) else 1


def _tell(what: str, rows: list[Row], show: int, total: Counter[str]) -> None:
    counts = Counter(
        {
            "symbols": len(rows),
            "unseen": sum(row.unseen for row in rows),
            "agree": sum(row.agrees and not row.unseen for row in rows),
            "removal": sum(row.removed[0] == row.removed[1] for row in rows),
            "judged": sum(row.defaults is not None for row in rows),
            "defaults": sum(row.defaults is not None and row.defaults[0] == row.defaults[1] for row in rows),
            "removed": sum(any(row.removed) for row in rows),
            "both removed": sum(all(row.removed) for row in rows),
            "changed": sum(any(row.defaults or ()) for row in rows),
            "both changed": sum(bool(row.defaults and any(row.defaults)) and row.agrees for row in rows),
        }
    )
    total.update(counts)
    print(_line(what, counts), flush=True)
    for row in [row for row in rows if not row.agrees][:show]:
        said = [sorted(one) for one in row.defaults or ()]
        print(f"    {row.name}: removed {row.removed}, defaults {said}")


def _line(what: str, counts: Counter[str]) -> str:
    seen = counts["symbols"] - counts["unseen"]
    return (
        f"{what}: {counts['agree'] / max(seen, 1):.3%} of {seen} symbols agree "
        f"({counts['unseen']} more have a signature that the files do not tell); "
        f"removed: {counts['both removed']} of {counts['removed']} alike; with changed defaults: "
        f"{counts['both changed']} of {counts['changed']} alike among {counts['judged']} told"
    )


if __name__ == "__main__":
    sys.exit(main())
