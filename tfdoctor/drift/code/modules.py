"""The modules of the program around a file: which file an import means, and what going through that file gave.

Only files in the folders that the user names are read, in the packages that a named file lies in, and in its project.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tfdoctor.drift.code.bind import Binder
from tfdoctor.drift.code.files import FOREIGN, LARGEST
from tfdoctor.drift.code.imports import WATCHED, Wanted
from tfdoctor.drift.code.source import Text, UnreadableError, decode, parse

_ABOVE: Final = 6  # folders above a file that may be the root of its project
_PROJECT: Final = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
_PACKAGE: Final = "__init__.py"
_KEPT: Final = 2_000_000  # characters of source that are kept; the trees take some forty times as much


class Modules:
    """The modules of one program; each is gone through once, as long as it is kept.

    Args:
        roots: what the user names.
    """

    def __init__(self, roots: Sequence[Path] = ()) -> None:
        self._roots = tuple(root.absolute() for root in roots)
        self._folders: dict[Path, tuple[Path, ...]] = {}
        self._files: dict[tuple[Path, str], Path | None] = {}
        self._kept: OrderedDict[Path, Binder | None] = OrderedDict()
        self._apart: set[Path] = set()  # modules that lead to neither TensorFlow nor Keras

    def load(self, path: Path) -> Binder:
        """Return what going through a program gave.

        Raises:
            OSError: it can't be read.
            UnreadableError: it is no Python 3.
            RecursionError: it is nested too deeply.
        """
        place = path.absolute()
        found = self._kept.pop(place, None)
        if found is None:
            source = decode(path.read_bytes())
            tree = parse(source)
            found = Binder(place, Text(source))
            found.body(tree.body, found.scope, found.block)
        self._keep(place, found)
        return found

    def get(self, path: Path) -> Binder | None:
        """Return the same of a module that another one imports; None where it can't be read."""
        if path in self._kept and self._kept[path] is None:
            return None
        try:
            return self.load(path) if path.stat().st_size <= LARGEST else None
        except (OSError, UnreadableError, RecursionError):
            self._keep(path, None)
            return None

    def find(self, path: Path, wanted: Wanted) -> Path | None:
        """Return the file, or folder, of a module that a file imports; None for one of another distribution."""
        if wanted.level:
            above = path.parents
            return self._at(above[wanted.level - 1], wanted.module) if wanted.level <= len(above) else None
        for folder in self._above(path.parent):
            if folder.name in FOREIGN and (folder / wanted.module.partition(".")[0]) not in path.parents:
                continue  # another distribution
            found = self._at(folder, wanted.module)
            if found is not None and found != path:
                return found
        return None

    def inside(self, path: Path, name: str) -> Path | None:
        """Return the file of a module that lies in a package."""
        if path.name == _PACKAGE:
            return self._at(path.parent, name)
        return self._at(path, name) if path.suffix != ".py" else None

    def reach(self, program: Binder) -> bool:
        """Whether a program, or one of the modules that it imports, names TensorFlow or Keras."""
        seen: set[Path] = set()
        waiting = [program]
        while waiting:
            one = waiting.pop()
            if any(word in one.text.source for word in WATCHED):
                return True
            new = {file for wanted in one.wanted for file in self._brought(one.path, wanted)} - seen - self._apart
            seen |= new
            waiting.extend(filter(None, map(self.get, sorted(new))))
        self._apart |= seen
        return False

    def _brought(self, path: Path, wanted: Wanted) -> Iterator[Path]:
        """Yield the modules that an import runs: the one that it names, and one that lies in it."""
        file = self.find(path, wanted)
        if file is not None:
            yield file
            inside = self.inside(file, wanted.name) if wanted.name else None
            if inside is not None:
                yield inside

    def _keep(self, path: Path, found: Binder | None) -> None:
        self._kept[path] = found
        self._kept.move_to_end(path)
        size = sum(len(one.text.source) for one in self._kept.values() if one)
        while size > _KEPT and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            size -= len(gone.text.source) if gone else 0

    def _at(self, folder: Path, module: str) -> Path | None:
        key = folder, module
        if key not in self._files:
            try:
                self._files[key] = next(_files(folder.joinpath(*module.split(".")) if module else folder), None)
            except (OSError, ValueError):  # a name longer than a file's may be, a folder that may not be entered
                self._files[key] = None
        return self._files[key]

    def _above(self, folder: Path) -> tuple[Path, ...]:
        """Return the folders in which modules may lie that a file in this one imports by their whole names."""
        found = self._folders.get(folder)
        if found is None:
            above = [folder, *list(folder.parents)[:_ABOVE]]
            root = next((one for one in above if any(_there(one / name) for name in _PROJECT)), None)
            found = tuple(dict.fromkeys(self._up(folder, root)))
            self._folders[folder] = found = (*found, *([root / "src"] if root else []))
        return found

    def _up(self, folder: Path, root: Path | None) -> Iterator[Path]:
        yield folder
        for one in folder.parents:
            named = any(one == each or each in one.parents for each in self._roots)
            if not (named or _there(folder / _PACKAGE) or (root is not None and root in folder.parents)):
                return
            yield one
            folder = one


def _there(path: Path) -> bool:
    """Whether a file is there and may be seen: the folders above one that can be read need not be open."""
    try:
        return path.exists()
    except OSError:
        return False


def _files(place: Path) -> Iterator[Path]:
    """Yield what a module may be, in Python's own order: a package, a file, a folder."""
    for one in (place / _PACKAGE, place.with_name(f"{place.name}.py")):
        if one.is_file():
            yield one
    if place.is_dir():
        yield place
